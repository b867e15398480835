"""Instance types: name, vCPUs, memory. The figures are AWS's, in instance_types.csv; no metal sizes."""

import csv
import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from emulator.errors import InvalidRequestError, nearest
from emulator.resources.filters import Fields, Filter, select
from emulator.resources.invalid import InvalidParameterValueError
from emulator.units import MIB

_DATA = Path(__file__).with_name("instance_types.csv")

_FILTERS = (
    "bare-metal",
    "burstable-performance-supported",
    "current-generation",
    "hypervisor",
    "instance-type",
    "memory-info.size-in-mib",
    "processor-info.supported-architecture",
    "vcpu-info.default-cores",
    "vcpu-info.default-threads-per-core",
    "vcpu-info.default-vcpus",
)


@dataclass(frozen=True)
class InstanceType:
    """A size of machine; `architecture` is what AWS runs it on, not what this machine is."""

    name: str
    vcpus: int
    memory_mib: int
    architecture: str
    cores: int
    hypervisor: str
    is_current: bool
    """Of AWS's current generation, as AWS answers; this changes from year to year."""

    @property
    def threads_per_core(self) -> int:
        return self.vcpus // self.cores

    @property
    def memory_bytes(self) -> int:
        return self.memory_mib * MIB

    @property
    def is_burstable(self) -> bool:
        return self.name.startswith("t")


class InstanceTypeNotFoundError(InvalidParameterValueError):
    """AWS has no such type, or cloudlet does not know it."""

    def __init__(self, name: str) -> None:
        near = nearest(name, all_types())
        super().__init__(
            f"Invalid value '{name}' for InstanceType.",
            hint=near or "list them with `cloudlet ec2 describe-instance-types`",
        )


class UnknownInstanceTypesError(InvalidRequestError):
    """What DescribeInstanceTypes says of the same mistake: other words, and all wrong names at once."""

    code = "InvalidInstanceType"

    def __init__(self, names: Sequence[str]) -> None:
        near = (nearest(name, all_types()) for name in names)
        super().__init__(
            f"The following supplied instance types do not exist: [{', '.join(names)}]",
            hint=next(filter(None, near), "list them with `cloudlet ec2 describe-instance-types`"),
        )


@functools.cache
def all_types() -> dict[str, InstanceType]:
    """Return every known type by name, smallest family member first."""
    with _DATA.open(newline="") as rows:
        return {
            row["instance_type"]: InstanceType(
                name=row["instance_type"],
                vcpus=int(row["vcpus"]),
                memory_mib=int(row["memory_mib"]),
                architecture=row["architecture"],
                cores=int(row["cores"]),
                hypervisor=row["hypervisor"],
                is_current=row["current_generation"] == "true",
            )
            for row in csv.DictReader(rows)
        }


def find_type(name: str) -> InstanceType:
    """Return the type called *name*; InstanceTypeNotFoundError names the nearest ones."""
    try:
        return all_types()[name]
    except KeyError:
        raise InstanceTypeNotFoundError(name) from None


def describe_types(names: Iterable[str] = (), filters: Sequence[Filter] = ()) -> list[InstanceType]:
    """Return the types called *names* (all of them if there are none) that all *filters* let through."""
    wanted = dict.fromkeys(names)
    if unknown := [name for name in wanted if name not in all_types()]:
        raise UnknownInstanceTypesError(unknown)
    types = [all_types()[name] for name in wanted] if wanted else list(all_types().values())
    return select(types, filters, _FILTERS, _fields)


def _fields(one: InstanceType) -> Fields:
    return {
        "bare-metal": [_truth(False)],
        "burstable-performance-supported": [_truth(one.is_burstable)],
        "current-generation": [_truth(one.is_current)],
        "hypervisor": [one.hypervisor],
        "instance-type": [one.name],
        "memory-info.size-in-mib": [str(one.memory_mib)],
        "processor-info.supported-architecture": [one.architecture],
        "vcpu-info.default-cores": [str(one.cores)],
        "vcpu-info.default-threads-per-core": [str(one.threads_per_core)],
        "vcpu-info.default-vcpus": [str(one.vcpus)],
    }


def _truth(value: bool) -> str:
    return "true" if value else "false"
