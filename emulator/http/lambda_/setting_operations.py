"""What is set for functions beside their configuration: one call into the core each, answered in AWS's shape."""

from emulator.functions import document
from emulator.functions.concurrency import Provisioned
from emulator.functions.parameters import pairs, read_event_changes, required_integer, required_text
from emulator.functions.references import FunctionReference
from emulator.http.lambda_.api_call import ApiCall, Document


def get_account_settings(call: ApiCall) -> Document:
    return document.account_settings(call.cloud.functions.concurrency.account())


def put_concurrency(call: ApiCall) -> Document:
    wanted = required_integer(call.given, "ReservedConcurrentExecutions")
    return {"ReservedConcurrentExecutions": call.cloud.functions.concurrency.reserve(call.name, wanted)}


def get_concurrency(call: ApiCall) -> Document:
    reserved = call.cloud.functions.concurrency.reserved(call.name)
    return {} if reserved is None else {"ReservedConcurrentExecutions": reserved}


def delete_concurrency(call: ApiCall) -> None:
    call.cloud.functions.concurrency.release(call.name)


def put_provisioned(call: ApiCall) -> Document:
    wanted = required_integer(call.given, "ProvisionedConcurrentExecutions")
    found = call.cloud.functions.concurrency.provision(call.asked, wanted)
    return document.provisioned(found, _ready(call, found))


def get_provisioned(call: ApiCall) -> Document:
    """The query `List=ALL` makes of it the operation ListProvisionedConcurrencyConfigs."""
    concurrency = call.cloud.functions.concurrency
    if call.query.get("List") != "ALL":
        found = concurrency.provisioned(call.asked)
        return document.provisioned(found, _ready(call, found))
    region = call.cloud.settings.region
    return call.page(
        "ProvisionedConcurrencyConfigs",
        concurrency.all_provisioned(call.name),
        lambda one: document.listed_provisioned(one, _ready(call, one), region),
    )


def delete_provisioned(call: ApiCall) -> None:
    call.cloud.functions.concurrency.unprovision(call.asked)


def put_event_config(call: ApiCall) -> Document:
    configs = call.cloud.functions.event_configs
    return document.event_config(configs.put(call.asked, read_event_changes(call.given)), configs.arn(call.asked))


def update_event_config(call: ApiCall) -> Document:
    configs = call.cloud.functions.event_configs
    return document.event_config(configs.update(call.asked, read_event_changes(call.given)), configs.arn(call.asked))


def get_event_config(call: ApiCall) -> Document:
    configs = call.cloud.functions.event_configs
    return document.event_config(configs.find(call.asked), configs.arn(call.asked))


def list_event_configs(call: ApiCall) -> Document:
    configs = call.cloud.functions.event_configs
    found = [*configs.list(call.name).items()]
    return call.page(
        "FunctionEventInvokeConfigs",
        found,
        lambda one: document.event_config(one[1], configs.arn(FunctionReference(call.asked.name, one[0]))),
    )


def delete_event_config(call: ApiCall) -> None:
    call.cloud.functions.event_configs.delete(call.asked)


def tag_resource(call: ApiCall) -> None:
    call.cloud.functions.tags.tag(call.path["arn"], pairs(call.given, "Tags") or {})


def untag_resource(call: ApiCall) -> None:
    call.cloud.functions.tags.untag(call.path["arn"], call.tag_keys)


def list_tags(call: ApiCall) -> Document:
    return {"Tags": call.cloud.functions.tags.list(call.path["arn"])}


def put_recursion(call: ApiCall) -> Document:
    wanted = required_text(call.given, "RecursiveLoop")
    return {"RecursiveLoop": call.cloud.functions.recursion.set(call.name, wanted)}


def get_recursion(call: ApiCall) -> Document:
    return {"RecursiveLoop": call.cloud.functions.recursion.of(call.name)}


def _ready(call: ApiCall, one: Provisioned) -> int:
    return call.ready(call.cloud.functions.find(one.function, one.qualifier))
