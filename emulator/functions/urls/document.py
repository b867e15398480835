"""Function URLs in the shape of AWS's answers; what is not set is left out."""

from typing import Any

from emulator.functions.references import LATEST, FunctionReference
from emulator.functions.urls.model import Cors, FunctionUrl

Document = dict[str, Any]


def created(url: FunctionUrl, region: str, port: int) -> Document:
    """Return the answer of CreateFunctionUrlConfig, which says nothing of a last change."""
    qualifier = None if url.qualifier == LATEST else url.qualifier
    document: Document = {
        "FunctionUrl": url.address(port),
        "FunctionArn": FunctionReference(url.function, qualifier).arn(region),
        "AuthType": url.auth_type,
        "CreationTime": url.created,
        "InvokeMode": url.invoke_mode,
    }
    if url.cors is not None:
        document["Cors"] = _cors(url.cors)
    return document


def configuration(url: FunctionUrl, region: str, port: int) -> Document:
    """Return what the other operations answer."""
    return created(url, region, port) | {"LastModifiedTime": url.last_modified}


def _cors(cors: Cors) -> Document:
    document: Document = {
        "AllowCredentials": cors.allow_credentials,
        "AllowHeaders": list(cors.allow_headers),
        "AllowMethods": list(cors.allow_methods),
        "AllowOrigins": list(cors.allow_origins),
        "ExposeHeaders": list(cors.expose_headers),
        "MaxAge": cors.max_age_seconds,
    }
    return {name: value for name, value in document.items() if value}
