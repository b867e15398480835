"""Groups, streams and events, in answers whose pages lose and repeat nothing."""

from datetime import timedelta

import pytest

from emulator.errors import InvalidRequestError
from emulator.functions.logs.errors import InvalidLogParameterError, LogGroupNotFoundError, LogStreamNotFoundError
from emulator.functions.logs.service import Logs, Selection
from tests.unit.functions.logs.conftest import NOW, Shelf, texts

GROUP = "/aws/lambda/resize"


@pytest.fixture
def logs(shelf: Shelf) -> Logs:
    return Logs(shelf.root, 10**9, lambda: shelf.now)


def test_groups_are_listed_with_what_they_take(shelf: Shelf, logs: Logs) -> None:
    assert logs.groups() == []
    shelf.stream().write(b"hello\n")

    (group,) = logs.groups(part="Resize")

    assert (group.name, group.created, group.retention_days) == (GROUP, NOW, None)
    assert group.stored_bytes == len("2026-01-02T03:04:05.678Z hello\n")
    assert logs.groups("/other") == logs.groups(part="other") == []


def test_a_stream_has_the_times_of_its_first_and_last_event(shelf: Shelf, logs: Logs) -> None:
    """Also if its last line is very long, or not whole."""
    stream = shelf.stream()
    stream.write(b"first\n")
    shelf.later(seconds=7)
    stream.write(b"x" * 200_000 + b"\n")
    (file,) = shelf.root.rglob("*.log")
    with file.open("a") as half:
        half.write("2027-01-01T00:00:00.000Z not yet who")

    (found,) = logs.streams(GROUP)

    assert (found.name, found.first_event, found.last_event) == (stream.name, NOW, NOW + timedelta(seconds=7))
    assert logs.streams(GROUP, "2025") == []


def test_what_is_not_there_is_said(shelf: Shelf, logs: Logs) -> None:
    with pytest.raises(LogGroupNotFoundError, match="The specified log group does not exist"):
        logs.tail(GROUP, Selection())
    shelf.stream().write(b"x\n")
    with pytest.raises(LogGroupNotFoundError) as caught:
        logs.remove_group("/aws/lambda/resise")
    assert GROUP in str(caught.value.hint)
    with pytest.raises(LogStreamNotFoundError):
        logs.remove_stream(GROUP, "2026/01/02/none")
    with pytest.raises(LogStreamNotFoundError):
        logs.tail(GROUP, Selection(streams=("none",)))
    for name in ("/aws/../..", "/../server"):
        with pytest.raises(LogGroupNotFoundError):
            logs.remove_group(name)
    with pytest.raises(InvalidLogParameterError):
        logs.tail(GROUP, Selection(streams=("a",), stream_prefix="a")).new_events()


def test_the_retention_is_one_of_awss(shelf: Shelf, logs: Logs) -> None:
    shelf.stream().write(b"x\n")

    logs.keep_for(GROUP, 7)
    assert logs.groups()[0].retention_days == 7
    logs.keep_for(GROUP, None)
    assert logs.groups()[0].retention_days is None
    with pytest.raises(InvalidRequestError, match="retentionInDays"):
        logs.keep_for(GROUP, 8)


def test_events_are_selected_by_time_stream_and_content(shelf: Shelf, logs: Logs) -> None:
    one, other = shelf.stream(), shelf.stream()
    for number in range(10):
        (one, other)[number % 2].write(b"%s %d\n" % (b"even odd".split()[number % 2], number))
        shelf.later(seconds=1)

    def found(**selection: object) -> list[str]:
        return texts(logs.tail(GROUP, Selection(**selection)).new_events())  # type: ignore[arg-type]

    assert len(found()) == 10
    assert found(since=NOW + timedelta(seconds=8)) == ["even 8", "odd 9"]
    assert found(until=NOW + timedelta(seconds=1)) == ["even 0", "odd 1"]
    assert found(streams=(other.name,), pattern="-9") == ["odd 1", "odd 3", "odd 5", "odd 7"]
    assert found(stream_prefix=one.name[:20], pattern="?4 ?5")[0] == "even 4"
    assert found(stream_prefix="2025") == []


@pytest.mark.parametrize("limit", [1, 3, 7, 100])
def test_pages_of_a_group_lose_and_repeat_nothing(shelf: Shelf, logs: Logs, limit: int) -> None:
    """Many events have the same time."""
    streams = [shelf.stream(), shelf.stream()]
    for number in range(30):
        streams[number % 2].write(b"%d\n" % number)
        shelf.later(milliseconds=number % 5 // 4)
    seen: list[str] = []
    token: str | None = None

    for _ in range(31):
        page = logs.page(GROUP, Selection(), limit, token)
        seen += texts(page.events)
        token = page.forward
        if not token:
            break

    assert sorted(seen, key=int) == [str(number) for number in range(30)]
    assert len(seen) == 30


def test_pages_of_a_stream_go_both_ways(shelf: Shelf, logs: Logs) -> None:
    """As get-log-events does: the newest first asked for, then back; tokens stay the same where there is no more."""
    shelf.bound(4096 * 16)
    stream = shelf.stream()
    for number in range(100):
        stream.write(b"%d %s\n" % (number, b"x" * 100))
    assert len(list(shelf.group().files())) > 1
    selection = Selection(streams=(stream.name,))

    def numbers(token: str | None = None, limit: int = 30, *, head: bool = False) -> tuple[list[int], str, str]:
        page = logs.stream_page(GROUP, selection, limit, token, from_head=head)
        return [int(text.split()[0]) for text in texts(page.events)], page.forward, page.backward

    newest, forward, backward = numbers()
    assert newest == list(range(70, 100))
    assert numbers(forward) == ([], forward, forward.replace("f/", "b/"))
    before, forward_again, _ = numbers(backward)
    assert before == list(range(40, 70))
    assert numbers(forward_again)[0] == newest
    assert numbers(head=True)[0] == list(range(30))
    with pytest.raises(InvalidLogParameterError, match="nextToken"):
        numbers("nonsense")
    stream.write(b"100\n")
    assert numbers(forward)[0] == [100]
