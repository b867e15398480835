"""What a command asks for, and what can never be asked for."""

import os
from collections.abc import Sequence
from dataclasses import dataclass

from emulator.buckets.transfers.filters import Pattern
from emulator.buckets.transfers.places import LocalPath, Place, root_of
from emulator.buckets.transfers.records import Verb
from emulator.buckets.uri import S3Uri
from emulator.errors import InvalidRequestError, NotFoundError

MAX_PAGE = 1000


@dataclass(frozen=True)
class Request:
    """What is asked for. Without a destination it is to be deleted."""

    source: Place
    destination: Place | None = None
    recursive: bool = False
    moves: bool = False
    patterns: Sequence[Pattern] = ()
    follows_links: bool = True
    page_size: int = MAX_PAGE

    @property
    def verb(self) -> Verb:
        """Return what it comes to for each file."""
        if self.destination is None:
            return Verb.DELETE
        if isinstance(self.source, LocalPath):
            return Verb.UPLOAD
        return Verb.DOWNLOAD if isinstance(self.destination, LocalPath) else Verb.COPY


def check(request: Request) -> None:
    """Raise what is wrong with the request as a whole."""
    source, destination = request.source, request.destination
    if isinstance(source, LocalPath) and not isinstance(destination, S3Uri):
        raise InvalidRequestError(
            "neither the source nor the destination is in a bucket", hint="write s3://BUCKET/KEY for one of them"
        )
    if isinstance(source, LocalPath):
        _check_file(source.path, recursive=request.recursive)
    elif not request.recursive and not source.key:
        raise InvalidRequestError(f"{source} names no object", hint="name a key, or take everything by --recursive")
    if request.moves and request.recursive and destination is not None:
        roots = [root_of(place, recursive=True) for place in (source, destination)]
        if roots[0] == roots[1]:
            raise onto_itself(source, destination)


def _check_file(path: str, *, recursive: bool) -> None:
    if not os.path.lexists(path):
        raise NotFoundError(f"The user-provided path {path} does not exist.")
    if recursive and not os.path.isdir(path):  # noqa: PTH112
        raise NotFoundError(f"{path} is no folder", hint="copy one file by `cloudlet s3 cp`, without --recursive")
    if not recursive and os.path.isdir(path):  # noqa: PTH112
        raise InvalidRequestError(f"{path} is a folder", hint="copy all that is in it by --recursive")


def onto_itself(source: Place, destination: Place) -> InvalidRequestError:
    """Return the error of a move that would end with the deletion of what was moved."""
    return InvalidRequestError(f"Cannot mv a file onto itself: {source} - {destination}")
