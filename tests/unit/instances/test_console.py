"""As much of a console as AWS shows."""

from emulator.instances.console import MOST_BYTES, console_output


def test_what_was_printed_is_shown_as_it_came() -> None:
    """Line ends and colours too: it is a terminal's."""
    assert console_output("\x1b[32m  OK  \x1b[0m boot\r\nlogin: ü".encode()) == "\x1b[32m  OK  \x1b[0m boot\r\nlogin: ü"


def test_the_last_64_kib_are_shown() -> None:
    assert console_output(b"old" + b"x" * MOST_BYTES) == "x" * MOST_BYTES


def test_no_half_of_a_character_is_left_where_it_was_cut() -> None:
    assert console_output("ü".encode() + b"x" * (MOST_BYTES - 1)) == "x" * (MOST_BYTES - 1)


def test_bytes_that_are_no_text_are_replaced() -> None:
    assert console_output(b"a\xffb") == "a\ufffdb"
