"""How the steps of a set-up are run; these steps are harmless ones."""

import time

import pytest

from emulator.engine.remedy import Step
from emulator.engine.setup import SetupError, run_steps
from emulator.progress import Silent


def test_a_step_that_fails_shows_all_it_printed_and_ends_the_set_up() -> None:
    """
    What apt-get says is the reason; the steps after it would only hide it.
    """
    steps = [Step("fail", ("sh", "-c", "echo first; echo second >&2; exit 3")), Step("never", ("false",))]

    with pytest.raises(SetupError, match="failed with exit code 3") as raised:
        run_steps(steps, Silent())

    assert raised.value.log == ("first", "second")


def test_a_step_is_over_when_it_ends_though_a_service_it_started_goes_on() -> None:
    """
    Packages start services that keep the installation's output open: waiting for its end would be for ever.
    """
    started = time.monotonic()

    run_steps([Step("install a service", ("sh", "-c", "sleep 20 & echo installed"))], Silent())

    assert time.monotonic() - started < 15


def test_the_programs_of_the_administrator_are_found() -> None:
    """
    After a plain `su`, Debian's root has a PATH without them, and dpkg refuses to work.
    """
    run_steps([Step("look", ("sh", "-c", 'case "$PATH" in *:/usr/sbin*) exit 0;; *) exit 1;; esac'))], Silent())
