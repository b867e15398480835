"""What a build prints is read in lines, however it was cut up on its way."""

import pytest

from emulator.engine.builds import LineAssembler


@pytest.mark.parametrize(
    ("pieces", "lines"),
    [
        (["one\n", "two\n"], ["one", "two"]),
        (["E: ", "Unable to locate ", "package x\n"], ["E: Unable to locate package x"]),
        (["\x1b[91mE: \x1b[0m", "\x1b[91mUnable\n\x1b[0m"], ["E: Unable"]),
        (["one\ntwo\nth", "ree\n"], ["one", "two", "three"]),
        (["\n", " \n", "x\n"], ["x"]),
        (["no end"], ["no end"]),
        ([], []),
    ],
)
def test_pieces_become_lines(pieces: list[str], lines: list[str]) -> None:
    """apt writes `E: ` and what is wrong separately, and the second is what one looks for."""
    assembler = LineAssembler()

    seen = [line for piece in pieces for line in assembler.add(piece)]

    assert seen + assembler.rest() == lines
