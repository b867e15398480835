"""One server a home, and who may be there beside it."""

import threading
from pathlib import Path

import pytest

from emulator.errors import ConflictError
from emulator.http.lock import ServerLock
from tests.conftest import wait_for


def test_servers_of_one_call_share_once_the_first_has_looked_around(tmp_path: Path) -> None:
    """The first is alone: what there is of workers is nobody's. Later ones are not, and must not remove any."""
    with ServerLock(tmp_path / "lock", shared=True) as first:
        assert first.is_alone
        first.share()
        with ServerLock(tmp_path / "lock", shared=True) as second:
            assert not second.is_alone
            with ServerLock(tmp_path / "lock", shared=True) as third:
                assert not third.is_alone


def test_a_server_of_one_call_waits_for_the_one_that_looks_around(tmp_path: Path) -> None:
    """That takes a moment; to fail in it would be a matter of luck."""
    entered = threading.Event()

    def enter() -> None:
        with ServerLock(tmp_path / "lock", shared=True, patience_seconds=60):
            entered.set()

    with ServerLock(tmp_path / "lock", shared=True) as first:
        thread = threading.Thread(target=enter)
        thread.start()
        assert not entered.wait(0.1)
        first.share()
        assert entered.wait(60)
    thread.join()


def test_a_server_waits_for_those_of_one_call_longer_than_its_patience(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """They end by themselves, and it says what it waits for."""
    entered = threading.Event()

    def enter() -> None:
        with ServerLock(tmp_path / "lock", shared=False, patience_seconds=0.1) as lock:
            assert lock.is_alone
            entered.set()

    with caplog.at_level("INFO"), ServerLock(tmp_path / "lock", shared=True) as invocation:
        invocation.share()
        thread = threading.Thread(target=enter)
        thread.start()
        wait_for(lambda: "waits for the end of an invocation" in caplog.text)
        assert not entered.is_set()
    assert entered.wait(60)
    thread.join()


@pytest.mark.parametrize("shared", [True, False])
def test_there_is_no_place_beside_a_server(tmp_path: Path, shared: bool) -> None:
    """Two would take each other's events."""
    with (
        ServerLock(tmp_path / "lock", shared=False),
        pytest.raises(ConflictError, match="a server runs for this home"),
        ServerLock(tmp_path / "lock", shared=shared, patience_seconds=0.05),
    ):
        pass

    with ServerLock(tmp_path / "lock", shared=shared) as lock:
        assert lock.is_alone
