"""The verbs on containers. Lists and removals see one home's containers only; ids may come from any of them."""

import contextlib
import dataclasses
import json
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from emulator.engine import labels
from emulator.engine.connection import Connection
from emulator.engine.deaths import Deaths
from emulator.engine.exec_session import ExecSession
from emulator.engine.labels import Kind
from emulator.engine.payload import cpu_limit, create_payload
from emulator.engine.records import CPU_PERIOD_US, Container, ContainerSpec, ExecResult
from emulator.errors import ConflictError, EmulatorError, NotFoundError
from emulator.interrupts import deferred_interrupts
from emulator.units import KIB

_LOGGED_BYTES = 64 * KIB
_LAST_LINES = 500


class Containers:
    """One home's containers."""

    def __init__(self, connection: Connection, home_id: str) -> None:
        self._connection = connection
        self._home_id = home_id
        self._temporary: set[str] = set()

    def create(self, spec: ContainerSpec) -> str:
        """Return the id of a new container, not yet started; a missing image is an error, never a pull."""
        name = spec.name or _new_name(spec)
        with self._connection.translated("create a container") as api:
            created = api.create_container_from_config(create_payload(spec, self._home_id), name=name)
        return str(created["Id"])

    def start(self, container_id: str) -> None:
        with self._connection.translated("start a container") as api:
            api.start(container_id)

    def run(self, spec: ContainerSpec) -> str:
        """Create and start; a container that cannot start is removed again."""
        container_id = self.create(spec)
        try:
            self.start(container_id)
        except BaseException:
            self.remove(container_id)
            raise
        return container_id

    @contextlib.contextmanager
    def temporary(self, spec: ContainerSpec) -> Iterator[str]:
        """Yield a running container that is gone afterwards, at whatever moment Ctrl-C strikes."""
        name = spec.name or _new_name(spec)
        self._temporary.add(name)
        try:
            with deferred_interrupts() as interrupted:
                container_id = self.run(dataclasses.replace(spec, name=name))
            interrupted.heed()
            yield container_id
        finally:
            with deferred_interrupts():
                self.remove(name)
            self._temporary.discard(name)

    def end_temporary(self) -> None:
        """Remove the temporary ones there still are: a process ends in whose threads something is being built."""
        for name in list(self._temporary):
            with contextlib.suppress(EmulatorError):
                self.remove(name)

    def stop(self, container_id: str, timeout_seconds: int = 10) -> None:
        """Ask to end, then kill after *timeout_seconds*. A container that is not running is left alone."""
        with self._connection.translated("stop a container") as api:
            api.stop(container_id, timeout=timeout_seconds)

    def restart(self, container_id: str, timeout_seconds: int = 10) -> None:
        """Stop it, as `stop` does, and start it again."""
        with self._connection.translated("restart a container") as api:
            api.restart(container_id, timeout=timeout_seconds)

    def kill(self, container_id: str) -> None:
        """End it at once; one that already ended is left alone."""
        with contextlib.suppress(ConflictError, NotFoundError), self._connection.translated("kill a container") as api:
            api.kill(container_id)

    def pause(self, container_id: str) -> None:
        """Stop its processes where they are; ConflictError or EngineError if it does not run."""
        with self._connection.translated("pause a container") as api:
            api.pause(container_id)

    def unpause(self, container_id: str) -> None:
        """Let its processes go on; EngineError if they were not stopped."""
        with self._connection.translated("unpause a container") as api:
            api.unpause(container_id)

    def remove(self, container_id: str) -> None:
        """Remove it with its volumes, running or not; one that is gone or going is left alone."""
        with (
            contextlib.suppress(ConflictError, NotFoundError),
            self._connection.translated("remove a container") as api,
        ):
            api.remove_container(container_id, force=True, v=True)

    def wait(self, container_id: str) -> int:
        """Return the exit code once it has ended."""
        with self._connection.translated("wait for a container") as api:
            return int(api.wait(container_id, timeout=None)["StatusCode"])

    def list(self, *kinds: Kind, filters: Mapping[str, str] | None = None) -> list[Container]:
        """Return this home's containers of *kinds* (all kinds if none is named) that carry the labels in *filters*."""
        wanted = [f"{labels.HOME}={self._home_id}", *(f"{name}={value}" for name, value in (filters or {}).items())]
        if len(kinds) == 1:
            wanted.append(f"{labels.KIND}={kinds[0]}")
        filters_wanted = quote(json.dumps({"label": wanted}))
        rows = self._connection.read("list containers", f"/containers/json?all=1&filters={filters_wanted}")
        found = [_container(row) for row in rows]
        return [container for container in found if not kinds or container.kind in kinds]

    def exit_code(self, container_id: str) -> int:
        with self._connection.translated("look at a container") as api:
            return int(api.inspect_container(container_id)["State"]["ExitCode"])

    def pid(self, container_id: str) -> int:
        """Return the number this machine knows the container's first process by; 0 if it does not run."""
        with self._connection.translated("look at a container") as api:
            return int(api.inspect_container(container_id)["State"]["Pid"])

    def started_at(self, container_id: str) -> datetime:
        """Return when it last started."""
        return self._moment(container_id, "StartedAt")

    def ended_at(self, container_id: str) -> datetime:
        """Return when it last ended."""
        return self._moment(container_id, "FinishedAt")

    def _moment(self, container_id: str, name: str) -> datetime:
        with self._connection.translated("look at a container") as api:
            text = str(api.inspect_container(container_id)["State"][name])
        seconds, _, fraction = text.rstrip("Z").partition(".")  # to the nanosecond, which Python does not read
        return datetime.fromisoformat(f"{seconds}.{fraction[:6]:0<6}+00:00")

    def logs(self, container_id: str) -> bytes:
        """Return the end of what it printed, its last 64 KiB at least, stdout and stderr as they came."""
        with self._connection.translated("read a container's output") as api:
            # An engine counts lines, and in a long one pieces of 16 KiB; the shortest has one byte.
            for lines in (_LAST_LINES, _LOGGED_BYTES):
                printed = bytes(api.logs(container_id, stdout=True, stderr=True, tail=lines))
                if len(printed) >= _LOGGED_BYTES:
                    break
            return printed

    def follow(self, container_id: str) -> Iterator[str]:
        """Yield the lines it prints, stdout and stderr as they come, until it ends."""
        with self._connection.translated("read a container's output") as api:
            pending = b""
            for chunk in api.logs(container_id, stdout=True, stderr=True, stream=True, follow=True):
                *lines, pending = (pending + chunk).split(b"\n")
                for line in lines:
                    yield line.decode("utf-8", "replace").rstrip("\r")
            if pending:
                yield pending.decode("utf-8", "replace")

    def set_cpus(self, container_id: str, cpus: float, period_us: int) -> None:
        """Give a container, running or not, another share of the processors."""
        with self._connection.translated("change a container's limits") as api:
            limit = cpu_limit(cpus, period_us)
            api.update_container(container_id, cpu_period=limit["CpuPeriod"], cpu_quota=limit["CpuQuota"])

    def set_restart(self, container_id: str, policy: str | None) -> None:
        """Have the engine start a container again by itself, as in a spec, or with None not at all."""
        with self._connection.translated("change a container's restart policy") as api:
            api.update_container(container_id, restart_policy={"Name": policy or "no"})

    def resize(self, container_id: str, memory_bytes: int, cpus: float, processors: str) -> None:
        """Give a stopped container other limits: memory without swap, a share of the processors, and which ones."""
        with self._connection.translated("change a container's limits") as api:
            limit = cpu_limit(cpus, CPU_PERIOD_US)
            api.update_container(
                container_id,
                mem_limit=memory_bytes,
                memswap_limit=memory_bytes,
                cpu_period=limit["CpuPeriod"],
                cpu_quota=limit["CpuQuota"],
                cpuset_cpus=processors,
            )

    def exec(self, container_id: str, command: Sequence[str], user: str = "") -> ExecResult:
        """Run *command* inside to its end."""
        session = ExecSession(self._connection, container_id, command, user, tty=False, stdin=False)
        streams: dict[bool, list[bytes]] = {False: [], True: []}
        session.receive(lambda content, from_stderr: streams[from_stderr].append(content))
        return ExecResult(session.exit_code(), b"".join(streams[False]), b"".join(streams[True]))

    def open_exec(self, container_id: str, command: Sequence[str], user: str, *, tty: bool) -> ExecSession:
        """Start *command* inside and return it with its streams open."""
        return ExecSession(self._connection, container_id, command, user, tty=tty)

    def deaths(self, *kinds: Kind) -> Deaths:
        """Begin to listen for containers of *kinds* that end; what ends from now on is heard."""
        return Deaths(self._connection, self._home_id, kinds)

    def remove_all(self, *kinds: Kind) -> int:
        """Remove this home's containers of *kinds* (all kinds if none is named) and return how many there were."""
        found = self.list(*kinds)
        failures: list[EmulatorError] = []
        for container in found:
            try:
                self.remove(container.id)
            except EmulatorError as error:  # one that resists must not save the others
                failures.append(error)
        if failures:
            raise failures[0]
        return len(found)


