"""Copies of definitions, as files."""

import pytest

from emulator.images.copies import renamed

FOLDED = """\
# About web.
version: 1
name: 'web'     # in quotes
description: >
  two
  lines

# What it starts from.
base: {image: "debian:bookworm-slim"}
"""


def test_comments_and_all_else_stay() -> None:
    """A shipped definition explains itself in its comments: they are half of what is copied."""
    copied = renamed(FOLDED.encode(), "mine", None).decode()

    assert copied == FOLDED.replace("'web'", "mine")


def test_a_description_takes_the_place_of_the_old_one() -> None:
    """However long that was."""
    copied = renamed(FOLDED.encode(), "mine", 'My "own"').decode()

    assert 'name: mine     # in quotes\ndescription: "My \\"own\\""\n# What it starts from.\n' in copied


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("name: web", 'description: "d"\nname: mine'),
        ("{version: 1, name: web}", '{version: 1, description: "d", name: mine}'),
        ("# ü😀\nname: web  # c\n", '# ü😀\ndescription: "d"\nname: mine  # c\n'),
        ("\ufeffname: web\n", '\ufeffdescription: "d"\nname: mine\n'),
        ("name: >-\n  web\nversion: 1\n", 'description: "d"\nname: mine\nversion: 1\n'),
    ],
)
def test_a_description_is_put_where_there_was_none(raw: str, expected: str) -> None:
    """In whatever style of YAML the rest is."""
    assert renamed(raw.encode(), "mine", "d").decode() == expected
