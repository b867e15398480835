"""One at a time."""

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

from emulator.locks import locked
from tests.conftest import wait_for


def test_the_second_waits_for_the_first_and_says_so(tmp_path: Path) -> None:
    """And goes on as soon as the first is done."""
    path = tmp_path / "locks" / "one.lock"
    seen: list[str] = []

    @contextlib.contextmanager
    def waiting() -> Iterator[None]:
        seen.append("waits")
        yield

    def second() -> None:
        with locked(path, waiting):
            seen.append("second")

    with locked(path):
        thread = threading.Thread(target=second)
        thread.start()
        wait_for(lambda: seen)
        assert seen == ["waits"]
        seen.append("first")
    thread.join()

    assert seen == ["waits", "first", "second"]


def test_a_lock_is_let_go_of_after_an_exception(tmp_path: Path) -> None:
    """A refused change must not keep the next one out."""
    path = tmp_path / "one.lock"
    with contextlib.suppress(ValueError), locked(path):
        raise ValueError

    with locked(path):
        pass
