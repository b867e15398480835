"""Begins to log in to a PostgreSQL server, by no more than its protocol's first message, and says what that answers."""

import socket
import struct


def handler(event, context):
    words = b"".join(f"{word}\0".encode() for word in ("user", event["user"], "database", event["database"]))
    message = struct.pack("!i", 196608) + words + b"\0"  # protocol 3.0
    try:
        with socket.create_connection((event["host"], 5432), timeout=event["seconds"]) as server:
            server.sendall(struct.pack("!i", len(message) + 4) + message)
            return server.recv(1024).decode("latin-1")
    except TimeoutError:
        return "no answer"
