"""The running server, as a command sees it: find it, ask it, start it, end it."""

import fcntl
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from emulator import own_paths
from emulator.errors import ConflictError, EmulatorError, EngineUnavailableError, ServerUnavailableError
from emulator.home import Home
from emulator.settings import Settings
from emulator.settings.reading import environment_of

_START_SECONDS = 120
_STOP_SECONDS = 40
_ANSWER_SECONDS = 10
_PAUSE_SECONDS = 0.02
_NO_ENGINE = 3


@dataclass(frozen=True)
class Reply:
    """An HTTP answer; header names are lower-case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class ServerProcess:
    """A server that said where it is."""

    pid: int
    port: int

    def request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout_seconds: float | None = None,
    ) -> Reply:
        """Ask and return the answer, however long it may take; ServerUnavailableError if nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout_seconds)
        try:
            connection.request(method, path, body, dict(headers or {}))
            answer = connection.getresponse()
            return Reply(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        except (OSError, http.client.HTTPException) as error:
            raise ServerUnavailableError(
                f"the server on port {self.port} stopped answering ({error})", hint="see it with `cloudlet status`"
            ) from error
        finally:
            connection.close()

    def status(self) -> dict[str, Any]:
        reply = self.request("GET", own_paths.STATUS, timeout_seconds=_ANSWER_SECONDS)
        return dict(json.loads(reply.body))

    def wait(self, timeout_seconds: float) -> dict[str, Any]:
        """Return when all that was dropped or queued before is settled, or after the time."""
        return dict(json.loads(self.request("GET", f"{own_paths.WAIT}?timeout={timeout_seconds}").body))


def find_server(home: Home) -> ServerProcess | None:
    """Return the server of *home* if one answers; a file that a killed one left is no server."""
    try:
        left = json.loads(home.server_file.read_text())
        facts = ServerProcess(int(left["pid"]), int(left["port"])).status()
        # Its own word: the pid in the file may be anybody's by now.
        return ServerProcess(int(facts["pid"]), int(facts["port"])) if facts["home"] == str(home.root) else None
    except (OSError, ValueError, KeyError, TypeError, ServerUnavailableError):
        return None


def require_server(home: Home) -> ServerProcess:
    """Return the server of *home*; ServerUnavailableError says how to start one."""
    server = find_server(home)
    if server is None:
        raise ServerUnavailableError("no server runs for this home", hint="start it with `cloudlet start`")
    return server


def start_server(
    settings: Settings, on_wait: Callable[[], None] = lambda: None, options: Sequence[str] = ()
) -> ServerProcess:
    """
    Start a server with *settings* in the background and return when it answers; the error says why if it does not.

    An invocation that has a server of its own is waited for, however long it takes; *on_wait* is called once then.
    """
    home = Home(settings.home)
    home.create()
    with home.server_log.open("ab") as log:
        begun = log.tell()
        child = subprocess.Popen(
            [*_command(home), *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            cwd="/",
            env=environment_of(settings),
        )
    try:
        if server := _came_up(child, home, on_wait):
            return server
    except BaseException:
        child.terminate()
        child.wait()
        raise
    raise _reason(home.server_log, begun, child.returncode)


def stop_server(home: Home) -> int | None:
    """
    End the server and return its pid when it has let go of everything; None if it was on its way out already.

    ServerUnavailableError if it does not end, or says that it could not end in order.
    """
    told = None
    begun = home.server_log.stat().st_size if home.server_log.exists() else 0
    deadline = time.monotonic() + _STOP_SECONDS
    while has_server(home):
        if told is None and (server := find_server(home)):
            told = server.pid
            with suppress(ProcessLookupError):  # it has ended meanwhile
                os.kill(told, signal.SIGTERM)
        if time.monotonic() > deadline:
            raise ServerUnavailableError("the server does not end", hint=f"see {home.server_log}")
        time.sleep(_PAUSE_SECONDS)
    if errors := _said(home.server_log, begun, "error: "):
        raise ServerUnavailableError(
            f"the server has ended, but not in order: {errors[-1]}",
            hint=f"the next one removes what it left and begins its events again; see {home.server_log}",
        )
    return told


def has_server(home: Home) -> bool:
    """Tell whether a server lives, also one that does not answer: it is coming up, or finishes what it has in hand."""
    try:
        with home.server_lock.open() as lock:
            return not _try_lock(lock, fcntl.LOCK_SH)  # shared, as those hold it that live for one invocation
    except FileNotFoundError:
        return False


def invocations_hold(home: Home) -> bool:
    """Tell whether invocations that have servers of their own keep another from coming up."""
    try:
        with home.server_lock.open() as lock:
            if not _try_lock(lock, fcntl.LOCK_SH):
                return False
            return not _try_lock(lock, fcntl.LOCK_EX)
    except FileNotFoundError:
        return False


def run_in_foreground(settings: Settings, options: Sequence[str] = ()) -> int:
    """Be the server's parent until it ends; Ctrl-C reaches it, too. Return its exit code, a shell's for a signal."""
    home = Home(settings.home)
    home.create()
    child = subprocess.Popen([*_command(home), *options], stdin=subprocess.DEVNULL, env=environment_of(settings))
    while True:
        try:
            ended = child.wait()
        except KeyboardInterrupt:
            continue  # the terminal sent it to the server as well, which says what it waits for
        return ended if ended >= 0 else 128 - ended


@contextmanager
def any_server(settings: Settings) -> Iterator[ServerProcess]:
    """Yield the running server, or one that lives as long as the context and leaves nothing behind."""
    home = Home(settings.home)
    if server := find_server(home):
        yield server
        return
    home.create()
    child = subprocess.Popen(
        [*_command(home), "--once"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is ours alone: it ends when its stdin does
        cwd="/",
        env=environment_of(settings),
    )
    assert child.stdin is not None  # noqa: S101 - piped above
    assert child.stdout is not None  # noqa: S101
    try:
        yield _announced(child, child.stdout.readline())
    finally:
        child.stdin.close()
        child.wait()
        child.stdout.close()


def _announced(child: subprocess.Popen[bytes], port: bytes) -> ServerProcess:
    """Return the short-lived server that wrote *port*; one that wrote nothing has said why on our stderr."""
    if not port:
        exit_code = child.wait()
        kind = EngineUnavailableError if exit_code == _NO_ENGINE else ServerUnavailableError
        raise kind(f"the function could not be run (exit code {exit_code})")
    return ServerProcess(child.pid, int(port))


def _try_lock(lock: TextIO, kind: int) -> bool:
    try:
        fcntl.flock(lock, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _came_up(child: subprocess.Popen[bytes], home: Home, on_wait: Callable[[], None]) -> ServerProcess | None:
    """Return the server that *child* is once it answers, None when it has ended instead."""
    deadline, has_waited = time.monotonic() + _START_SECONDS, False
    while child.poll() is None:
        if (server := find_server(home)) and server.pid == child.pid:
            return server
        if invocations_hold(home):
            deadline = time.monotonic() + _START_SECONDS
            if not has_waited:
                on_wait()
            has_waited = True
        if time.monotonic() > deadline:
            raise ServerUnavailableError(
                f"the server did not come up within {_START_SECONDS} s", hint=f"see {home.server_log}"
            )
        time.sleep(_PAUSE_SECONDS)
    return None


def _command(home: Home) -> list[str]:
    # -P: a handler's folder may hold a queue.py, which is not ours to import. The home is absolute: the variable that
    # named it may not be, and the server works elsewhere.
    return [sys.executable, "-P", "-m", "emulator.http", "--home", str(home.root)]


def _reason(log: Path, begun: int, exit_code: int) -> EmulatorError:
    """Return what the server said before it gave up as the error it was."""
    said, hints = _said(log, begun, "error: "), _said(log, begun, "hint: ")
    kind = EngineUnavailableError if exit_code == _NO_ENGINE else ConflictError
    return kind("\n".join(said) or f"the server ended with exit code {exit_code}", hint=(hints or [f"see {log}"])[-1])


def _said(log: Path, begun: int, label: str) -> list[str]:
    """Return what a server wrote under *label* since its log was *begun* bytes long."""
    if not log.exists():
        return []
    with log.open("rb") as file:
        file.seek(begun)
        lines = file.read().decode("utf-8", "replace").splitlines()
    return [line.removeprefix(label) for line in lines if line.startswith(label)]
