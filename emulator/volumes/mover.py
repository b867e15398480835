"""Moves, copies and removes what lies in volumes, as root: files there belong to whatever users an instance has.

Where this process is not root, a short-lived container is: the same script runs in it, with the home mounted as one, so
that a rename is a rename there too.
"""

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from emulator.engine import Bind, ContainerSpec, Engine, Kind
from emulator.home import Home
from emulator.units import KIB
from emulator.volumes.claims import Claim
from emulator.volumes.errors import DataMoveError

RESOURCE_LABEL = "cloudlet.volume"

_MAKE = 'rm -rf "$1" && mkdir -m 0755 "$1" && mv -T "$1" "$2"'
_MOVE = 'mv -T "$1" "$2"'
_REMOVE = 'rm -rf "$1"'
_MAKE_LISTABLE = 'chmod a+rx "$1"'
_MEASURE = 'cd "$1" && du -sk .'
# With -T, and -a which follows no link: a link that somebody put in the place of the folder is found, not followed.
_COPY = 'rm -rf "$2" && cp -a --reflink=auto -T "$1" "$2" && [ -d "$2" ] && [ ! -L "$2" ] && mv -T "$2" "$3"'


class AsRoot(Protocol):
    """Runs scripts as root."""

    def run(self, claim: Claim, script: str, *paths: Path) -> tuple[int, str]:
        """Run *script*, to which *paths* of the home are `$1` and so on; return its exit code and what it printed."""

    def abandon(self, claim: Claim) -> None:
        """End what a killed shell left running for a claim that is ours now."""


class Mover:
    """Each verb is whole or not done at all, but for `remove`, which can be done again."""

    def __init__(self, as_root: AsRoot) -> None:
        self._as_root = as_root

    def make(self, claim: Claim, half_made: Path, place: Path) -> None:
        """Make an empty folder at *place*, by way of *half_made*."""
        self._do(claim, _MAKE, half_made, place)

    def copy(self, claim: Claim, source: Path, half_made: Path, place: Path) -> None:
        """Make a copy of *source* at *place*, by way of *half_made*: owners, modes, times and links are the same."""
        self._do(claim, _COPY, source, half_made, place)

    def move(self, claim: Claim, source: Path, place: Path) -> None:
        """Rename *source*; nothing may be at *place*."""
        self._do(claim, _MOVE, source, place)

    def remove(self, claim: Claim, path: Path) -> None:
        """Remove *path* with all that is in it; what is gone already is no error."""
        if not os.path.lexists(path):
            return
        try:
            if path.is_symlink():
                path.unlink()
            else:
                shutil.rmtree(path)
        except PermissionError:
            self._do(claim, _REMOVE, path)

    def make_listable(self, claim: Claim, path: Path) -> None:
        """Let everybody list the folder *path*."""
        self._do(claim, _MAKE_LISTABLE, path)

    def measure(self, claim: Claim, path: Path) -> int:
        """Return how many bytes of the disk the folder *path* takes."""
        return int(self._do(claim, _MEASURE, path).split()[-2]) * KIB

    def abandon(self, claim: Claim) -> None:
        """End what a killed shell left running for a claim that is ours now."""
        self._as_root.abandon(claim)

    def _do(self, claim: Claim, script: str, *paths: Path) -> str:
        exit_code, printed = self._as_root.run(claim, script, *paths)
        if exit_code:
            said = printed.strip().splitlines()
            raise DataMoveError(
                f"the data of {claim.resource_id} could not be moved: {said[-1] if said else f'exit code {exit_code}'}"
            )
        return printed


def mover_for(home: Home, engine: Callable[[], Engine], image: Callable[[], str]) -> Mover:
    """Return what moves data here; *engine* and *image* are asked for only where this process is not root."""
    return Mover(Here() if os.geteuid() == 0 else InContainer(home, engine, image))


class Here:
    """This process's own user is root."""

    def run(self, claim: Claim, script: str, *paths: Path) -> tuple[int, str]:
        with subprocess.Popen(
            ["sh", "-c", script, "sh", *map(str, paths)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            process_group=0,  # Ctrl-C is for us to pass on, and to wait for
            pass_fds=(claim.descriptor,),  # if we are killed, the claim holds until the script is done
        ) as process:
            try:
                printed, _ = process.communicate()
            except BaseException:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                raise
        return process.returncode, printed

    def abandon(self, claim: Claim) -> None:
        """Nothing is left: what a killed shell had started would still have the claim."""


class InContainer:
    """A container's root stands in."""

    def __init__(self, home: Home, engine: Callable[[], Engine], image: Callable[[], str]) -> None:
        self._home = home
        self._engine = engine
        self._image = image

    def run(self, claim: Claim, script: str, *paths: Path) -> tuple[int, str]:
        inside = [f"{_TARGET}/{path.relative_to(self._home.root)}" for path in paths]
        spec = ContainerSpec(
            image=self._image(),
            kind=Kind.MOVER,
            command=("sh", "-c", script, "sh", *inside),
            labels={RESOURCE_LABEL: claim.resource_id},
            user="0",
            network="none",
            mounts=(Bind(self._home.root, _TARGET),),
        )
        containers = self._engine().containers
        with containers.temporary(spec) as container_id:
            exit_code = containers.wait(container_id)
            return exit_code, containers.logs(container_id).decode("utf-8", "replace")

    def abandon(self, claim: Claim) -> None:
        """Remove the container of a shell that was killed; it would have gone on."""
        containers = self._engine().containers
        for container in containers.list(Kind.MOVER, filters={RESOURCE_LABEL: claim.resource_id}):
            containers.remove(container.id)


_TARGET = "/cloudlet"
