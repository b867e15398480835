"""Rules and targets in the shape of AWS's answers; what is not set is left out, as AWS does."""

from typing import Any

from emulator.schedules.model import Rule, Target
from emulator.settings import ACCOUNT_ID

Document = dict[str, Any]


def listed(rule: Rule, region: str) -> Document:
    """Return a rule as ListRules does."""
    document: Document = {
        "Name": rule.name,
        "Arn": rule.arn(region),
        "State": rule.state,
        "ScheduleExpression": rule.schedule,
        "EventBusName": "default",
    }
    if rule.description:
        document["Description"] = rule.description
    return document


def described(rule: Rule, region: str) -> Document:
    """Return a rule as DescribeRule does: with who made it."""
    return listed(rule, region) | {"CreatedBy": ACCOUNT_ID}


def target(target: Target) -> Document:
    """Return a target as ListTargetsByRule does."""
    document: Document = {"Id": target.id, "Arn": target.arn}
    if target.input is not None:
        document["Input"] = target.input
    return document
