"""
The program: one thread answers, the first one watches over the rules and hears when it is to end.

It starts beside each launch and takes processor time from it, so what only an answer needs is imported when the first
one asks. For the same reason it is _socket and _signal here: the enumerations that socket and signal make of them take
as long again as all the rest.
"""

from __future__ import annotations

import _signal as signal  # type: ignore[import-not-found]
import _socket as socket
import _thread
import os
import select
import sys

from .rules import FolderWatch, Rules

_ENDING = (signal.SIGTERM, signal.SIGINT)


def main() -> None:
    """Run `FOLDER ADDRESS PORT [SCRIPT]`; without the script that brings rules into force, they are left alone."""
    folder, address, port, *script = sys.argv[1:]
    # Before there is another thread: each has the mask of the one that makes it.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGIO, *_ENDING})
    _thread.start_new_thread(_answer, (folder, _listen(address, int(port))))
    watch = FolderWatch(folder)
    rules = Rules(folder, script[0]) if script else None
    while watch_over(watch, rules):
        pass
    os._exit(0)


def watch_over(watch: FolderWatch, rules: Rules | None) -> bool:
    """Bring the rules up to date, then wait for the next change; tell whether to go on."""
    if rules is not None:
        rules.keep_up()
    return watch.wait(*_ENDING) is None


def _listen(address: str, port: int) -> int:
    """Return the file descriptor of a socket that listens."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address, port))
    listener.listen(128)
    return listener.detach()


def _answer(folder: str, listener: int) -> None:
    """Serve what connects to *listener*, until the process ends."""
    first = select.poll()
    first.register(listener, select.POLLIN)
    first.poll()
    from .serving import serve

    serve(folder, listener)
