"""A bucket's lifecycle rules, which a template says quite otherwise than S3's API."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from emulator.buckets.lifecycle_checks import checked_lifecycle
from emulator.stacks.shape import ANY, NUMBER, TAGS

Document = dict[str, Any]

SHAPE = {
    "Rules": [
        {
            **dict.fromkeys(("ExpirationDate", "ExpiredObjectDeleteMarker", "Id", "Prefix", "Status"), ANY),
            **dict.fromkeys(("ExpirationInDays", "ObjectSizeGreaterThan", "ObjectSizeLessThan"), NUMBER),
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": NUMBER},
            "NoncurrentVersionExpiration": {"NewerNoncurrentVersions": NUMBER, "NoncurrentDays": NUMBER},
            "NoncurrentVersionTransitions": [
                {"NewerNoncurrentVersions": NUMBER, "StorageClass": ANY, "TransitionInDays": NUMBER}
            ],
            "TagFilters": TAGS,
            "Transitions": [{"StorageClass": ANY, "TransitionDate": ANY, "TransitionInDays": NUMBER}],
        }
    ]
}
_DEFAULT_SMALLEST = "all_storage_classes_128K"


def lifecycle(said: Mapping[str, Any]) -> Document:
    """Return the configuration as S3's API has it; what S3 refuses of it is refused."""
    rules = checked_lifecycle([_rule(one) for one in said["Rules"]])
    return {"Rules": rules, "TransitionDefaultMinimumObjectSize": _DEFAULT_SMALLEST}


def _rule(said: Mapping[str, Any]) -> Document:
    rule: Document = {"Status": str(said["Status"]), "Filter": _filter(said)}
    if "Id" in said:
        rule["ID"] = str(said["Id"])
    if expiration := _expiration(said):
        rule["Expiration"] = expiration
    for name in ("AbortIncompleteMultipartUpload", "NoncurrentVersionExpiration"):
        if name in said:
            rule[name] = {member: int(value) for member, value in said[name].items()}
    if "Transitions" in said:
        rule["Transitions"] = [_transition(one, "Days") for one in said["Transitions"]]
    if "NoncurrentVersionTransitions" in said:
        listed = said["NoncurrentVersionTransitions"]
        rule["NoncurrentVersionTransitions"] = [_transition(one, "NoncurrentDays") for one in listed]
    return rule


def _filter(said: Mapping[str, Any]) -> Document:
    """Return which objects are meant: one condition alone, or several in And."""
    parts: Document = {"Prefix": str(said["Prefix"])} if "Prefix" in said else {}
    for name in ("ObjectSizeGreaterThan", "ObjectSizeLessThan"):
        if name in said:
            parts[name] = int(said[name])
    tags = [{"Key": str(one["Key"]), "Value": str(one["Value"])} for one in said.get("TagFilters", ())]
    if len(parts) + len(tags) > 1:
        return {"And": {**parts, **({"Tags": tags} if tags else {})}}
    return {"Tag": tags[0]} if tags else parts or {"Prefix": ""}


def _expiration(said: Mapping[str, Any]) -> Document:
    found: Document = {}
    if "ExpirationInDays" in said:
        found["Days"] = int(said["ExpirationInDays"])
    if "ExpirationDate" in said:
        found["Date"] = _moment(said["ExpirationDate"])
    if "ExpiredObjectDeleteMarker" in said:
        found["ExpiredObjectDeleteMarker"] = str(said["ExpiredObjectDeleteMarker"]).lower() == "true"
    return found


def _transition(said: Mapping[str, Any], days: str) -> Document:
    found: Document = {"StorageClass": str(said["StorageClass"])}
    if "TransitionInDays" in said:
        found[days] = int(said["TransitionInDays"])
    if "TransitionDate" in said:
        found["Date"] = _moment(said["TransitionDate"])
    if "NewerNoncurrentVersions" in said:
        found["NewerNoncurrentVersions"] = int(said["NewerNoncurrentVersions"])
    return found


def _moment(text: Any) -> datetime:
    moment = datetime.fromisoformat(str(text))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
