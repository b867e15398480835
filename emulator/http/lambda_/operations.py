"""The table of Lambda's operations: method, path and status are those of AWS's own description of its API."""

from collections.abc import Callable
from dataclasses import dataclass

from emulator.http.lambda_.api_call import ApiCall, Document
from emulator.lazy import later

functions = later("emulator.http.lambda_.function_operations")
layers = later("emulator.http.lambda_.layer_operations")
settings = later("emulator.http.lambda_.setting_operations")
urls = later("emulator.http.lambda_.url_operations")

_FUNCTION = "/2015-03-31/functions/{name}"
_ALIAS = f"{_FUNCTION}/aliases/{{alias}}"
_RESERVED = "/2017-10-31/functions/{name}/concurrency"
_PROVISIONED = "/2019-09-30/functions/{name}/provisioned-concurrency"
_EVENTS = "/2019-09-25/functions/{name}/event-invoke-config"
_TAGS = "/2017-03-31/tags/{arn}"
_LAYER = "/2018-10-31/layers/{layer}/versions"
_LAYER_VERSION = f"{_LAYER}/{{version}}"
_URL = "/2021-10-31/functions/{name}/url"
_RECURSION = "/2024-08-31/functions/{name}/recursion-config"


@dataclass(frozen=True)
class Operation:
    """One row: what is run in a thread for requests of this method to this path."""

    name: str
    method: str
    path: str
    run: Callable[[ApiCall], Document | None]
    status: int = 200


OPERATIONS = (
    Operation("CreateFunction", "POST", "/2015-03-31/functions", functions.create_function, 201),
    Operation("ListFunctions", "GET", "/2015-03-31/functions", functions.list_functions),
    Operation("GetFunction", "GET", _FUNCTION, functions.get_function),
    Operation("DeleteFunction", "DELETE", _FUNCTION, functions.delete_function, 204),
    Operation("UpdateFunctionCode", "PUT", f"{_FUNCTION}/code", functions.update_function_code),
    Operation(
        "UpdateFunctionConfiguration", "PUT", f"{_FUNCTION}/configuration", functions.update_function_configuration
    ),
    Operation("GetFunctionConfiguration", "GET", f"{_FUNCTION}/configuration", functions.get_function_configuration),
    Operation("PublishVersion", "POST", f"{_FUNCTION}/versions", functions.publish_version, 201),
    Operation("ListVersionsByFunction", "GET", f"{_FUNCTION}/versions", functions.list_versions),
    Operation("CreateAlias", "POST", f"{_FUNCTION}/aliases", functions.create_alias, 201),
    Operation("ListAliases", "GET", f"{_FUNCTION}/aliases", functions.list_aliases),
    Operation("GetAlias", "GET", _ALIAS, functions.get_alias),
    Operation("UpdateAlias", "PUT", _ALIAS, functions.update_alias),
    Operation("DeleteAlias", "DELETE", _ALIAS, functions.delete_alias, 204),
    Operation("GetAccountSettings", "GET", "/2016-08-19/account-settings", settings.get_account_settings),
    Operation("PutFunctionConcurrency", "PUT", _RESERVED, settings.put_concurrency),
    Operation("DeleteFunctionConcurrency", "DELETE", _RESERVED, settings.delete_concurrency, 204),
    Operation("GetFunctionConcurrency", "GET", "/2019-09-30/functions/{name}/concurrency", settings.get_concurrency),
    Operation("PutProvisionedConcurrencyConfig", "PUT", _PROVISIONED, settings.put_provisioned, 202),
    Operation("GetProvisionedConcurrencyConfig", "GET", _PROVISIONED, settings.get_provisioned),
    Operation("DeleteProvisionedConcurrencyConfig", "DELETE", _PROVISIONED, settings.delete_provisioned, 204),
    Operation("PutFunctionEventInvokeConfig", "PUT", _EVENTS, settings.put_event_config),
    Operation("UpdateFunctionEventInvokeConfig", "POST", _EVENTS, settings.update_event_config),
    Operation("GetFunctionEventInvokeConfig", "GET", _EVENTS, settings.get_event_config),
    Operation("DeleteFunctionEventInvokeConfig", "DELETE", _EVENTS, settings.delete_event_config, 204),
    Operation("ListFunctionEventInvokeConfigs", "GET", f"{_EVENTS}/list", settings.list_event_configs),
    Operation("TagResource", "POST", _TAGS, settings.tag_resource, 204),
    Operation("UntagResource", "DELETE", _TAGS, settings.untag_resource, 204),
    Operation("ListTags", "GET", _TAGS, settings.list_tags),
    Operation("PutFunctionRecursionConfig", "PUT", _RECURSION, settings.put_recursion),
    Operation("ListLayers", "GET", "/2018-10-31/layers", layers.list_layers),
    Operation("PublishLayerVersion", "POST", _LAYER, layers.publish_layer_version, 201),
    Operation("ListLayerVersions", "GET", _LAYER, layers.list_layer_versions),
    Operation("GetLayerVersion", "GET", _LAYER_VERSION, layers.get_layer_version),
    Operation("DeleteLayerVersion", "DELETE", _LAYER_VERSION, layers.delete_layer_version, 204),
    Operation("CreateFunctionUrlConfig", "POST", _URL, urls.create_url, 201),
    Operation("GetFunctionUrlConfig", "GET", _URL, urls.get_url),
    Operation("UpdateFunctionUrlConfig", "PUT", _URL, urls.update_url),
    Operation("DeleteFunctionUrlConfig", "DELETE", _URL, urls.delete_url, 204),
    Operation("ListFunctionUrlConfigs", "GET", "/2021-10-31/functions/{name}/urls", urls.list_urls),
    Operation("GetFunctionRecursionConfig", "GET", _RECURSION, settings.get_recursion),
)
