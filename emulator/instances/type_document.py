"""Instance types in the shape of AWS's answer. Only what is known is said: AWS tells far more of a type."""

from collections.abc import Callable, Iterable
from typing import Any

from emulator.instances.instance_types import InstanceType

Document = dict[str, Any]


def instance_types(types: Iterable[InstanceType], price: Callable[[str], Document | None]) -> Document:
    """Return the answer of DescribeInstanceTypes, and under a name of our own what *price* knows of each type."""
    return {"InstanceTypes": [_instance_type(one, price(one.name)) for one in types]}


def _instance_type(one: InstanceType, price: Document | None) -> Document:
    return {
        "InstanceType": one.name,
        "CurrentGeneration": one.is_current,
        "BareMetal": False,
        "Hypervisor": one.hypervisor,
        "BurstablePerformanceSupported": one.is_burstable,
        "ProcessorInfo": {"SupportedArchitectures": [one.architecture]},
        "VCpuInfo": {
            "DefaultVCpus": one.vcpus,
            "DefaultCores": one.cores,
            "DefaultThreadsPerCore": one.threads_per_core,
        },
        "MemoryInfo": {"SizeInMiB": one.memory_mib},
        "OnDemandPrice": price,
    }
