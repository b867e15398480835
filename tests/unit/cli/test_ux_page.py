"""docs/ux.md names tests that are there."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[2]
PAGE = (TESTS.parent / "docs" / "ux.md").read_text()
ROWS = re.findall(r"^\| ([✓◐✗]) \| (.+?) \| .*? \| ([^|]*) \|$", PAGE, re.MULTILINE)
NAMED = sorted(set(re.findall(r"`([\w/]+\.py)::(\w+)`", PAGE)))


@pytest.mark.parametrize(("file", "test"), NAMED)
def test_a_proof_is_a_test_that_is_there(file: str, test: str) -> None:
    """
    A name that was changed proves nothing.
    """
    assert f"\ndef {test}(" in (TESTS / file).read_text()


def test_every_point_names_its_proof_or_says_that_there_is_none() -> None:
    """
    A row without the last column would look as if it were proven.
    """
    points = [line for line in PAGE.splitlines() if line.startswith(("| ✓", "| ◐", "| ✗"))]

    assert len(ROWS) == len(points) > 30
    assert [what for _, what, proof in ROWS if "::" not in proof and proof != "none"] == []
