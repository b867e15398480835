"""Functions as SAM says them: with their code, and with what runs them."""

import shutil
from pathlib import Path
from typing import Any

from emulator.cloud import Cloud
from emulator.functions.definition import Function
from emulator.functions.references import parse_reference
from emulator.stacks.export.buckets import BUCKET
from emulator.stacks.export.draft import Draft, Properties, unused
from emulator.stacks.export.words import Ref, Sub

FUNCTION = "AWS::Serverless::Function"
LAYER = "AWS::Serverless::LayerVersion"
_SAM_TAG = "lambda:createdBy"


def add_functions(cloud: Cloud, draft: Draft) -> None:
    """Add every function, the layers that they have, and the code of both."""
    for function in cloud.functions.list():
        for arn in function.layers:
            _add_layer(cloud, draft, arn)
        name = draft.name(FUNCTION, function.name, function.name, "Function")
        said = _configuration(cloud, draft, function)
        said["Events"] = _events(cloud, draft, function)
        said["FunctionUrlConfig"] = _url(cloud, function)
        draft.add(name, FUNCTION, said)
        draft.left_out += _not_said(cloud, function)


def _configuration(cloud: Cloud, draft: Draft, function: Function) -> Properties:
    is_image = function.package_type == "Image"
    config = cloud.functions.event_configs.get(function.name)
    if config is not None and (config.on_success or config.on_failure):
        draft.left_out.append(f"the destinations of {function.name}")
    tags = {key: value for key, value in cloud.functions.tags.of(function.name).items() if key != _SAM_TAG}
    return {
        "FunctionName": function.name if draft.keeps_names else None,
        "Description": function.description,
        **(_image(function) if is_image else _code(cloud, draft, function)),
        "MemorySize": function.memory_mb,
        "Timeout": function.timeout_seconds,
        "EphemeralStorage": {"Size": function.ephemeral_storage_mb} if function.ephemeral_storage_mb != 512 else None,
        "Architectures": [function.architecture],
        "Environment": _environment(draft, function),
        "Layers": [draft.ref(LAYER, arn) for arn in function.layers],
        "Policies": _policies(cloud, draft, function),
        "ReservedConcurrentExecutions": cloud.functions.concurrency.reserved_for(function.name),
        "EventInvokeConfig": None
        if config is None
        else {"MaximumEventAgeInSeconds": config.max_age_seconds, "MaximumRetryAttempts": config.max_retries},
        "Tags": tags,
    }


def _image(function: Function) -> Properties:
    config = function.image_config
    said = {
        "Command": list(config.command),
        "EntryPoint": list(config.entry_point),
        "WorkingDirectory": config.working_directory,
    }
    return {
        "PackageType": "Image",
        "ImageUri": function.image_uri,
        "ImageConfig": {name: value for name, value in said.items() if value},
    }


def _code(cloud: Cloud, draft: Draft, function: Function) -> Properties:
    path = Path("functions") / function.name
    folder = cloud.functions.code_folder(function)
    if folder is not None:
        shutil.copytree(folder, draft.folder / path)
    return {"CodeUri": f"{path}/", "Handler": function.handler, "Runtime": function.runtime}


def _add_layer(cloud: Cloud, draft: Draft, arn: str) -> None:
    if draft.ref(LAYER, arn) is not None:
        return
    version = cloud.functions.layers.find_by_arn(arn)
    path = Path("layers") / f"{version.layer}-{version.version}"
    shutil.copytree(cloud.functions.layers.location(version), draft.folder / path)
    draft.add(
        draft.name(LAYER, arn, version.layer, "Layer"),
        LAYER,
        {
            "LayerName": version.layer if draft.keeps_names else None,
            "ContentUri": f"{path}/",
            "Description": version.description,
            "LicenseInfo": version.license_info,
            "CompatibleRuntimes": list(version.runtimes),
            "CompatibleArchitectures": list(version.architectures),
            "RetentionPolicy": "Delete",
        },
    )


def _environment(draft: Draft, function: Function) -> Properties | None:
    """Return the variables; one that is the name of a bucket with another name by then, is said so."""
    if not function.environment:
        return None
    return {"Variables": {name: _bucket_or_text(draft, value) for name, value in function.environment.items()}}


def _policies(cloud: Cloud, draft: Draft, function: Function) -> list[Properties]:
    """Return what AWS must let a function do with buckets; here all may."""
    told = [_bucket_or_text(draft, one) for one in function.environment.values() if draft.ref(BUCKET, one)]
    policies = [{"S3CrudPolicy": {"BucketName": one}} for one in dict.fromkeys(told)]
    if any(parse_reference(trigger.target).qualifier is None for trigger in cloud.triggers.list(function.name)):
        policies.append({"S3ReadPolicy": {"BucketName": "*" if draft.keeps_names else Sub("${AWS::StackName}-*")}})
    return policies


def _bucket_or_text(draft: Draft, value: str) -> Any:
    reference = draft.ref(BUCKET, value)
    is_named = reference and "BucketName" in draft.resources[reference].get("Properties", {})
    return value if reference is None or is_named else reference


def _events(cloud: Cloud, draft: Draft, function: Function) -> Properties:
    """Return what runs a function: changes in buckets, and the clock; not what runs a version or an alias of it."""
    events: Properties = {}
    for trigger in cloud.triggers.list(function.name):
        asked = parse_reference(trigger.target)
        if asked.qualifier is None:
            name = unused(f"{draft.name(BUCKET, trigger.rule.bucket, '', '')}Event", list(events))
            events[name] = {"Type": "S3", "Properties": _bucket_event(draft, trigger.rule)}
    for aim in cloud.schedules.with_targets():
        asked = parse_reference(aim.target.arn)
        if asked.name == function.name and asked.qualifier is None:
            said = {
                "Schedule": aim.rule.schedule,
                "Description": aim.rule.description,
                "State": aim.rule.state,
                "Input": aim.target.input,
            }
            kept = {name: value for name, value in said.items() if value}
            events[unused("Schedule", list(events))] = {"Type": "Schedule", "Properties": kept}
    return events


def _bucket_event(draft: Draft, rule: Any) -> Properties:
    said: Properties = {"Bucket": draft.ref(BUCKET, rule.bucket), "Events": list(rule.events)}
    narrowed = (("prefix", rule.prefix), ("suffix", rule.suffix))
    filters = [{"Name": name, "Value": value} for name, value in narrowed if value]
    return said | ({"Filter": {"S3Key": {"Rules": filters}}} if filters else {})


def _url(cloud: Cloud, function: Function) -> Properties | None:
    found = next((one for one in cloud.function_urls.list(function.name) if one.qualifier == "$LATEST"), None)
    if found is None:
        return None
    from emulator.functions.urls.document import configuration

    document = configuration(found, cloud.settings.region, cloud.settings.port)
    return {name: document[name] for name in ("AuthType", "Cors", "InvokeMode") if name in document}


def _not_said(cloud: Cloud, function: Function) -> list[str]:
    functions = cloud.functions
    said = [f"the version {one.version} of {function.name}" for one in functions.repository.versions(function.name)]
    said = [one for one in said if "$LATEST" not in one]
    said += [
        f"the alias {one.name} of {function.name}, with what runs it" for one in functions.aliases.list(function.name)
    ]
    return said


def outputs(draft: Draft) -> dict[str, Properties]:
    """Return what people want to know of a stack of these: where files are dropped, where URLs are."""
    found: dict[str, Properties] = {}
    for name, resource in draft.resources.items():
        if resource["Type"] == BUCKET:
            found[name] = {"Value": Ref(name)}
    return found
