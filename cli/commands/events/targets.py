"""What a rule runs when it comes due: the verbs of `aws events`."""

import json
import re
from typing import Annotated, Any

import typer

from cli.options import command, open_cloud
from cli.output import Answer
from emulator.errors import InvalidRequestError

app = typer.Typer()

RuleName = Annotated[str, typer.Option("--rule", metavar="NAME", help="The rule's name.")]
_MODEL = "Id=1,Arn=arn:aws:lambda:us-east-1:000000000000:function:NAME"
_INPUT = re.compile(r"(?:^|,)\s*Input=(?=[{\[])")


@command(app, "put-targets")
def put_targets(
    rule: RuleName,
    targets: Annotated[
        list[str],
        typer.Option(
            "--targets",
            metavar="TARGET...",
            help="Id=…,Arn=… of a function, and Input=… for a payload of its own; or JSON, or file://F.",
        ),
    ],
) -> Answer:
    """Have a rule run functions, up to five. A target whose Id the rule has already is replaced.

    \b
    cloudlet events put-targets --rule often \\
        --targets Id=1,Arn=arn:aws:lambda:us-east-1:000000000000:function:tidy
    """
    from emulator.errors import NotFoundError
    from emulator.schedules.model import parse_target

    parsed = [parse_target(one) for text in targets for one in _structures(text)]
    missing = []
    with open_cloud() as cloud:
        cloud.schedules.put_targets(rule, parsed)
        for target in parsed:
            try:
                cloud.functions.find(target.arn)
            except NotFoundError as error:
                missing.append(error.message)
    document = {"FailedEntryCount": 0, "FailedEntries": []}
    return Answer(document, text="", ids=[one.id for one in parsed], hint="; ".join(missing) or None)


@command(app, "list-targets-by-rule")
def list_targets_by_rule(rule: RuleName) -> Answer:
    """List what a rule runs.

    \b
    cloudlet events list-targets-by-rule --rule often
    """
    from emulator.schedules.document import target as document_of

    with open_cloud() as cloud:
        found = cloud.schedules.targets(rule)
    return Answer(
        {"Targets": [document_of(one) for one in found]},
        columns=("ID", "ARN", "INPUT"),
        rows=[(one.id, one.arn, one.input or "-") for one in found],
        ids=[one.id for one in found],
    )


@command(app, "remove-targets")
def remove_targets(
    rule: RuleName, ids: Annotated[list[str], typer.Option("--ids", metavar="ID...", help="Which of its targets.")]
) -> Answer:
    """Have a rule run some functions no more.

    \b
    cloudlet events remove-targets --rule often --ids 1
    """
    with open_cloud() as cloud:
        unknown = cloud.schedules.remove_targets(rule, ids)
    failed = [
        {
            "TargetId": one,
            "ErrorCode": "ResourceNotFoundException",
            "ErrorMessage": f"Rule {rule} does not have a target {one}.",
        }
        for one in unknown
    ]
    document = {"FailedEntryCount": len(failed), "FailedEntries": failed}
    hint = "; ".join(one["ErrorMessage"] for one in failed) or None
    return Answer(document, text="", ids=[one for one in ids if one not in unknown], hint=hint)


def _structures(text: str) -> list[dict[str, Any]]:
    """Return the targets in shorthand or JSON; within shorthand, `Input={…}` is JSON, too."""
    from cli.shorthand import structures

    found = None if text.lstrip().startswith(("[", "{")) else _INPUT.search(text)
    if found is None:
        return structures(text, "--targets", _MODEL)
    try:
        _, end = json.JSONDecoder().raw_decode(text, found.end())
    except ValueError as error:
        raise InvalidRequestError(f"the Input of {text!r} is no JSON: {error}", hint=f"write {_MODEL}") from error
    (target,) = structures((text[: found.start()] + text[end:]).lstrip(","), "--targets", _MODEL)
    return [target | {"Input": text[found.end() : end]}]
