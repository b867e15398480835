"""How an instance sees its own size: a kernel tells every container what the whole machine has.

Files with the instance's figures lie over the kernel's own. What they say of memory in use does not move: only the
total is meant to be read there.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from emulator.engine import EngineInfo
from emulator.engine.records import Bind
from emulator.instances.instance_types import InstanceType
from emulator.processor import architecture
from emulator.units import KIB, MIB, format_bytes

_CPUINFO = Path("/proc/cpuinfo")
_CPU_LISTS = ("online", "possible", "present")
_AT_BOOT_BYTES = 32 * MIB
_chance = random.Random()  # noqa: S311 - processors, no secrets


@dataclass(frozen=True)
class Size:
    """What an instance really gets: its type's figures, no more than the machine has."""

    vcpus: int
    memory_bytes: int

    @classmethod
    def of(cls, size: InstanceType, engine: EngineInfo) -> "Size":
        """Return what a machine of *engine* can give to an instance of that type."""
        return cls(min(size.vcpus, engine.cpus), min(size.memory_bytes, engine.memory_bytes))


def differences(kind: InstanceType, engine: EngineInfo) -> Iterator[str]:
    """Yield a sentence about each thing in which an instance of *kind* is not here what it is on AWS."""
    if kind.vcpus > engine.cpus or kind.memory_bytes > engine.memory_bytes:
        yield (
            f"{kind.name} has {kind.vcpus} vCPUs and {format_bytes(kind.memory_bytes)}, this machine has {engine.cpus} "
            f"and {format_bytes(engine.memory_bytes)}: the instance will be as large as the machine"
        )
    if kind.architecture != architecture():
        yield (
            f"{kind.name} is of {kind.architecture}, this machine and its AMIs are of {architecture()}: the instance "
            "will be, too; AWS would want another AMI or another type"
        )


def processors(size: Size, engine: EngineInfo) -> str:
    """
    Return the processors that an instance runs on, drawn by lot so that small ones spread, such as `1,3`.

    A share of the time of all of them would do for the limit, but not for programs: they start as many threads as
    they see processors.
    """
    return ",".join(str(number) for number in sorted(_chance.sample(range(engine.cpus), size.vcpus)))


def write_size(folder: Path, size: Size) -> None:
    """Write the files that `binds` lays over the kernel's; those of a running instance must not be touched."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "meminfo").write_text(_meminfo(size.memory_bytes))
    (folder / "cpus").write_text("0\n" if size.vcpus == 1 else f"0-{size.vcpus - 1}\n")
    if _CPUINFO.exists():
        (folder / "cpuinfo").write_text(_cpuinfo(_CPUINFO.read_text(), size.vcpus))


def binds(folder: Path) -> tuple[Bind, ...]:
    """Return what lays the files in *folder* over the kernel's own."""
    lists = (Bind(folder / "cpus", f"/sys/devices/system/cpu/{name}", read_only=True) for name in _CPU_LISTS)
    cpuinfo = (Bind(folder / "cpuinfo", str(_CPUINFO), read_only=True),) if _CPUINFO.exists() else ()
    return (Bind(folder / "meminfo", "/proc/meminfo", read_only=True), *lists, *cpuinfo)


def _meminfo(memory_bytes: int) -> str:
    free = max(memory_bytes - _AT_BOOT_BYTES, memory_bytes // 2)
    rows = {"MemTotal": memory_bytes, "MemFree": free, "MemAvailable": free}
    rows |= dict.fromkeys(("Buffers", "Cached", "SwapCached", "SwapTotal", "SwapFree", "Shmem", "SReclaimable"), 0)
    return "".join(f"{name + ':':<16}{count // KIB:>8} kB\n" for name, count in rows.items())


def _cpuinfo(whole: str, vcpus: int) -> str:
    """Return the entries of the first *vcpus* processors, as so many cores of one socket."""
    entries = [entry for entry in whole.strip().split("\n\n") if entry.startswith("processor")][:vcpus]
    own = {"siblings": vcpus, "cpu cores": vcpus, "physical id": 0}
    return "".join(_with_values(entry, own | {"core id": number}) for number, entry in enumerate(entries))


def _with_values(entry: str, values: dict[str, int]) -> str:
    lines = []
    for line in entry.splitlines():
        name = line.partition(":")[0]
        lines.append(f"{name}: {values[name.strip()]}" if name.strip() in values else line)
    return "\n".join(lines) + "\n\n"
