"""The table of docs/s3.md says what the code does."""

from pathlib import Path

from emulator.http.aws.s3 import s3
from emulator.http.s3.conformance import rewrite
from emulator.http.s3.operations import OPERATIONS
from emulator.http.s3.operations.differences import DIFFERENCES, REFUSED

PAGE = Path(__file__).parents[3] / "docs" / "s3.md"


def test_the_table_of_operations_is_current() -> None:
    """
    `make docs` makes it anew.
    """
    assert rewrite(PAGE.read_text()) == PAGE.read_text()


def test_only_what_there_is_differs_from_aws() -> None:
    assert OPERATIONS.keys() <= s3().model.operations.keys()
    assert DIFFERENCES.keys() <= OPERATIONS.keys()
    assert REFUSED.keys() <= OPERATIONS.keys()
