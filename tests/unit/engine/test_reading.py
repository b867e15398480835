"""An engine's answers, read from its socket by ourselves; the engine is played by a socket of this process."""

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from emulator.engine.connection import Connection
from emulator.engine.find import EngineAddress
from emulator.engine.unavailable import EngineAbsentError, EngineUnreachableError
from emulator.errors import ConflictError, EmulatorError, EngineError, NotFoundError

Play = Callable[[bytes], Path]


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Play]:
    """Have an engine give one answer, in pieces, to whoever asks; return its socket."""
    listeners: list[socket.socket] = []

    def answer_with(answer: bytes) -> Path:
        path = tmp_path / f"engine-{len(listeners)}.sock"
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(path))
        listener.listen()
        listeners.append(listener)

        def serve() -> None:
            client, _ = listener.accept()
            with client:
                client.recv(65536)
                for piece in (answer[: len(answer) // 2], answer[len(answer) // 2 :]):
                    client.sendall(piece)

        threading.Thread(target=serve, daemon=True).start()
        return path

    yield answer_with
    for listener in listeners:
        listener.close()


def _read(engine: Path, *, named: bool = False) -> object:
    return Connection(EngineAddress(f"unix://{engine}", "DOCKER_HOST", named=named)).read("list it", "/containers/json")


def test_an_answer_is_read_whole(play: Play) -> None:
    """However it is cut up on its way."""
    body = b'[{"Id": "' + b"a" * 300_000 + b'"}]'

    assert _read(play(b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n" + body)) == [{"Id": "a" * 300_000}]


@pytest.mark.parametrize(
    ("answer", "kind", "said"),
    [
        (b'HTTP/1.1 404 Not Found\r\n\r\n{"message": "no such network"}', NotFoundError, "could not list it: no such"),
        (b'HTTP/1.1 409 Conflict\r\n\r\n{"message": "it goes"}', ConflictError, "could not list it: it goes"),
        (b'HTTP/1.1 500 Oh\r\n\r\n{"message": "broken"}', EngineError, "could not list it: broken"),
        (b'HTTP/1.1 500 Oh\r\n\r\n["?"]', EngineError, "could not list it: "),
        (b"SSH-2.0-OpenSSH_9.2\r\n", EngineError, "it says b'SSH-2.0"),
        (b"", EngineError, "the engine's answer is none"),
        (b"HTTP/1.1 200 OK\r\n\r\nhello", EngineError, "the engine's answer is none"),
    ],
)
def test_what_is_no_answer_is_told_in_our_words(
    play: Play, answer: bytes, kind: type[EmulatorError], said: str
) -> None:
    """The same as when the SDK asks."""
    with pytest.raises(kind) as caught:
        _read(play(answer))

    assert said in caught.value.message


def test_an_engine_that_is_not_there_is_told_as_such(tmp_path: Path) -> None:
    """Named by the user or not: two remedies."""
    with pytest.raises(EngineUnreachableError):
        _read(tmp_path / "no.sock", named=True)
    with pytest.raises(EngineAbsentError):
        _read(tmp_path / "no.sock")
