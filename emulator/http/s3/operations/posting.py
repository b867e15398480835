"""Objects, as browsers post them: a form whose fields are what a put has for headers, allowed by the policy in it."""

import dataclasses
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from emulator.buckets import Description, StoredObject, Writing, events
from emulator.buckets.tags import tags_of_set
from emulator.http.aws.errors import InvalidArgumentError
from emulator.http.aws.request import Request
from emulator.http.aws.s3 import OBJECT, s3
from emulator.http.aws.xml_writing import DECLARATION, encode, escape
from emulator.http.s3.address import location_of
from emulator.http.s3.authority import Authority
from emulator.http.s3.call import Call, common_headers
from emulator.http.s3.demands import check_demands
from emulator.http.s3.descriptions import ENCRYPTED, description_of, version_of
from emulator.http.s3.expirations import expiration_of
from emulator.http.s3.forms import Form, read_form
from emulator.http.s3.receiving import Received, receive_object
from emulator.signatures import AllowedUpload, check_policy
from emulator.signatures.policy_errors import MissingFieldError

_FILE_NAME = "${filename}"
_SIGNED = ("policy", "x-amz-signature")
_HEADERS = ("cache-control", "content-disposition", "content-encoding", "content-language", "content-md5")
_MORE_HEADERS = ("content-type", "expires")
_STATUSES = {"200": 200, "201": 201}


async def post_object(call: Call, authority: Authority) -> web.Response:
    """Store the file of the form in the body of *call*, which has no key yet; answer as the form wants it."""
    form = await read_form(call.request, call.means.pace)
    fields = _filled(form)
    allowed = _allowed(fields, call.bucket, authority)
    if allowed is not None and allowed.most_bytes is not None:
        form.file.most_bytes = min(form.file.most_bytes, allowed.most_bytes)
    call = _understood(call, fields)
    description = _description(call, fields)

    def check(received: Received) -> None:
        if allowed is not None:
            allowed.check_size(received.staged.size_bytes)

    stored = await receive_object(call, description, Writing(events.POST, call.origin), form.file, check)
    return _answer(call, stored, fields)


def _filled(form: Form) -> dict[str, str]:
    """Return the fields with the file's name where they ask for it."""
    return {
        name: value if name in _SIGNED else value.replace(_FILE_NAME, form.file_name)
        for name, value in form.fields.items()
    }


def _allowed(fields: Mapping[str, str], bucket: str, authority: Authority) -> AllowedUpload | None:
    """Return what the policy allows; None if there is none, which is well where nobody need sign."""
    if "key" not in fields:
        raise MissingFieldError("key")
    if not fields["key"]:
        raise InvalidArgumentError("User key must have a length greater than 0.", "key", "")
    if "policy" not in fields and not authority.is_required:
        return None
    lookup = authority.find if authority.is_required else None
    return check_policy(fields, None, lookup, datetime.now(UTC), bucket=bucket)


def _understood(call: Call, fields: Mapping[str, str]) -> Call:
    """Return the put that the form stands for."""
    headers = {name: value for name, value in fields.items() if name.startswith("x-amz-")}
    headers |= {name: fields[name] for name in (*_HEADERS, *_MORE_HEADERS) if name in fields}
    if "acl" in fields:
        headers["x-amz-acl"] = fields["acl"]
    labels = {"Bucket": call.bucket, "Key": fields["key"]}
    asked = s3().protocol.parse(call.operation, Request("PUT", OBJECT, labels, {}, headers))
    check_demands(call.operation, asked)
    return dataclasses.replace(call, asked=asked, headers=headers)


def _description(call: Call, fields: Mapping[str, str]) -> Description:
    """Return what the form says of the object; its tags are a document, as in PutObjectTagging."""
    description = description_of(call)
    if not fields.get("tagging"):
        return description
    operation = s3().model.operations["PutObjectTagging"]
    labels = {"Bucket": call.bucket, "Key": call.key}
    asked = Request("PUT", OBJECT, labels, {"tagging": [""]}, {}, fields["tagging"].encode())
    tags = tags_of_set(s3().protocol.parse(operation, asked)["Tagging"]["TagSet"])
    return dataclasses.replace(description, tags=tags)


def _answer(call: Call, stored: StoredObject, fields: Mapping[str, str]) -> web.Response:
    location, etag = location_of(call.request, call.bucket, call.key), f'"{stored.etag}"'
    output = {"ETag": etag, **ENCRYPTED, **version_of(call, stored), **expiration_of(call, stored)}
    headers = common_headers(call.request_id) | s3().protocol.render(call.operation, output).headers
    wanted = fields.get("success_action_redirect") or fields.get("redirect") or ""
    if _is_address(wanted):
        told = urlencode({"bucket": call.bucket, "key": call.key, "etag": etag})
        joint = "&" if urlsplit(wanted).query else "?"
        return web.Response(status=303, headers=headers | {"Location": f"{wanted}{joint}{told}"})
    status = _STATUSES.get(fields.get("success_action_status", ""), 204)
    headers["Location"] = location
    if status != 201:
        return web.Response(status=status, headers=headers)
    named = {"Location": location, "Bucket": call.bucket, "Key": call.key, "ETag": etag}
    inner = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in named.items())
    body = encode([DECLARATION, f"<PostResponse>{inner}</PostResponse>"])
    return web.Response(status=status, headers=headers | {"Content-Type": "application/xml"}, body=body)


def _is_address(text: str) -> bool:
    """Tell whether a browser can be sent there; what is none is overlooked, as on S3."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc) and text.isprintable()
