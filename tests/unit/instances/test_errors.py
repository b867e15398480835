"""What EC2 says when it cannot."""

import pytest

from emulator.instances.errors import IncorrectInstanceStateError


@pytest.mark.parametrize(
    ("deed", "sentence"),
    [
        ("stopped", "This instance 'i-1' is not in a state from which it can be stopped."),
        ("started", "The instance 'i-1' is not in a state from which it can be started."),
    ],
)
def test_a_wrong_state_is_told_in_awss_words(deed: str, sentence: str) -> None:
    """Which differ from verb to verb: scripts look for the whole sentence."""
    error = IncorrectInstanceStateError("i-1", deed)

    assert (error.message, error.code) == (sentence, "IncorrectInstanceState")
