"""All that an answer needs, put together."""

from __future__ import annotations

import socket

from .answers import MetadataService
from .content import ContentFile
from .server import Server
from .tokens import Tokens, load_key


def serve(folder: str, listener: int) -> None:
    """Answer from *folder* what connects to the file descriptor *listener*, until the process ends."""
    key = load_key(f"{folder}/token-key")
    service = MetadataService(ContentFile(f"{folder}/metadata.json", key), Tokens(key))
    Server(socket.socket(fileno=listener), service.answer).serve_forever()
