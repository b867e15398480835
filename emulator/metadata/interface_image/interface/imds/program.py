"""The program: one thread answers, the first one watches over the rules and hears when it is to end."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading

from .answers import MetadataService
from .content import ContentFile
from .rules import FolderWatch, Rules
from .server import Server
from .tokens import Tokens, load_key

_ENDING = (signal.SIGTERM, signal.SIGINT)


def main() -> None:
    """Run `FOLDER ADDRESS PORT [SCRIPT]`; without the script that brings rules into force, they are left alone."""
    folder, address, port, *script = sys.argv[1:]
    # Before there is another thread: each has the mask of the one that makes it.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGIO, *_ENDING})
    key = load_key(f"{folder}/token-key")
    service = MetadataService(ContentFile(f"{folder}/metadata.json", key), Tokens(key))
    server = Server(socket.create_server((address, int(port)), backlog=128), service.answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
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
