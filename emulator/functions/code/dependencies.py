"""A function's requirements, installed for the runtime inside a container and cached by what was asked for."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from emulator.engine import Bind, ContainerSpec, Engine, Kind
from emulator.errors import BuildError
from emulator.functions.runtimes.registry import Runtime
from emulator.home import Home
from emulator.progress import Progress
from emulator.settings import Settings

_CA_INSIDE = "/host-ca.pem"


class Dependencies:
    """Installs requirements; the same ones for the same runtime only once."""

    def __init__(self, engine: Engine, home: Home, settings: Settings, progress: Progress) -> None:
        self._engine = engine
        self._home = home
        self._settings = settings
        self._progress = progress

    def install(self, requirements: Path, runtime: Runtime, image: str) -> Path:
        """Return the folder with what *requirements* names; BuildError carries the installer's whole output."""
        wanted = requirements.read_bytes()
        key = hashlib.sha256(f"{image}\0{' '.join(runtime.install)}\0".encode() + wanted).hexdigest()[:16]
        target = self._home.dependencies / f"{runtime.name}-{key}"
        if target.is_dir():
            return target
        with self._scratch("building") as building, self._scratch("requirements") as asked:
            (asked / requirements.name).write_bytes(wanted)
            with self._progress.step(f"installing {requirements.name} for {runtime.name}"):
                self._run(self._installer(runtime, image, asked, building))
            building.chmod(0o755)
            if not target.is_dir():  # unless another shell was faster
                building.rename(target)
        return target

    @contextmanager
    def _scratch(self, purpose: str) -> Iterator[Path]:
        """Yield a new folder beside the finished ones; it is gone afterwards unless it was renamed."""
        folder = self._home.dependencies
        with tempfile.TemporaryDirectory(prefix=f".{purpose}-", dir=folder, ignore_cleanup_errors=True) as path:
            yield Path(path)

    def _installer(self, runtime: Runtime, image: str, asked: Path, building: Path) -> ContainerSpec:
        cache = self._home.dependencies / ".pip-cache"
        cache.mkdir(exist_ok=True)
        environment = {"HOME": "/tmp", **self._settings.proxies}  # noqa: S108 - the container's
        environment |= {name.lower(): value for name, value in self._settings.proxies.items()}
        mounts = [
            Bind(asked, "/requirements", read_only=True),
            Bind(building, "/dependencies"),
            Bind(cache, "/pip-cache"),
        ]
        if self._settings.ca_bundle is not None:
            mounts.append(Bind(self._settings.ca_bundle.resolve(), _CA_INSIDE, read_only=True))
            environment |= dict.fromkeys(("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"), _CA_INSIDE)
        return ContainerSpec(
            image=image,
            kind=Kind.BUILD,
            command=runtime.install,
            user=f"{os.getuid()}:{os.getgid()}",  # so that the files are the caller's to delete
            environment=environment,
            mounts=tuple(mounts),
        )

    def _run(self, spec: ContainerSpec) -> None:
        containers = self._engine.containers
        log = []
        with containers.temporary(spec) as container_id:
            for line in containers.follow(container_id):
                log.append(line)
                self._progress.detail(line)
            exit_code = containers.wait(container_id)
        if exit_code != 0:
            raise BuildError("the function's requirements could not be installed", log=log, hint="see the lines above")
