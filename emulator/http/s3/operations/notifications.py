"""A bucket's notification configuration: AWS's door to the rules that `lambda add-trigger` is the other door to."""

from collections.abc import Mapping, Sequence
from typing import Any

from emulator.buckets.notifications import Configuration, Rule
from emulator.http.aws.errors import InvalidArgumentError
from emulator.http.s3.call import Call, Handler, Output
from emulator.pipeline.deliveries.targets import is_function_arn

_ELSEWHERE = {"QueueConfigurations": ("QueueArn", "Queue"), "TopicConfigurations": ("TopicArn", "Topic")}
_MOST_VALUE_BYTES = 1024
_MOST_ID_LENGTH = 255


async def get_bucket_notification_configuration(call: Call) -> Output:
    found = await call.run(call.buckets.rules.configuration, call.bucket)
    output: dict[str, Any] = {"LambdaFunctionConfigurations": [_document(rule) for rule in found.rules]}
    if found.event_bridge:
        output["EventBridgeConfiguration"] = {}
    return output


async def put_bucket_notification_configuration(call: Call) -> Output:
    asked = call.asked["NotificationConfiguration"]
    for member, (arn, argument) in _ELSEWHERE.items():
        for one in asked.get(member, ()):
            raise InvalidArgumentError(
                f"There are no queues and topics here: notifications go to functions, not to {one[arn]}",
                argument,
                one[arn],
                hint="`cloudlet s3 add-notification` also takes folders (file:///PATH/, s3://BUCKET/) and http(s) URLs",
            )
    rules = tuple(_rule(call.bucket, one) for one in asked.get("LambdaFunctionConfigurations", ()))
    await call.write(
        call.buckets.rules.configure,
        call.bucket,
        Configuration(rules, "EventBridgeConfiguration" in asked),
        validate=not call.asked.get("SkipDestinationValidation"),
    )
    return {}


def _rule(bucket: str, asked: Mapping[str, Any]) -> Rule:
    arn, rule_id = asked["LambdaFunctionArn"], asked.get("Id") or ""
    if not is_function_arn(arn):
        raise InvalidArgumentError("The ARN could not be parsed", "CloudFunction", arn)
    if len(rule_id) > _MOST_ID_LENGTH:
        raise InvalidArgumentError(f"An ID has at most {_MOST_ID_LENGTH} characters", "Id", rule_id)
    filters = _filters(asked.get("Filter", {}).get("Key", {}).get("FilterRules", ()))
    return Rule(rule_id, bucket, arn, tuple(asked["Events"]), filters.get("prefix", ""), filters.get("suffix", ""))


def _filters(rules: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return the values by name; a name is told without its case, and given once."""
    values: dict[str, str] = {}
    for rule in rules:
        name, value = str(rule.get("Name", "")).lower(), str(rule.get("Value", ""))
        if name not in ("prefix", "suffix"):
            raise InvalidArgumentError("filter rule name must be either prefix or suffix", "FilterRule.Name", name)
        if name in values:
            raise InvalidArgumentError(
                f"Cannot specify more than one {name} rule in a filter.", "FilterRule.Name", name
            )
        if len(value.encode()) > _MOST_VALUE_BYTES:
            raise InvalidArgumentError(
                "The size of a filter rule value cannot exceed 1024 bytes in UTF-8 representation", "FilterRule.Value"
            )
        values[name] = value
    return values


def _document(rule: Rule) -> dict[str, Any]:
    document: dict[str, Any] = {"Id": rule.id, "LambdaFunctionArn": rule.target, "Events": list(rule.events)}
    filters = [
        {"Name": name, "Value": value} for name, value in (("Prefix", rule.prefix), ("Suffix", rule.suffix)) if value
    ]
    if filters:
        document["Filter"] = {"Key": {"FilterRules": filters}}
    return document


OPERATIONS: dict[str, Handler] = {
    "GetBucketNotificationConfiguration": get_bucket_notification_configuration,
    "PutBucketNotificationConfiguration": put_bucket_notification_configuration,
}
