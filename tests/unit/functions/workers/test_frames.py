"""Frames of AWS's runtime clients become events, wherever a read happens to end."""

from hypothesis import given
from hypothesis import strategies as st

from emulator.functions.workers.frames import LONGEST_MESSAGE, MAGIC, torn, unframe


def _frame(message: bytes, kind: int = 3) -> bytes:
    return MAGIC + bytes([kind]) + len(message).to_bytes(4, "big") + (10).to_bytes(8, "big") + message


_PIECES = st.one_of(
    st.tuples(st.just("print"), st.text(st.sampled_from("ab\u00e9\u00a5Z"), min_size=1, max_size=5)),
    st.tuples(st.just("log"), st.text(st.sampled_from("ab\u00e9\n"), min_size=1, max_size=300)),
)


@given(st.lists(_PIECES, max_size=8), st.lists(st.integers(1, 40), min_size=1, max_size=10))
def test_events_are_the_same_however_they_are_read(pieces: list[tuple[str, str]], steps: list[int]) -> None:
    """A pipe gives what is there: half a header, three frames at once. The header has bytes that are line breaks."""
    written, events = b"", []
    for kind, text in pieces:
        if kind == "print":
            written += f"{text}\n".encode()
            events.append(text)
        else:
            written += _frame(text.encode(), kind=10)
            events.append(text.rstrip("\n").replace("\n", "\r"))
    read, rest, at, step = b"", b"", 0, 0

    while at < len(written):
        size = steps[step % len(steps)]
        lines, rest = unframe(rest + written[at : at + size])
        read += lines
        at, step = at + size, step + 1

    assert rest == b""
    assert read.decode().split("\n")[:-1] == events


def test_what_was_printed_without_a_line_break_is_an_event_before_the_frame() -> None:
    assert unframe(b"printed" + _frame(b"logged")) == (b"printed\nlogged\n", b"")


def test_a_frame_too_long_for_an_event_is_taken_for_text() -> None:
    """Whoever prints such bytes must not have the server wait for four gigabytes."""
    header = MAGIC + b"\x03" + (LONGEST_MESSAGE + 1).to_bytes(4, "big") + bytes(8)

    assert unframe(header + b"line\nrest") == (b"line\n", b"rest")


def test_a_frame_that_a_killed_worker_began_is_shown_as_far_as_it_came() -> None:
    _, rest = unframe(_frame(b"a message\nof two lines")[:-5])

    assert torn(rest) == b"a message\rof two "
    assert torn(b"plain") == b"plain"