def _new_name(spec: ContainerSpec) -> str:
    return f"cloudlet-{spec.kind}-{secrets.token_hex(6)}"


def _container(row: Mapping[str, Any]) -> Container:
    networks = (row.get("NetworkSettings") or {}).get("Networks") or {}
    address: Mapping[str, Any] = next((network for network in networks.values() if network.get("IPAddress")), {})
    plans = (network.get("IPAMConfig") for network in networks.values())
    planned: Mapping[str, Any] = next((plan for plan in plans if plan), {})
    return Container(
        id=row["Id"],
        kind=Kind(row["Labels"].get(labels.KIND, Kind.BUILD)),
        labels=row["Labels"],
        state=row["State"],
        image=row["Image"],
        created_at=datetime.fromtimestamp(row["Created"], UTC),
        exit_code=_exit_code(row.get("Status") or ""),
        ip_address=address.get("IPAddress") or planned.get("IPv4Address"),
        mac_address=address.get("MacAddress"),
        ports=tuple(
            sorted(
                {(port["PublicPort"], port["PrivatePort"]) for port in row.get("Ports") or [] if "PublicPort" in port}
            )
        ),
    )


def _exit_code(status: str) -> int | None:
    """
    Return the exit code in an engine's words: a list has it nowhere else, and looking at each takes too long.

    >>> _exit_code("Exited (143) 2 minutes ago"), _exit_code("Up 3 hours")
    (143, None)
    """
    match = re.match(r"Exited \((\d+)\)", status)
    return int(match[1]) if match else None
