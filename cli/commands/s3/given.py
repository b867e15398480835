"""What one run was given of the options that are shared, in the core's words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import typer

from cli.commands.s3.arguments import patterns_of

if TYPE_CHECKING:
    from emulator.buckets.transfers import Pattern, Terms

_CHOICES = {
    "acl": (
        *("private", "public-read", "public-read-write", "authenticated-read", "aws-exec-read"),
        *("bucket-owner-read", "bucket-owner-full-control", "log-delivery-write"),
    ),
    "metadata_directive": ("COPY", "REPLACE"),
    "storage_class": (
        *("STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING"),
        *("GLACIER", "DEEP_ARCHIVE", "GLACIER_IR"),
    ),
    "checksum_algorithm": (
        *("CRC64NVME", "CRC32", "CRC32C", "SHA1", "SHA256", "SHA512", "XXHASH64", "XXHASH3", "XXHASH128"),
    ),
    "checksum_mode": ("ENABLED",),
    "case_conflict": ("ignore", "skip", "warn", "error"),
}

_MEMBERS = {
    "cache_control": "CacheControl",
    "content_disposition": "ContentDisposition",
    "content_encoding": "ContentEncoding",
    "content_language": "ContentLanguage",
    "website_redirect": "WebsiteRedirectLocation",
}


@dataclass(frozen=True)
class Given:
    """The shared options of one run."""

    values: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name)

    @property
    def patterns(self) -> "list[Pattern]":
        return patterns_of(self["exclude"], self["include"])

    @property
    def terms(self) -> "Terms":
        """Return what is said of the objects that are made."""
        from emulator.buckets.checksums import algorithm_named
        from emulator.buckets.transfers import Terms

        headers = {member: str(self[name]) for name, member in _MEMBERS.items() if self[name]}
        if self["expires"]:
            headers["Expires"] = _http_date(self["expires"])
        if self["storage_class"] not in (None, "STANDARD"):
            headers["StorageClass"] = self["storage_class"]
        return Terms(
            content_type=self["content_type"],
            metadata=_metadata(self["metadata"]),
            headers=headers,
            guesses_type=not self["no_guess_mime_type"],
            directive=self["metadata_directive"],
            algorithm=algorithm_named(self["checksum_algorithm"]) if self["checksum_algorithm"] else None,
            encrypts=bool(self["sse"]),
        )


def check(given: Given) -> None:
    """Refuse what `aws` would: each of these options has a few values."""
    for name, choices in _CHOICES.items():
        if given[name] is not None and given[name] not in choices:
            option = f"--{name.replace('_', '-')}"
            raise typer.BadParameter(f"{given[name]!r} is none of {', '.join(choices)}", param_hint=option)


def _metadata(text: str | None) -> dict[str, str]:
    from cli.shorthand import structures

    if not text:
        return {}
    model = "project=demo,owner=me"
    found = structures(text, "--metadata", model)
    if len(found) != 1 or any(isinstance(value, list | dict) for value in found[0].values()):
        raise typer.BadParameter(f"{text!r} is no map; write {model}", param_hint="--metadata")
    return {str(name).lower(): str(value) for name, value in found[0].items()}


def _http_date(text: str) -> str:
    """Return the time *text* as a header has it; as `aws`, take ISO 8601, a header's own form, or a number."""
    from datetime import UTC, datetime
    from email.utils import format_datetime, parsedate_to_datetime

    def from_number(number: str) -> datetime:
        return datetime.fromtimestamp(float(number), UTC)

    for read in (datetime.fromisoformat, parsedate_to_datetime, from_number):
        try:
            moment = read(text)
        except (ValueError, OverflowError, OSError):
            continue
        return format_datetime(moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC), usegmt=True)
    raise typer.BadParameter(f"{text!r} is no time; write one such as 2030-12-31T23:59:59Z", param_hint="--expires")
