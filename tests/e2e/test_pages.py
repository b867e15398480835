"""Every command block of the documentation is run as it stands there, or says in the page why it is not."""

import re
from pathlib import Path

import pytest

from tests.e2e import pages
from tests.e2e.conftest import PROJECT, User

PAGES = pages.pages()
RUN = [page for page in PAGES if page != "README.md" and any(block.is_run for block in pages.blocks(page))]


@pytest.mark.timeout(900)
@pytest.mark.parametrize("page", RUN)
def test_the_commands_of_a_page_do_what_it_shows(user: User, page: str) -> None:
    """
    What a reader copies has to work, from the first block to the last.
    """
    pages.session(user, page)


@pytest.mark.parametrize("block", ["$ echo one\ntwo\n", "$ false\n", "$ true\nerror: it cannot\n", "true\nfalse\n"])
def test_a_block_that_does_something_else_is_found(user: User, tmp_path: Path, block: str) -> None:
    """
    Other words, a failure that is not shown, one that is shown and is none, one in the middle of a script.
    """
    page = tmp_path / "page.md"
    page.write_text(f"```console\n{block}```\n")

    with pytest.raises(AssertionError, match=r"page\.md: "):
        pages.session(user, str(page))


@pytest.mark.parametrize("page", PAGES)
def test_what_is_not_run_says_why(page: str) -> None:
    """
    A reason is a sentence, the tests it names are there, and a test that runs a block is one that reads the page.
    """
    marked = [block for block in pages.blocks(page) if not block.is_run]

    for block in marked:
        if block.not_run is not None:
            named = re.findall(r"(?:tests|examples)/[\w/-]+(?:\.py)?", block.not_run)
            assert len(block.not_run.split()) > 2, f"{page}:{block.line}: {block.not_run!r}"
            assert [path for path in named if not (PROJECT / path).exists()] == [], f"{page}:{block.line}"
        else:
            assert page.removeprefix("docs/") in (PROJECT / str(block.run_by)).read_text(), f"{page}:{block.line}"


def test_the_pages_to_learn_from_are_run() -> None:
    """
    A mark is for what cannot be run here, not for what is tedious to.
    """
    assert {"docs/tutorial.md", "docs/configuration.md", "docs/stacks.md"} <= set(RUN)
