"""What `lambda invoke` makes of an answer that has no result."""

from pathlib import Path

import pytest

from cli.commands.lambda_.invocation import Call, answer_of
from cli.output import show
from cli.server import Reply

CALL = Call("summarize", b"{}", "Event", "None")
QUEUED = Reply(202, {"x-amzn-requestid": "4f1d0a52"}, b"")


@pytest.mark.parametrize(
    ("output", "quiet", "shown"),
    [
        ("table", False, "STATUS  REQUEST ID\n202     4f1d0a52\n"),
        ("json", False, '{\n    "StatusCode": 202\n}\n'),
        ("table", True, "4f1d0a52\n"),
    ],
)
def test_an_event_is_asked_for_later_by_its_request_id(
    capsys: pytest.CaptureFixture[str], output: str, quiet: bool, shown: str
) -> None:
    """Nothing else tells it from the other events of its function."""
    show(answer_of(CALL, QUEUED, None, fail=False), output, None, quiet)

    captured = capsys.readouterr()
    assert captured.out == shown
    assert quiet or "cloudlet events show 4f1d0a52" in captured.err


def test_the_file_for_a_result_is_made_and_is_empty(tmp_path: Path) -> None:
    """As `aws` leaves it: a script that reads it next must find one."""
    answer = answer_of(CALL, QUEUED, tmp_path / "out.json", fail=False)

    assert (tmp_path / "out.json").read_bytes() == b""
    assert answer.document == {"StatusCode": 202}
