"""An engine as one home sees it."""

import functools
from typing import TYPE_CHECKING, Any

from emulator.engine.connection import Connection
from emulator.engine.find import find_engine
from emulator.engine.records import EngineInfo
from emulator.settings import Settings

if TYPE_CHECKING:
    from emulator.engine.archives import Archives
    from emulator.engine.builds import Builds
    from emulator.engine.containers import Containers
    from emulator.engine.images import Images
    from emulator.engine.networks import Networks
    from emulator.engine.stats import Stats


class Engine:
    """Containers, images and networks; nothing is asked of the engine before the first verb, nor imported for it."""

    def __init__(self, settings: Settings, home_id: str) -> None:
        self._settings = settings
        self._home_id = home_id
        self._connection = Connection(find_engine(settings))

    @functools.cached_property
    def containers(self) -> "Containers":
        from emulator.engine.containers import Containers

        return Containers(self._connection, self._home_id)

    @functools.cached_property
    def archives(self) -> "Archives":
        from emulator.engine.archives import Archives

        return Archives(self._connection)

    @functools.cached_property
    def images(self) -> "Images":
        from emulator.engine.images import Images

        return Images(self._connection)

    @functools.cached_property
    def builds(self) -> "Builds":
        from emulator.engine.builds import Builds

        return Builds(self._connection, self.images)

    @functools.cached_property
    def networks(self) -> "Networks":
        from emulator.engine.networks import Networks

        return Networks(self._connection, self._settings.vpc_cidr)

    @functools.cached_property
    def stats(self) -> "Stats":
        from emulator.engine.stats import Stats

        return Stats(self._connection)

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
        """Give the sockets back, and remove what was to be there only for a while."""
        if "containers" in self.__dict__:
            self.containers.end_temporary()
        self._connection.close()


def _is_podman(info: dict[str, Any]) -> bool:
    return "buildahVersion" in info or "BuildahVersion" in info
