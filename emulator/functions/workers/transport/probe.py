"""Whether a container reaches this machine over TCP: one of ours tries, from inside its network."""

import asyncio
import re
import secrets
from collections.abc import Sequence

from emulator.engine import Engine
from emulator.functions.workers.transport.choice import Choice, Transport
from emulator.threads import ask_engine

PATIENCE_SECONDS = 4
"""Longer than it takes to send the first packet a second time: one may be lost."""

_TIMED_OUT = 124  # as `timeout` ends
_SOMEBODY_ELSE = 8

# The first port says a word, so that nobody else who has our address over there is taken for us.
_SCRIPT = f"""
for port in $2; do
  echo "$port"
  exec 3<>"/dev/tcp/$1/$port" || exit 7
  if [ -n "$3" ]; then
    read -r -N "${{#3}}" word <&3
    [ "$word" = "$3" ] || exit {_SOMEBODY_ELSE}
    set -- "$1" "$2" ""
  fi
done
"""


async def probe(engine: Engine, container_id: str, host: str, ports: Sequence[int]) -> Choice:
    """
    Return the transport that suits a container in the VPC: TCP if it reaches *host* on a new port and on *ports*.

    Raises EmulatorError if the container cannot be asked.
    """
    word = secrets.token_hex(8)

    async def say(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(word.encode())
        writer.close()

    try:
        server = await asyncio.start_server(say, host, 0)
    except OSError:
        return Choice(Transport.UNIX, f"{host} is no address of this machine: the engine's networks are elsewhere")
    async with server:
        own = int(server.sockets[0].getsockname()[1])
        numbers = " ".join(str(port) for port in (own, *ports))
        command = ("timeout", str(PATIENCE_SECONDS), "bash", "-c", _SCRIPT, "probe", host, numbers, word)
        done = await ask_engine(engine.containers.exec, container_id, command)
    tried = (done.output.decode(errors="replace").split() or [str(own)])[-1]
    return judge(host, tried, done.exit_code, done.errors.decode(errors="replace"))


def judge(host: str, port: str, exit_code: int, said: str) -> Choice:
    """
    Return what the end of a probe means.

    >>> judge("172.31.0.1", "4566", 7, "probe: connect: Connection refused").reason
    '172.31.0.1:4566 cannot be reached from a container: Connection refused'
    """
    if exit_code == 0:
        return Choice(Transport.TCP, f"containers reach this machine at {host}")
    if exit_code == _TIMED_OUT:
        reason = f"{host}:{port} does not answer a container: a firewall drops what comes from the engine's network"
    elif exit_code == _SOMEBODY_ELSE:
        reason = f"another machine answers containers at {host}"
    else:
        words = re.findall(r"connect: (.+)", said) or re.findall(r"\S.*", said) or [f"exit code {exit_code}"]
        reason = f"{host}:{port} cannot be reached from a container: {words[0].strip()}"
    return Choice(Transport.UNIX, reason)
