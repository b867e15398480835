"""Where files come from and go to: a path on this machine, or a place in S3.

A path keeps its last slash, which tells a folder that need not be there yet: `pathlib` would drop it.
"""

import os
from dataclasses import dataclass
from typing import TypeAlias

from emulator.buckets.uri import S3Uri, is_s3_uri, parse_s3_uri


@dataclass(frozen=True, slots=True)
class LocalPath:
    """A path on this machine, as it was given."""

    path: str

    def __str__(self) -> str:
        return self.path


Place: TypeAlias = LocalPath | S3Uri


def parse_place(text: str) -> Place:
    """Return what *text* means: `s3://…` is in S3, all else a path on this machine."""
    return parse_s3_uri(text) if is_s3_uri(text) else LocalPath(text)


@dataclass(frozen=True, slots=True)
class Found:
    """A file or an object below a source; `inner` is its path from there, with slashes, its own name at the least."""

    place: Place
    inner: str
    size_bytes: int | None = None
    mtime_ns: int = 0


def full_name(place: Place) -> str:
    """Return what filters look at: an absolute path, or the bucket and the key."""
    return place.path if isinstance(place, LocalPath) else f"{place.bucket}/{place.key}"


def root_of(place: Place, *, recursive: bool) -> Place:
    """Return the root that all below *place* is found under; it ends in a slash if *recursive*."""
    if isinstance(place, LocalPath):
        path = os.path.abspath(place.path)  # noqa: PTH100
        return LocalPath(_with_slash(path) if recursive else path)
    return S3Uri(place.bucket, _with_slash(place.key) if recursive and place.key else place.key)


@dataclass(frozen=True, slots=True)
class Target:
    """Where what is found goes: all of it below one place, under its own name, or one file to just there."""

    place: Place
    keeps_names: bool

    def of(self, inner: str) -> Place:
        """Return where the file goes that is found as *inner*."""
        if not self.keeps_names:
            return self.place
        if isinstance(self.place, LocalPath):
            return LocalPath(self.place.path + inner)
        return S3Uri(self.place.bucket, self.place.key + inner)


def target_of(place: Place, *, recursive: bool) -> Target:
    """Return what *place* means as a destination: `s3://b/`, `s3://b/x/`, `x/` and folders keep the files' names."""
    if isinstance(place, LocalPath):
        path = os.path.abspath(place.path)  # noqa: PTH100
        is_folder = recursive or place.path.endswith("/") or os.path.isdir(path)  # noqa: PTH112
        return Target(LocalPath(_with_slash(path) if is_folder else path), is_folder)
    is_prefix = recursive or not place.key or place.key.endswith("/")
    return Target(S3Uri(place.bucket, _with_slash(place.key) if place.key and is_prefix else place.key), is_prefix)


def _with_slash(text: str) -> str:
    return text if text.endswith("/") else f"{text}/"
