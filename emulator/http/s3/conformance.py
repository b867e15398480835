"""`python -m emulator.http.s3.conformance docs/s3.md`: the page's table of operations, from the code."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from emulator.http.aws.s3 import s3
from emulator.http.s3.operations import OPERATIONS
from emulator.http.s3.operations.differences import DIFFERENCES, REFUSED

_BEGIN, _END = "<!-- operations: begin -->", "<!-- operations: end -->"


def table() -> str:
    """Return the table in Markdown: every operation of AWS's model, whether it is served, and what differs from AWS."""
    return "\n".join(["| operation | served | what differs from AWS |", "| --- | --- | --- |", *_rows()])


def rewrite(page: str) -> str:
    """Return *page* with its table made anew."""
    pattern = re.compile(f"{re.escape(_BEGIN)}.*{re.escape(_END)}", re.DOTALL)
    return pattern.sub(lambda _: f"{_BEGIN}\n{table()}\n{_END}", page)


def _rows() -> Iterator[str]:
    for name, operation in sorted(s3().model.operations.items()):
        if operation.is_deprecated and name not in OPERATIONS:
            continue
        served = "refused" if name in REFUSED else "yes" if name in OPERATIONS else "no"
        yield f"| {name} | {served} | {REFUSED.get(name) or DIFFERENCES.get(name, '')} |"


def main(arguments: list[str]) -> int:
    """Rewrite the page that is named."""
    path = Path(arguments[0])
    path.write_text(rewrite(path.read_text()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
