"""Rules that come due by the clock: the verbs of `aws events`."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import command, open_cloud
from cli.output import Answer

if TYPE_CHECKING:
    from emulator.cloud import Cloud
    from emulator.schedules import Rule

app = typer.Typer()

Name = Annotated[str, typer.Option("--name", metavar="NAME", help="The rule's name.")]


@command(app, "put-rule")
def put_rule(
    name: Name,
    schedule_expression: Annotated[
        str | None,
        typer.Option(
            "--schedule-expression",
            metavar="WHEN",
            help="'rate(5 minutes)', or 'cron(…)' with minute, hour, day, month, weekday and year, in UTC.",
        ),
    ] = None,
    state: Annotated[
        str, typer.Option("--state", metavar="STATE", help="ENABLED, which is the default, or DISABLED.")
    ] = "ENABLED",
    description: Annotated[str, typer.Option("--description", metavar="TEXT", help="What it is for.")] = "",
) -> Answer:
    """Make a rule that comes due by the clock, or change the one of this name. What it runs are its targets.

    \b
    cloudlet events put-rule --name often --schedule-expression 'rate(5 minutes)'
    cloudlet events put-rule --name weekdays-at-six \\
        --schedule-expression 'cron(0 18 ? * MON-FRI *)'
    """
    with open_cloud() as cloud:
        rule = cloud.schedules.put_rule(name, schedule_expression, state=state, description=description)
        document = {"RuleArn": rule.arn(cloud.settings.region)}
        due_at = cloud.schedules.due_at(name)
        has_targets = bool(cloud.schedules.targets(name))
    hint = "" if has_targets else f"; it runs what `cloudlet events put-targets --rule {name} --targets …` says"
    due = f"{name} is next due at {due_at:%Y-%m-%d %H:%M:%S} UTC" if due_at else f"{name} does not come due"
    return Answer(document, columns=("RULE ARN",), rows=[(document["RuleArn"],)], ids=[name], hint=due + hint)


@command(app, "list-rules")
def list_rules(
    name_prefix: Annotated[
        str, typer.Option("--name-prefix", metavar="TEXT", help="Only rules whose names begin so; default: all.")
    ] = "",
) -> Answer:
    """List rules, with when each is next due.

    \b
    cloudlet events list-rules
    cloudlet events list-rules --name-prefix week --output json
    """
    from emulator.schedules.document import listed

    with open_cloud() as cloud:
        found = cloud.schedules.rules(name_prefix)
        document = {"Rules": [listed(rule, cloud.settings.region) for rule in found]}
        return _table(cloud, found, document, None if found else "no rules; see `cloudlet events put-rule --help`")


@command(app, "describe-rule")
def describe_rule(name: Name) -> Answer:
    """Show a rule.

    \b
    cloudlet events describe-rule --name often
    """
    from emulator.schedules.document import described

    with open_cloud() as cloud:
        rule = cloud.schedules.find(name)
        return _table(cloud, [rule], described(rule, cloud.settings.region), None)


@command(app, "enable-rule")
def enable_rule(name: Name) -> Answer:
    """Have a rule come due again.

    \b
    cloudlet events enable-rule --name often
    """
    with open_cloud() as cloud:
        cloud.schedules.enable(name)
    return Answer(None, text="", hint=f"{name} is enabled")


@command(app, "disable-rule")
def disable_rule(name: Name) -> Answer:
    """Have a rule come due no more; it is kept, with its targets.

    \b
    cloudlet events disable-rule --name often
    """
    with open_cloud() as cloud:
        cloud.schedules.disable(name)
    return Answer(None, text="", hint=f"{name} is disabled")


@command(app, "delete-rule")
def delete_rule(name: Name) -> Answer:
    """Delete a rule; its targets have to be removed first. What it queued already is still handled.

    \b
    cloudlet events remove-targets --rule often --ids 1
    cloudlet events delete-rule --name often
    """
    with open_cloud() as cloud:
        cloud.schedules.delete(name)
    return Answer(None, text="", hint=f"{name} is deleted")


def _table(cloud: "Cloud", rules: "list[Rule]", document: object, hint: str | None) -> Answer:
    due = {rule.name: cloud.schedules.due_at(rule.name) for rule in rules}
    return Answer(
        document,
        columns=("NAME", "STATE", "SCHEDULE", "NEXT DUE (UTC)", "DESCRIPTION"),
        rows=[
            (
                rule.name,
                rule.state,
                rule.schedule,
                f"{moment:%Y-%m-%d %H:%M:%S}" if (moment := due[rule.name]) else "-",
                rule.description or "-",
            )
            for rule in rules
        ],
        ids=[rule.name for rule in rules],
        hint=hint,
    )
