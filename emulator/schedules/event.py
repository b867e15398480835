"""What a target is sent when a rule comes due: EventBridge's event of a schedule."""

import json
from datetime import UTC, datetime

from emulator.ids import new_request_id
from emulator.schedules.model import Rule, Target
from emulator.settings import ACCOUNT_ID


def payload(rule: Rule, target: Target, tick: datetime, region: str) -> bytes:
    """Return the target's own input, or the event; its time is when the rule came due, not when that was noticed."""
    if target.input is not None:
        return target.input.encode()
    event = {
        "version": "0",
        "id": new_request_id(),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT_ID,
        "time": tick.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": region,
        "resources": [rule.arn(region)],
        "detail": {},
    }
    return json.dumps(event).encode()
