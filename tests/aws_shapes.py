"""AWS's own description of what its services answer, as botocore has it."""

import functools
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import botocore.session

OUR_OWN = {
    "Image": {"Built", "DefaultUser", "Init", "Ports"},
    "Instance": {"PublishedPorts", "SshCommand"},
    "InstanceTypeInfo": {"OnDemandPrice"},
}
"""What cloudlet adds to AWS's structures, by their names."""

_TYPES = {"boolean": bool, "double": float, "integer": int, "long": int, "string": str}


def misfits(operation: str, answer: object, service: str = "ec2") -> list[str]:
    """Return each place in *answer* whose key, type or word AWS's answer to *operation* cannot have there."""
    return list(_misfits(answer, operation_model(operation, service).output_shape, operation))


@functools.cache
def operation_model(operation: str, service: str = "ec2") -> Any:
    """Return what botocore knows of an operation, such as `DescribeInstances`."""
    return botocore.session.Session().get_service_model(service).operation_model(operation)


def _misfits(value: Any, shape: Any, place: str) -> Iterator[str]:
    if isinstance(value, dict | list):
        yield from _misfits_inside(value, shape, place)
    elif shape.type_name == "timestamp":
        if not isinstance(value, datetime) and not _is_time(value):
            yield f"{place} is no time: {value!r}"
    elif type(value) is not _TYPES.get(shape.type_name):
        yield f"{place} is no {shape.type_name}: {value!r}"
    elif getattr(shape, "enum", None) and value not in shape.enum:
        yield f"{place} is none of {shape.enum}: {value!r}"


def _misfits_inside(value: Any, shape: Any, place: str) -> Iterator[str]:
    if shape.type_name == "structure" and isinstance(value, dict):
        for key in value.keys() - OUR_OWN.get(shape.name, set()):
            if key in shape.members:
                yield from _misfits(value[key], shape.members[key], f"{place}.{key}")
            else:
                yield f"{place}.{key} is not AWS's"
    elif shape.type_name == "map" and isinstance(value, dict):
        for key, one in value.items():
            yield from _misfits(key, shape.key, f"{place} {key!r}")
            yield from _misfits(one, shape.value, f"{place}[{key!r}]")
    elif shape.type_name == "list" and isinstance(value, list):
        for index, one in enumerate(value):
            yield from _misfits(one, shape.member, f"{place}[{index}]")
    else:
        yield f"{place} is no {shape.type_name}: {value!r}"


def _is_time(value: object) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False
