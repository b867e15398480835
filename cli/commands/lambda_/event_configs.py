"""What becomes of the events of a function: how often they are tried, how old they get, where they go."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.commands.lambda_.shared import FunctionName, Qualifier, structure
from cli.options import command, open_cloud
from cli.output import Answer

if TYPE_CHECKING:
    from emulator.functions.event_config import EventInvokeConfig
    from emulator.functions.event_configs import EventChanges, EventConfigs
    from emulator.functions.references import FunctionReference

app = typer.Typer()

_DESTINATION = "OnFailure={Destination=arn:aws:s3:::failed}"

MaximumRetryAttempts = Annotated[
    int | None, typer.Option("--maximum-retry-attempts", metavar="N", help="0 to 2, default 2.")
]
MaximumEventAge = Annotated[
    int | None, typer.Option("--maximum-event-age-in-seconds", metavar="S", help="60 to 21600, which is the default.")
]
DestinationConfig = Annotated[
    str | None,
    typer.Option(
        "--destination-config",
        metavar="OnFailure={Destination=ARN},...",
        help="Where a record of each event goes, OnSuccess or OnFailure: a function, or a bucket.",
    ),
]


@command(app, "put-function-event-invoke-config")
def put_function_event_invoke_config(
    function_name: FunctionName,
    qualifier: Qualifier = None,
    maximum_retry_attempts: MaximumRetryAttempts = None,
    maximum_event_age_in_seconds: MaximumEventAge = None,
    destination_config: DestinationConfig = None,
) -> Answer:
    """Say what becomes of a function's events.

    What is left out is as it is for all functions.

    \b
    cloudlet lambda put-function-event-invoke-config --function-name resize \\
        --maximum-retry-attempts 1 \\
        --destination-config OnFailure={Destination=arn:aws:s3:::failed}
    """
    changes = _changes(maximum_retry_attempts, maximum_event_age_in_seconds, destination_config)
    with open_cloud() as cloud:
        asked = _asked(function_name, qualifier)
        return _one(cloud.functions.event_configs, asked, cloud.functions.event_configs.put(asked, changes))


@command(app, "update-function-event-invoke-config")
def update_function_event_invoke_config(
    function_name: FunctionName,
    qualifier: Qualifier = None,
    maximum_retry_attempts: MaximumRetryAttempts = None,
    maximum_event_age_in_seconds: MaximumEventAge = None,
    destination_config: DestinationConfig = None,
) -> Answer:
    """Change what becomes of a function's events; what is left out stays as it is.

    \b
    cloudlet lambda update-function-event-invoke-config --function-name resize \\
        --maximum-event-age-in-seconds 3600
    """
    changes = _changes(maximum_retry_attempts, maximum_event_age_in_seconds, destination_config)
    with open_cloud() as cloud:
        asked = _asked(function_name, qualifier)
        return _one(cloud.functions.event_configs, asked, cloud.functions.event_configs.update(asked, changes))


@command(app, "get-function-event-invoke-config")
def get_function_event_invoke_config(function_name: FunctionName, qualifier: Qualifier = None) -> Answer:
    """Show what was said about a function's events.

    \b
    cloudlet lambda get-function-event-invoke-config --function-name resize
    """
    with open_cloud() as cloud:
        asked = _asked(function_name, qualifier)
        return _one(cloud.functions.event_configs, asked, cloud.functions.event_configs.find(asked))


@command(app, "list-function-event-invoke-configs")
def list_function_event_invoke_configs(function_name: FunctionName) -> Answer:
    """List what was said about the events of a function, its versions and aliases.

    \b
    cloudlet lambda list-function-event-invoke-configs --function-name resize
    """
    with open_cloud() as cloud:
        configs = cloud.functions.event_configs
        found = [(_asked(function_name, qualifier), one) for qualifier, one in configs.list(function_name).items()]
    listed = [_document(configs, asked, one) for asked, one in found]
    return _table([(asked.qualifier, one) for asked, one in found], {"FunctionEventInvokeConfigs": listed})


@command(app, "delete-function-event-invoke-config")
def delete_function_event_invoke_config(function_name: FunctionName, qualifier: Qualifier = None) -> Answer:
    """Treat a function's events as those of all functions again.

    \b
    cloudlet lambda delete-function-event-invoke-config --function-name resize
    """
    with open_cloud() as cloud:
        cloud.functions.event_configs.delete(_asked(function_name, qualifier))
    return Answer(None, text="")


def _asked(function_name: str, qualifier: str | None) -> "FunctionReference":
    from emulator.functions.references import parse_reference

    return parse_reference(function_name, qualifier)


def _changes(retries: int | None, age: int | None, destination_config: str | None) -> "EventChanges":
    from emulator.functions.parameters import read_event_changes

    return read_event_changes(
        {
            "MaximumRetryAttempts": retries,
            "MaximumEventAgeInSeconds": age,
            "DestinationConfig": structure(destination_config, "--destination-config", _DESTINATION),
        }
    )


def _one(configs: "EventConfigs", asked: "FunctionReference", config: "EventInvokeConfig") -> Answer:
    return _table([(asked.qualifier, config)], _document(configs, asked, config))


def _document(configs: "EventConfigs", asked: "FunctionReference", config: "EventInvokeConfig") -> dict[str, Any]:
    """Return what `aws` shows, which of this time alone has parts of a second."""
    from emulator.functions import document

    found = document.event_config(config, configs.arn(asked))
    return {**found, "LastModified": found["LastModified"].isoformat()}


def _table(configs: "Sequence[tuple[str | None, EventInvokeConfig]]", document: object) -> Answer:
    return Answer(
        document,
        columns=("QUALIFIER", "RETRIES", "AGE", "ON SUCCESS", "ON FAILURE"),
        rows=[
            (
                qualifier or "$LATEST",
                one.max_retries,
                f"{one.max_age_seconds} s",
                one.on_success or "-",
                one.on_failure or "-",
            )
            for qualifier, one in configs
        ],
        ids=[qualifier or "$LATEST" for qualifier, _ in configs],
    )
