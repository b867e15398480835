"""An engine as one home sees it."""

from typing import Any

from emulator.engine.archives import Archives
from emulator.engine.builds import Builds
from emulator.engine.connection import Connection
from emulator.engine.containers import Containers
from emulator.engine.find import find_engine
from emulator.engine.images import Images
from emulator.engine.networks import Networks
from emulator.engine.records import EngineInfo
from emulator.engine.stats import Stats
from emulator.settings import Settings


class Engine:
    """Containers, images and networks; nothing is asked of the engine before the first verb."""

    def __init__(self, settings: Settings, home_id: str) -> None:
        self._connection = Connection(find_engine(settings))
        self.containers = Containers(self._connection, home_id)
        self.archives = Archives(self._connection)
        self.images = Images(self._connection)
        self.builds = Builds(self._connection, self.images)
        self.networks = Networks(self._connection, settings.vpc_cidr)
        self.stats = Stats(self._connection)

    @property
    def url(self) -> str | None:
        """Where the engine is; None if there is no trace of one."""
        return self._connection.address.url if self._connection.address else None

    def info(self) -> EngineInfo:
        """Describe the engine; EngineUnavailableError says which of absent, forbidden or too old it is."""
        with self._connection.translated("describe the engine") as api:
            info: dict[str, Any] = api.info()
            api_version = str(api.api_version)
        address = self._connection.address
        return EngineInfo(
            name="podman" if "podman" in str(info.get("Name", "")) or _is_podman(info) else "docker",
            version=str(info.get("ServerVersion", "unknown")),
            api_version=api_version,
            url=address.url if address else "",
            source=address.source if address else "",
            cgroup_version=int(info.get("CgroupVersion") or 1),
            cgroup_driver=str(info.get("CgroupDriver", "")),
            cpus=int(info["NCPU"]),
            memory_bytes=int(info["MemTotal"]),
            memory_limit=bool(info.get("MemoryLimit")),
            cpu_quota=bool(info.get("CpuCfsQuota", info.get("CPUCfsQuota"))),
            apparmor=any("apparmor" in option for option in info.get("SecurityOptions") or []),
            warnings=tuple(info.get("Warnings") or ()),
        )

    def close(self) -> None:
        self._connection.close()


def _is_podman(info: dict[str, Any]) -> bool:
    return "buildahVersion" in info or "BuildahVersion" in info
