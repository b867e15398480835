"""Metadata options: who may ask an instance's metadata service, and how."""

import dataclasses
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from emulator.errors import InvalidRequestError, nearest
from emulator.resources.invalid import InvalidParameterValueError

_FIELDS = {
    "HttpTokens": "http_tokens",
    "HttpPutResponseHopLimit": "http_put_response_hop_limit",
    "HttpEndpoint": "http_endpoint",
    "InstanceMetadataTags": "instance_metadata_tags",
}
_SWITCH = ("enabled", "disabled")
_CHOICES = {"HttpTokens": ("optional", "required"), "HttpEndpoint": _SWITCH, "InstanceMetadataTags": _SWITCH}
_MOST_HOPS = 64

_TAG_KEY = re.compile(r"[0-9a-zA-Z\-_+=,.@:]{1,255}")
_RESERVED_TAG_KEYS = (".", "..", "_index")


@dataclass(frozen=True)
class MetadataOptions:
    """AWS's MetadataOptions, with AWS's values."""

    http_tokens: str = "optional"
    """optional or required: whether a request without a session token is answered."""
    http_endpoint: str = "enabled"
    """enabled or disabled: whether any request is."""
    http_put_response_hop_limit: int = 1
    """How many routers a session token may pass on its way to who asked for it: 1 to 64."""
    instance_metadata_tags: str = "disabled"
    """enabled or disabled: whether the instance may read its tags."""

    @property
    def shows_tags(self) -> bool:
        return self.instance_metadata_tags == "enabled"

    def changed(self, changes: Mapping[str, object]) -> "MetadataOptions":
        """
        Return these options with *changes*, which have AWS's names, in place of some.

        Raises:
            InvalidRequestError: A name that is none of AWS's, or a value that the option cannot have.

        >>> MetadataOptions().changed({"HttpTokens": "required", "HttpPutResponseHopLimit": "2"})
        MetadataOptions(http_tokens='required', http_endpoint='enabled', http_put_response_hop_limit=2, \
instance_metadata_tags='disabled')
        """
        values: dict[str, Any] = {_field(name): _checked(name, value) for name, value in changes.items()}
        return dataclasses.replace(self, **values)

    def check(self) -> None:
        """Refuse values that the options cannot have: InvalidRequestError, with AWS's InvalidParameterValue."""
        for name, field in _FIELDS.items():
            _checked(name, getattr(self, field))

    def check_tag_keys(self, keys: Iterable[str]) -> None:
        """Refuse keys that cannot be read as metadata, if the instance may read its tags: AWS does so, too."""
        for key in keys if self.shows_tags else ():
            if key in _RESERVED_TAG_KEYS or _TAG_KEY.fullmatch(key) is None:
                raise InvalidParameterValueError(
                    f"'{key}' is not a valid tag key. Tag keys must match pattern ([0-9a-zA-Z\\-_+=,.@:]{{1,255}}), "
                    "and must not be a reserved name ('.', '..', '_index')",
                    hint="the key becomes a part of a metadata path; choose another, or disable InstanceMetadataTags",
                )

    def to_document(self) -> dict[str, object]:
        """Return what `describe-instances` shows."""
        chosen = {name: getattr(self, field) for name, field in _FIELDS.items()}
        return {"State": "applied", **chosen, "HttpProtocolIpv6": "disabled"}


def _field(name: str) -> str:
    if name not in _FIELDS:
        raise InvalidRequestError(
            f'Unknown parameter in MetadataOptions: "{name}", must be one of: {", ".join(_FIELDS)}',
            code="UnknownParameter",
            hint=nearest(name, _FIELDS),
        )
    return _FIELDS[name]


def _checked(name: str, value: object) -> object:
    if name in _CHOICES:
        if value not in _CHOICES[name]:
            raise _invalid(name, value, " or ".join(_CHOICES[name]))
        return value
    text = str(value)
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= _MOST_HOPS):
        raise _invalid(name, value, f"a number from 1 to {_MOST_HOPS}")
    return int(text)


def _invalid(name: str, value: object, allowed: str) -> InvalidRequestError:
    parameter = name[0].lower() + name[1:]
    return InvalidParameterValueError(f"Value ({value}) for parameter {parameter} is invalid.", hint=f"it is {allowed}")
