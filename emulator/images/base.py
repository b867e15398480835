"""The image that an AMI starts from: the local store's, else the registry's, else made here from Debian's packages."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from emulator.engine import Engine, Kind, labels
from emulator.errors import BuildError, EngineError
from emulator.home import Home
from emulator.images.lock import locked
from emulator.progress import Progress

DEFAULT_IMAGE = "debian:bookworm-slim"
DEFAULT_SUITE = "bookworm"

REPOSITORY = "cloudlet/base"
_REGISTRY_SECONDS = 5.0
_LEFT_OUT = (
    "path-exclude=/usr/share/doc/*",
    "path-include=/usr/share/doc/*/copyright",
    "path-exclude=/usr/share/man/*/*",  # man1 itself stays: some packages link into it when they are installed
    "path-exclude=/usr/share/info/*",
    "path-exclude=/usr/share/locale/*",
    "path-include=/usr/share/locale/locale.alias",
)


class BaseImages:
    """Finds or makes base images on one engine."""

    def __init__(self, engine: Engine, home: Home, progress: Progress, repository: str = REPOSITORY) -> None:
        self._engine = engine
        self._home = home
        self._progress = progress
        self._repository = repository

    def ensure(self, image: str = DEFAULT_IMAGE, suite: str | None = DEFAULT_SUITE) -> str:
        """
        Return a local tag that stands for *image*: its own, or `cloudlet/base:<suite>` if it was made here.

        An image made here never takes the official name: a later `docker pull` means another one by it.
        """
        if found := self.present(image, suite):
            return found
        with locked(self._home.build_lock(f"base-{suite or 'none'}"), image, self._progress):
            return self.present(image, suite) or self._pulled(image) or self._made(image, suite)

    def present(self, image: str, suite: str | None) -> str | None:
        """Return the tag in the local store that stands for *image*, if there is one."""
        tags = [image, *([f"{self._repository}:{suite}"] if suite else [])]
        return next((tag for tag in tags if self._engine.images.get(tag)), None)

    def _pulled(self, image: str) -> str | None:
        with self._progress.step(f"Looking for {image} in its registry"):
            if not self._engine.images.in_registry(image, _REGISTRY_SECONDS):
                return None
        try:
            with self._progress.step(f"Pulling {image}"):
                self._engine.images.pull(image)
        except EngineError as error:  # a registry may be known to a proxy that lets no image through
            self._progress.warn(error.message)
            return None
        return image

    def _made(self, image: str, suite: str | None) -> str:
        if suite is None:
            raise EngineError(
                f"{image} is neither in the local store nor in a registry that answers",
                hint="load it with `docker load`, or give the base a `bootstrap: <Debian suite>`",
            )
        if shutil.which("mmdebstrap") is None:
            raise EngineError(
                f"{image} is neither in the local store nor in a registry that answers, and mmdebstrap, "
                "which could make one like it, is not installed",
                hint="install it: `sudo apt-get install mmdebstrap debian-archive-keyring` or `cloudlet doctor --fix`",
            )
        tag = f"{self._repository}:{suite}"
        self._home.scratch.mkdir(parents=True, exist_ok=True)
        with (
            self._progress.step(f"Making Debian {suite} from its packages"),
            tempfile.TemporaryDirectory(dir=self._home.scratch) as folder,
        ):
            archive = Path(folder, "root.tar")
            self._bootstrap(suite, archive)
            self._engine.images.import_tar(archive, tag, {labels.KIND: str(Kind.BASE)})
        return tag

    def _bootstrap(self, suite: str, archive: Path) -> None:
        log: list[str] = []
        with (
            archive.open("wb") as output,
            subprocess.Popen(
                _command(suite, archive.parent),
                stdout=output,
                stderr=subprocess.PIPE,
                text=True,
                errors="replace",
                process_group=0,  # Ctrl-C is passed on below, and its effect waited for
            ) as process,
        ):
            try:
                for line in process.stderr or ():
                    log.append(line.rstrip())
                    self._progress.detail(line)
            except BaseException:
                os.killpg(process.pid, signal.SIGTERM)
                process.communicate()
                raise
        if process.returncode:
            complaints = [line.removeprefix("E: ") for line in log if line.startswith("E: ")][:2]
            said = "; ".join(complaints) or f"exit code {process.returncode}"
            raise BuildError(
                f"mmdebstrap could not make Debian {suite}: {said}",
                log=log,
                hint="a Debian mirror has to be reachable, and the package debian-archive-keyring installed",
            )


def _command(suite: str, folder: Path) -> list[str]:
    """
    Return the command that writes a small Debian as a tar to its standard output, working in *folder*.

    Run by root it mounts /proc and /sys in there, and leaves them so when it is interrupted: in a mount namespace
    of its own they end with it, and *folder* can be removed without reaching this machine's own.
    """
    options = [f"--dpkgopt={option}" for option in _LEFT_OUT]
    command = ["mmdebstrap", "--variant=minbase", "--format=tar", *options, suite, "-"]
    if os.geteuid() == 0:
        return ["unshare", "--mount", "env", f"TMPDIR={folder}", *command]
    return command
