"""Runs inside containers: answers on a few ports, or tries to reach another that does. Needs nothing but Python."""

import os
import socket
import struct
import sys
import threading
import time

TCP_PORTS = (80, 81, 5432)
UDP_PORT = 5353
NOTHING_HEARD = 3


def serve() -> None:
    """Echo on every port until the container ends."""
    for port in TCP_PORTS:
        threading.Thread(target=_serve_tcp, args=(port,)).start()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("", UDP_PORT))
        while True:
            udp.sendto(*udp.recvfrom(100))


def _serve_tcp(port: int) -> None:
    with socket.create_server(("", port)) as listener:
        while True:
            client, _ = listener.accept()
            threading.Thread(target=_echo, args=(client,)).start()


def _echo(client: socket.socket) -> None:
    with client:
        while content := client.recv(100):
            client.sendall(content)


def tcp(host: str, port: int, seconds: float) -> None:
    with socket.create_connection((host, port), timeout=seconds) as connection:
        connection.sendall(b"?")
        connection.recv(1)


def udp(host: str, port: int, seconds: float) -> None:
    _repeat(socket.socket(socket.AF_INET, socket.SOCK_DGRAM), b"?", (host, port), seconds)


def icmp(host: str, _: int, seconds: float) -> None:
    """Ping, and hear the answer."""
    header = struct.pack("!BBHHH", 8, 0, 0, os.getpid() & 0xFFFF, 1)
    checksum = ~sum(struct.unpack("!4H", header)) & 0xFFFF
    packet = struct.pack("!BBHHH", 8, 0, checksum, os.getpid() & 0xFFFF, 1)
    _repeat(socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP), packet, (host, 0), seconds)


def _repeat(sender: socket.socket, packet: bytes, address: tuple[str, int], seconds: float) -> None:
    """Send until something comes back; nobody else sends a lost datagram again."""
    sender.settimeout(0.2)
    end = time.monotonic() + seconds
    while True:
        sender.sendto(packet, address)
        try:
            sender.recvfrom(200)
        except TimeoutError:
            if time.monotonic() > end:
                raise
        else:
            return


def hold(host: str, port: int, seconds: float) -> None:
    """Connect, say so in a file, and when told by another file use the connection."""
    with socket.create_connection((host, port), timeout=seconds) as connection:
        _write("/tmp/held", "connected")
        while not os.path.exists("/tmp/go"):  # noqa: PTH110 - seen by a container's older Python, too
            time.sleep(0.01)
        connection.sendall(b"?")
        _write("/tmp/held", connection.recv(1).decode())


def _write(path: str, text: str) -> None:
    with open(path, "w") as file:  # noqa: PTH123 - as above
        file.write(text)


if __name__ == "__main__":
    verb, *words = sys.argv[1:]
    if verb == "serve":
        serve()
    try:
        {"tcp": tcp, "udp": udp, "icmp": icmp, "hold": hold}[verb](words[0], int(words[1]), float(words[2]))
    except (TimeoutError, PermissionError):  # a packet that its own side drops is not permitted
        sys.exit(NOTHING_HEARD)
