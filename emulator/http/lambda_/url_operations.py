"""What function URLs are configured as: one call into the core each, answered in AWS's shape."""

from emulator.functions.parameters import required_text, structure, text
from emulator.functions.urls import FunctionUrl, document
from emulator.functions.urls.model import CORS_MEMBERS, Cors, parse_cors
from emulator.http.lambda_.api_call import ApiCall, Document


def create_url(call: ApiCall) -> Document:
    url = call.cloud.function_urls.create(
        call.name,
        required_text(call.given, "AuthType"),
        qualifier=call.qualifier,
        cors=_cors(call),
        invoke_mode=text(call.given, "InvokeMode") or "BUFFERED",
    )
    return document.created(url, call.cloud.settings.region, call.cloud.settings.port)


def get_url(call: ApiCall) -> Document:
    return _configuration(call, call.cloud.function_urls.find(call.name, call.qualifier))


def update_url(call: ApiCall) -> Document:
    url = call.cloud.function_urls.update(
        call.name,
        qualifier=call.qualifier,
        auth_type=text(call.given, "AuthType"),
        cors=_cors(call),
        replace_cors=call.given.get("Cors") is not None,
        invoke_mode=text(call.given, "InvokeMode"),
    )
    return _configuration(call, url)


def delete_url(call: ApiCall) -> None:
    call.cloud.function_urls.delete(call.name, call.qualifier)


def list_urls(call: ApiCall) -> Document:
    found = call.cloud.function_urls.list(call.name)
    return call.page("FunctionUrlConfigs", found, lambda one: _configuration(call, one))


def _configuration(call: ApiCall, url: FunctionUrl) -> Document:
    return document.configuration(url, call.cloud.settings.region, call.cloud.settings.port)


def _cors(call: ApiCall) -> Cors | None:
    return parse_cors(structure(call.given, "Cors", CORS_MEMBERS))
