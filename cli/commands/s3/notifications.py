"""Who is told of changes in a bucket: functions, folders and web servers. Our own verbs, as AWS's take one document."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import command, open_cloud
from cli.output import Answer, note, printable
from emulator.errors import InvalidRequestError

if TYPE_CHECKING:
    from emulator.buckets import Rule
    from emulator.pipeline.deliveries.deliveries import Delivery

app = typer.Typer()

BucketUri = Annotated[str, typer.Argument(metavar="s3://BUCKET", help="The bucket whose changes are told.")]
AnyBucketUri = Annotated[str | None, typer.Argument(metavar="[s3://BUCKET]", help="Only this bucket's; default: all.")]


@command(app, "add-notification")
def add_notification(
    uri: BucketUri,
    target: Annotated[
        str,
        typer.Option(
            "--target",
            metavar="TARGET",
            help="Who is told: an http(s) URL, a folder (s3://BUCKET/PREFIX/, file:///PATH/) or a function's ARN.",
        ),
    ],
    events: Annotated[
        list[str] | None,
        typer.Option("--events", metavar="EVENT...", help="Which changes; default: s3:ObjectCreated:*."),
    ] = None,
    prefix: Annotated[str, typer.Option("--prefix", metavar="P", help="Only keys that begin so; default: any.")] = "",
    suffix: Annotated[
        str, typer.Option("--suffix", metavar="S", help="Only keys that end so, such as .csv; default: any.")
    ] = "",
) -> Answer:
    """Tell a web server, a folder or a function of a bucket's changes.

    \b
    cloudlet s3 add-notification s3://raw --target http://localhost:8000/hook
    cloudlet s3 add-notification s3://raw --target s3://log/raw/ --suffix .csv
    cloudlet s3 add-notification s3://raw --target "file://$PWD/events/" \\
        --events 's3:ObjectRemoved:*' 's3:ObjectTagging:*'

    A web server gets each as a POST of AWS's JSON, again and again for six hours until it answers 2xx. In a folder each
    is one JSON file.
    """
    from emulator.buckets.notifications.rule import ANY_CREATION, Rule

    with open_cloud() as cloud:
        rule = cloud.notifications.add(Rule.plain(_bucket(uri), target, events or ANY_CREATION, prefix, suffix))
        path = cloud.buckets.path(rule.bucket)
    return _rules([rule], hint=f"try it: cp data{suffix} {path}/{prefix} (no server up: told at its start)")


@command(app, "list-notifications")
def list_notifications(uri: AnyBucketUri = None) -> Answer:
    """List who is told of which changes.

    \b
    cloudlet s3 list-notifications
    cloudlet s3 list-notifications s3://raw --quiet
    """
    with open_cloud() as cloud:
        found = cloud.notifications.list(None if uri is None else _bucket(uri))
    return _rules(found, hint=None if found else "nobody is told; see `cloudlet s3 add-notification --help`")


@command(app, "remove-notification")
def remove_notification(
    uri: BucketUri, rule_id: Annotated[str, typer.Argument(metavar="ID", help="From list-notifications.")]
) -> Answer:
    """Tell somebody no more; what is on its way already is still delivered.

    \b
    cloudlet s3 remove-notification s3://raw \\
        $(cloudlet s3 list-notifications s3://raw -q)
    """
    with open_cloud() as cloud:
        rule = cloud.notifications.remove(_bucket(uri), rule_id)
    note(f"{rule.target} is not told of changes in s3://{rule.bucket} any more")
    return Answer(None, text="")


@command(app, "list-deliveries")
def list_deliveries(
    uri: AnyBucketUri = None,
    failed: Annotated[bool, typer.Option("--failed", help="Only those that were given up.")] = False,
) -> Answer:
    """List notifications that have not arrived: on their way, or given up.

    \b
    cloudlet s3 list-deliveries
    cloudlet s3 list-deliveries s3://raw --failed
    """
    with open_cloud() as cloud:
        bucket = None if uri is None else cloud.buckets.get(_bucket(uri)).name
        found = cloud.deliveries.list(bucket, only_failed=failed)
    given_up = sum(one.next_try_at is None for one in found)
    hint = "send those that were given up again with `cloudlet s3 retry-deliveries`" if given_up else None
    return _deliveries(found, hint if found else "everything has arrived")


@command(app, "retry-deliveries")
def retry_deliveries(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME...]", help="From list-deliveries; default: all.")
    ] = None,
) -> Answer:
    """Send notifications again that were given up.

    \b
    cloudlet s3 retry-deliveries
    cloudlet s3 retry-deliveries $(cloudlet s3 list-deliveries --failed -q)
    """
    with open_cloud() as cloud:
        count = cloud.deliveries.retry(names or None)
    note(f"{count} notification(s) will be sent again (by a server that is up, or the next one)")
    return Answer({"Retried": count}, text="")


def _bucket(text: str) -> str:
    from emulator.buckets import parse_s3_uri

    uri = parse_s3_uri(text)
    if uri.key.strip("/"):
        raise InvalidRequestError(
            f"{text!r} names a key; a bucket is wanted", hint=f"write s3://{uri.bucket} and --prefix {Path(uri.key)}"
        )
    return uri.bucket


def _rules(rules: "Sequence[Rule]", hint: str | None) -> Answer:
    return Answer(
        {"Notifications": [_rule_document(rule) for rule in rules]},
        columns=("ID", "BUCKET", "TARGET", "PREFIX", "SUFFIX", "EVENTS"),
        rows=[
            (
                rule.id,
                rule.bucket,
                printable(rule.target),
                printable(rule.plain_prefix) or "-",
                printable(rule.plain_suffix) or "-",
                ", ".join(rule.events),
            )
            for rule in rules
        ],
        ids=[rule.id for rule in rules],
        hint=hint,
    )


def _rule_document(rule: "Rule") -> dict[str, Any]:
    return {
        "Id": rule.id,
        "Bucket": rule.bucket,
        "Target": rule.target,
        "Events": list(rule.events),
        "Filter": {"Prefix": rule.plain_prefix, "Suffix": rule.plain_suffix},
    }


def _deliveries(deliveries: "Sequence[Delivery]", hint: str | None) -> Answer:
    return Answer(
        {"Deliveries": [_delivery_document(one) for one in deliveries]},
        columns=("NAME", "BUCKET", "KEY", "EVENT", "TARGET", "TRIES", "STATE", "LAST ERROR"),
        rows=[
            (
                one.name,
                one.bucket,
                printable(one.key),
                one.event,
                printable(one.target),
                one.tries,
                _state(one),
                printable(one.error or "-"),
            )
            for one in deliveries
        ],
        ids=[one.name for one in deliveries],
        hint=hint,
    )


def _delivery_document(one: "Delivery") -> dict[str, Any]:
    return {
        "Name": one.name,
        "NotificationId": one.rule,
        "Bucket": one.bucket,
        "Key": one.key,
        "Event": one.event,
        "Target": one.target,
        "State": _state(one),
        "Tries": one.tries,
        "LastError": one.error,
        "CreatedAt": one.created_at,
        "NextTryAt": one.next_try_at,
    }


def _state(one: "Delivery") -> str:
    return "given up" if one.next_try_at is None else "pending"
