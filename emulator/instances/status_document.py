"""Status checks in the shape of DescribeInstanceStatus."""

from collections.abc import Iterable
from typing import Any

from emulator.instances.document import state_document
from emulator.instances.status import Check, InstanceStatus

_DETAILS = {Check.OK: "passed", Check.IMPAIRED: "failed"}


def status_document(statuses: Iterable[InstanceStatus]) -> dict[str, Any]:
    """Return the answer of DescribeInstanceStatus."""
    return {
        "InstanceStatuses": [
            {
                "AvailabilityZone": one.instance.zone,
                "InstanceId": one.instance.id,
                "InstanceState": state_document(one.instance.state),
                "InstanceStatus": _summary(one.reachability),
                "SystemStatus": _summary(one.system),
            }
            for one in statuses
        ]
    }


def _summary(check: Check) -> dict[str, Any]:
    if check is Check.NOT_APPLICABLE:
        return {"Status": check.value}
    details = [{"Name": "reachability", "Status": _DETAILS.get(check, check.value)}]
    return {"Status": check.value, "Details": details}
