"""Instance types: name, vCPUs, memory. The figures are AWS's, in instance_types.csv; no metal sizes."""

import csv
import functools
from dataclasses import dataclass
from pathlib import Path

from emulator.errors import NotFoundError, nearest
from emulator.units import MIB

_DATA = Path(__file__).with_name("instance_types.csv")


@dataclass(frozen=True)
class InstanceType:
    """A size of machine; `architecture` is what AWS runs it on, not what this machine is."""

    name: str
    vcpus: int
    memory_mib: int
    architecture: str

    @property
    def memory_bytes(self) -> int:
        return self.memory_mib * MIB

    @property
    def is_burstable(self) -> bool:
        return self.name.startswith("t")


class InstanceTypeNotFoundError(NotFoundError):
    """AWS has no such type, or cloudlet does not know it."""

    code = "InvalidParameterValue"

    def __init__(self, name: str) -> None:
        near = nearest(name, all_types())
        super().__init__(
            f"Invalid value '{name}' for InstanceType.",
            hint=near or "list them with `cloudlet ec2 describe-instance-types`",
        )


@functools.cache
def all_types() -> dict[str, InstanceType]:
    """Return every known type by name, smallest family member first."""
    with _DATA.open(newline="") as rows:
        return {
            row["instance_type"]: InstanceType(
                row["instance_type"], int(row["vcpus"]), int(row["memory_mib"]), row["architecture"]
            )
            for row in csv.DictReader(rows)
        }


def find_type(name: str) -> InstanceType:
    """Return the type called *name*; InstanceTypeNotFoundError names the nearest ones."""
    try:
        return all_types()[name]
    except KeyError:
        raise InstanceTypeNotFoundError(name) from None
