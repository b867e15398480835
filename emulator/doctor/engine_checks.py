"""What the engine is and whether it keeps its promises: some take a limit, say yes, and enforce nothing."""

from emulator.cloud import Cloud
from emulator.doctor.check import Check, Examination
from emulator.engine.records import EngineInfo
from emulator.engine.unavailable import EngineForbiddenError, EngineTooOldError
from emulator.errors import EngineError, EngineUnavailableError
from emulator.units import format_bytes


def examine_engine(cloud: Cloud) -> Examination:
    """Return what can be known of the engine; without a usable one that is little."""
    try:
        info = cloud.engine.info()
    except EngineUnavailableError as error:
        return Examination(_unusable(error), engine_usable=False)
    except EngineError as error:
        return Examination([Check.fail("engine", error.message, error.hint)], engine_usable=False)
    checks = [
        Check.ok("engine", f"{info.name} at {_place(info)}"),
        Check.ok("access", "this user may use it"),
        Check.ok("version", f"{info.version}, API {info.api_version}"),
        Check.ok("cgroups", f"version {info.cgroup_version}, driver {info.cgroup_driver}"),
        _memory_limit(info),
        _cpu_limit(info),
        *(Check.warn("engine says", warning, "see the engine's own documentation") for warning in info.warnings),
    ]
    return Examination(checks, engine_usable=True)


def _place(info: EngineInfo) -> str:
    """Say where it is and who said so; a socket that was found names itself."""
    return info.url if info.url.endswith(info.source) else f"{info.url}, named by {info.source}"


def _unusable(error: EngineUnavailableError) -> list[Check]:
    """Say how far it went: found, allowed, new enough."""
    if isinstance(error, EngineForbiddenError):
        return [Check.ok("engine", "there is one"), Check.fail("access", error.message, error.hint)]
    if isinstance(error, EngineTooOldError):
        return [
            Check.ok("engine", "there is one"),
            Check.ok("access", "this user may use it"),
            Check.fail("version", error.message, error.hint),
        ]
    return [Check.fail("engine", error.message, error.hint)]


def _memory_limit(info: EngineInfo) -> Check:
    if info.memory_limit:
        return Check.ok("memory limit", f"enforced, of {format_bytes(info.memory_bytes)}")
    return Check.fail(
        "memory limit",
        "the engine ignores it: an instance or a function may take all memory",
        "boot the kernel with `cgroup_enable=memory`, or delegate the memory controller to a rootless engine",
    )


def _cpu_limit(info: EngineInfo) -> Check:
    if info.cpu_quota:
        return Check.ok("cpu limit", f"enforced, of {info.cpus} processors")
    return Check.fail(
        "cpu limit",
        "the engine ignores it: every instance has all processors",
        "use a kernel with CONFIG_CFS_BANDWIDTH, or delegate the cpu controller to a rootless engine",
    )
