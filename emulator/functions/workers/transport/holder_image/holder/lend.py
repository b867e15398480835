"""Makes listening sockets in this network and hands them to the server that asks for them, one for each port it names.

A listening socket belongs to the network that it was made in, whoever accepts from it: the server does, itself. This
program ends when the server closes the connection.
"""

import os
import socket


def main() -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.connect(os.environ["CLOUDLET_SOCKET"])
        server.sendall(os.environ["CLOUDLET_TOKEN"].encode() + b"\n")
        with server.makefile("rb") as ports:
            for port in ports:
                lend(server, int(port))


def lend(server: socket.socket, port: int) -> None:
    try:
        listening = socket.create_server(("127.0.0.1", port), backlog=128)
    except OSError as error:
        server.sendall(b"%d\n" % (error.errno or 0))
        return
    with listening:
        socket.send_fds(server, [b"ok\n"], [listening.fileno()])


main()
