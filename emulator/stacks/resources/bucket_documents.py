"""What a template says of a bucket's settings, as S3's API says it: the same, called otherwise."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from emulator.buckets.lifecycle import SETTING as LIFECYCLE
from emulator.buckets.tags import MAX_BUCKET_TAGS, tag_set_of, tags_of_set
from emulator.stacks.errors import ValidationError
from emulator.stacks.resources import bucket_lifecycle
from emulator.stacks.shape import ANY, NUMBER, TAGS, Shape

Document = dict[str, Any]
_BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


@dataclass(frozen=True)
class BucketDocument:
    """One property of a bucket, and the setting that it becomes."""

    setting: str
    shape: Shape
    read: Callable[[Any], Document]
    said: Callable[[Document], Any] | None = dict
    """The other way round: what a template says of the setting; None for what an export leaves out."""


def _website(said: Mapping[str, Any]) -> Document:
    document: Document = {}
    if "IndexDocument" in said:
        document["IndexDocument"] = {"Suffix": str(said["IndexDocument"])}
    if "ErrorDocument" in said:
        document["ErrorDocument"] = {"Key": str(said["ErrorDocument"])}
    if "RedirectAllRequestsTo" in said:
        document["RedirectAllRequestsTo"] = dict(said["RedirectAllRequestsTo"])
    elif "IndexDocument" not in said:
        raise ValidationError("A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty")
    if "RoutingRules" in said:
        document["RoutingRules"] = [_routing(rule) for rule in said["RoutingRules"]]
    return document


def _routing(said: Mapping[str, Any]) -> Document:
    rule: Document = {"Redirect": {name: str(value) for name, value in said["RedirectRule"].items()}}
    if "RoutingRuleCondition" in said:
        rule["Condition"] = {name: str(value) for name, value in said["RoutingRuleCondition"].items()}
    return rule


_CORS = {
    "AllowedHeaders": "AllowedHeaders",
    "AllowedMethods": "AllowedMethods",
    "AllowedOrigins": "AllowedOrigins",
    "ExposedHeaders": "ExposeHeaders",
    "Id": "ID",
    "MaxAge": "MaxAgeSeconds",
}


def _cors(said: Mapping[str, Any]) -> Document:
    rules = [{_CORS[name]: value for name, value in rule.items()} for rule in said["CorsRules"]]
    for rule in rules:
        if "MaxAgeSeconds" in rule:
            rule["MaxAgeSeconds"] = int(rule["MaxAgeSeconds"])
    return {"CORSRules": rules}


def _cors_said(document: Document) -> Document:
    words = {theirs: ours for ours, theirs in _CORS.items()}
    return {"CorsRules": [{words[name]: value for name, value in rule.items()} for rule in document["CORSRules"]]}


def _website_said(document: Document) -> Document:
    said: Document = {}
    if "IndexDocument" in document:
        said["IndexDocument"] = document["IndexDocument"]["Suffix"]
    if "ErrorDocument" in document:
        said["ErrorDocument"] = document["ErrorDocument"]["Key"]
    if "RedirectAllRequestsTo" in document:
        said["RedirectAllRequestsTo"] = dict(document["RedirectAllRequestsTo"])
    if rules := document.get("RoutingRules"):
        words = {"Redirect": "RedirectRule", "Condition": "RoutingRuleCondition"}
        said["RoutingRules"] = [{words[name]: value for name, value in rule.items()} for rule in rules]
    return said


def _public_access(said: Mapping[str, Any]) -> Document:
    return {name: str(said.get(name, False)).lower() == "true" for name in _BLOCKS}


def _encryption(said: Mapping[str, Any]) -> Document:
    rules = said["ServerSideEncryptionConfiguration"]
    if len(rules) != 1:
        raise ValidationError("ServerSideEncryptionConfiguration has one rule")
    rule: Document = {"BucketKeyEnabled": str(rules[0].get("BucketKeyEnabled", False)).lower() == "true"}
    if "ServerSideEncryptionByDefault" in rules[0]:
        rule["ApplyServerSideEncryptionByDefault"] = dict(rules[0]["ServerSideEncryptionByDefault"])
    return {"Rules": [rule]}


def _encryption_said(document: Document) -> Document:
    words = {"ApplyServerSideEncryptionByDefault": "ServerSideEncryptionByDefault"}
    rules = [{words.get(name, name): value for name, value in rule.items()} for rule in document["Rules"]]
    return {"ServerSideEncryptionConfiguration": rules}


def _tagging(said: Any) -> Document:
    tags = [{"Key": str(one["Key"]), "Value": str(one["Value"])} for one in said]
    return {"TagSet": tag_set_of(tags_of_set(tags, MAX_BUCKET_TAGS))}


DOCUMENTS = {
    "BucketEncryption": BucketDocument(
        "BucketEncryption",
        {
            "ServerSideEncryptionConfiguration": [
                {
                    "BucketKeyEnabled": ANY,
                    "ServerSideEncryptionByDefault": {"KMSMasterKeyID": ANY, "SSEAlgorithm": ANY},
                }
            ]
        },
        _encryption,
        _encryption_said,
    ),
    "CorsConfiguration": BucketDocument(
        "BucketCors", {"CorsRules": [{**{key: [ANY] for key in _CORS}, "Id": ANY, "MaxAge": NUMBER}]}, _cors, _cors_said
    ),
    "LifecycleConfiguration": BucketDocument(LIFECYCLE, bucket_lifecycle.SHAPE, bucket_lifecycle.lifecycle, said=None),
    "OwnershipControls": BucketDocument("BucketOwnershipControls", {"Rules": [{"ObjectOwnership": ANY}]}, dict),
    "PublicAccessBlockConfiguration": BucketDocument("PublicAccessBlock", dict.fromkeys(_BLOCKS, ANY), _public_access),
    "Tags": BucketDocument("BucketTagging", TAGS, _tagging, lambda one: one["TagSet"]),
    "WebsiteConfiguration": BucketDocument(
        "BucketWebsite",
        {
            "IndexDocument": ANY,
            "ErrorDocument": ANY,
            "RedirectAllRequestsTo": {"HostName": ANY, "Protocol": ANY},
            "RoutingRules": [
                {
                    "RedirectRule": dict.fromkeys(
                        ("HostName", "HttpRedirectCode", "Protocol", "ReplaceKeyPrefixWith", "ReplaceKeyWith"), ANY
                    ),
                    "RoutingRuleCondition": {"HttpErrorCodeReturnedEquals": ANY, "KeyPrefixEquals": ANY},
                }
            ],
        },
        _website,
        _website_said,
    ),
}
