"""A function's requirements, installed for the runtime inside a container and cached by what was asked for."""

import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from emulator.engine import Bind, ContainerSpec, Engine, Kind
from emulator.errors import BuildError
from emulator.functions.code.manifests import manifest_files
from emulator.functions.code.package import Package
from emulator.functions.code.placing import made_whole
from emulator.functions.code.unfinished import unfinished_folder
from emulator.functions.runtimes.registry import Runtime
from emulator.home import Home
from emulator.progress import Progress
from emulator.settings import Settings

_CA_INSIDE = "/host-ca.pem"
_CA_VARIABLES = ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "npm_config_cafile")
_QUIET_NPM = dict.fromkeys(("npm_config_update_notifier", "npm_config_fund", "npm_config_audit"), "false")


class Dependencies:
    """Installs requirements; the same ones for the same runtime only once."""

    def __init__(self, engine: Engine, home: Home, settings: Settings, progress: Progress) -> None:
        self._engine = engine
        self._home = home
        self._settings = settings
        self._progress = progress

    def install(self, package: Package, runtime: Runtime, image: str) -> Path | None:
        """
        Return the folder with what the package needs, None if that is nothing.

        BuildError carries the installer's whole output.
        """
        wanted = {file: (package.source / file).read_bytes() for file in manifest_files(package, runtime.manifest)}
        if not wanted:
            return None
        target = self._home.dependencies / f"{runtime.name}-{_key(wanted, runtime, image)}"
        if target.is_dir():
            return target
        with made_whole(target) as building, self._asked() as asked:
            for file, content in wanted.items():
                (asked / file).parent.mkdir(parents=True, exist_ok=True)
                (asked / file).write_bytes(content)
            with self._progress.step(f"installing {runtime.manifest} for {runtime.name}"):
                self._run(self._installer(runtime, image, asked, building))
        return target

    @contextmanager
    def _asked(self) -> Iterator[Path]:
        """Yield a folder for what the installer reads; it is gone afterwards."""
        with unfinished_folder(self._home.dependencies, ".asked-") as folder:
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)

    def _installer(self, runtime: Runtime, image: str, asked: Path, building: Path) -> ContainerSpec:
        environment = {"HOME": "/tmp", "npm_config_cache": "/npm-cache", **_QUIET_NPM}  # noqa: S108 - the container's
        environment |= self._settings.proxies
        environment |= {name.lower(): value for name, value in self._settings.proxies.items()}
        mounts = [
            Bind(asked, "/requirements", read_only=True),
            Bind(building, "/dependencies"),
            Bind(self._cache("pip"), "/pip-cache"),
            Bind(self._cache("npm"), "/npm-cache"),
        ]
        if self._settings.ca_bundle is not None:
            mounts.append(Bind(self._settings.ca_bundle.resolve(), _CA_INSIDE, read_only=True))
            environment |= dict.fromkeys(_CA_VARIABLES, _CA_INSIDE)
        return ContainerSpec(
            image=image,
            kind=Kind.BUILD,
            entrypoint=runtime.install[:1],  # AWS's images have one that takes but a handler
            command=runtime.install[1:],
            user=f"{os.getuid()}:{os.getgid()}",  # so that the files are the caller's to delete
            environment=environment,
            mounts=tuple(mounts),
        )

    def _cache(self, installer: str) -> Path:
        """Return the folder in which pip or npm keeps what it has fetched, over all functions."""
        folder = self._home.dependencies / f".{installer}-cache"
        folder.mkdir(exist_ok=True)
        return folder

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


def _key(wanted: Mapping[Path, bytes], runtime: Runtime, image: str) -> str:
    digest = hashlib.sha256(f"{image}\0{' '.join(runtime.install)}\0".encode())
    for file, content in wanted.items():
        digest.update(b"%s\0%d\0%s" % (os.fsencode(file), len(content), content))
    return digest.hexdigest()[:16]
