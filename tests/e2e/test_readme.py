"""README's commands, as they stand there."""

import re

from tests.e2e import pages
from tests.e2e.conftest import PROJECT, User

README = (PROJECT / "README.md").read_text()


def test_the_tour_of_the_readme_does_what_it_says(user: User) -> None:
    """
    It is the first thing that anybody types.
    """
    said = pages.session(user, "README.md")

    assert "<h1>It works</h1>" in said
    assert "cities.csv has 3 lines" in said
    assert "REPORT RequestId: " in said
    assert not user.home.exists()


def test_the_commands_that_the_readme_names_are_there() -> None:
    """
    `make demo` and `make test` are the two that everything hangs on.
    """
    targets = re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE)

    named = set(re.findall(r"(?:^|`)make ([a-z][a-z-]*)", README, re.MULTILINE))

    assert {"demo", "demo-clean", "test"} <= named
    assert named <= set(targets)


def test_the_links_of_the_readme_lead_somewhere() -> None:
    """
    A broken link on the first page says that nobody reads it.
    """
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", README)

    assert links
    assert [link for link in links if not (PROJECT / link).exists()] == []
