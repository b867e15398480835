"""Writers that do everything to a bucket at random, through the door and in its folder, and note what they were told.

Every object says in its bytes what they should be, so that one look tells whether it is whole.
"""

import contextlib
import hashlib
import http.client
import os
import random
import re
import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

BUCKETS = {"plain": "", "kept": "Enabled", "paused": "Suspended", "far": "", "afar": "Enabled"}
"""And what is said of their versioning."""
FAR = ("far", "afar")
"""Those that are to be on another file system."""

WRITTEN = [*(f"d{number % 3}/{number}" for number in range(9)), "clash", "clash/under", "e//mpty", "e/../up"]
"""Keys, some of which no folder can hold, whose every content is written once: an event that tells of one is unique."""
OWN = [f"own/{number}" for number in range(8)]
"""Files, one a writer, that are written in place, again and again, and not at one go."""
COPIES = [f"copies/{number}" for number in range(6)]
TAKEN_BACK = [f"back/{number}" for number in range(4)]
"""Keys of which versions are deleted, so that older ones come back."""

_HEAD = re.compile(rb"<([\w-]+) (\d+)>")
_PART_BYTES = 5 << 20


def content_of(name: str, size: int) -> bytes:
    """Return *size* bytes or a few more that tell by themselves whether they are whole."""
    head = b"<%s %d>" % (name.encode(), size)
    return head + hashlib.sha256(head).digest() * (size // 32)


def name_of(content: bytes) -> str | None:
    """Return the name that *content* was made of; None if it is torn."""
    found = _HEAD.match(content)
    if found is None or content != content_of(found[1].decode(), int(found[2])):
        return None
    return found[1].decode()


@dataclass
class Notes:
    """What writers were told."""

    done: list[tuple[str, str, str]] = field(default_factory=list)
    """Request id, bucket and key of every change that was answered with success."""
    versions: list[tuple[str, str, str, str]] = field(default_factory=list)
    """Bucket, key, version id and name of the content of every object that was written and whose versions are kept."""
    names: dict[str, str] = field(default_factory=dict)
    """By etag, the content that was, or may have been, written."""
    strange: list[str] = field(default_factory=list)
    """What no answer should be."""
    statuses: Counter[int] = field(default_factory=Counter)


class Writer(threading.Thread):
    """Goes on until the server is gone, or it is told to stop."""

    def __init__(self, number: int, name: str, seed: int, port: int, folders: Path, notes: Notes) -> None:
        super().__init__(name=f"{name}-{number}")
        self._own = OWN[number]
        self._chance = random.Random(seed)
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._folders = folders
        self._notes = notes
        self._stopping = threading.Event()
        self._count = 0

    def stop(self) -> None:
        self._stopping.set()

    def run(self) -> None:
        works = (self.put, self.put, self.copy, self.complete, self.delete, self.drop, self.move, self.take_back)
        with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(self._connection):
            while not self._stopping.is_set():
                self._chance.choice(works)(self._chance.choice(list(BUCKETS)))

    def put(self, bucket: str, keys: list[str] = WRITTEN) -> str | None:
        key, name, content = self._chance.choice(keys), *self._content()
        _, headers = self._ask("PUT", bucket, key, content)
        version_id = headers.get("x-amz-version-id")
        if version_id not in (None, "null"):
            self._notes.versions.append((bucket, key, version_id, name))
            return f"{key}?versionId={version_id}"
        return None

    def copy(self, bucket: str) -> None:
        source = f"/{bucket}/{self._chance.choice(WRITTEN + OWN)}"
        self._ask("PUT", bucket, self._chance.choice(COPIES), headers={"x-amz-copy-source": source})

    def complete(self, bucket: str) -> None:
        key, name, content = self._chance.choice(WRITTEN), *self._content(large=self._chance.random() < 0.03)
        document, _ = self._ask("POST", bucket, f"{key}?uploads", told=False)
        found = re.search(rb"<UploadId>(\w+)<", document)
        if found is None:
            return
        upload_id, digests, listed = found[1].decode(), b"", ""
        for number, start in enumerate(range(0, len(content), _PART_BYTES), 1):
            part = content[start : start + _PART_BYTES]
            digest = hashlib.md5(part)
            self._ask("PUT", bucket, f"{key}?partNumber={number}&uploadId={upload_id}", part, told=False)
            digests += digest.digest()
            listed += f"<Part><PartNumber>{number}</PartNumber><ETag>{digest.hexdigest()}</ETag></Part>"
        self._notes.names[f"{hashlib.md5(digests).hexdigest()}-{len(digests) // 16}"] = name
        body = f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>".encode()
        self._ask("POST", bucket, f"{key}?uploadId={upload_id}", body)

    def delete(self, bucket: str) -> None:
        self._ask("DELETE", bucket, self._chance.choice(WRITTEN + COPIES), told=False)

    def take_back(self, bucket: str) -> None:
        version = self.put(bucket, TAKEN_BACK)
        if version is not None and self._chance.random() < 0.7:
            self._notes.versions.pop()
            self._ask("DELETE", bucket, version, told=False)

    def drop(self, bucket: str) -> None:
        """Write into the folder: beside it and then in place, or in place, where no other writer does so."""
        _, content = self._content()
        path = self._folders / bucket / self._chance.choice(WRITTEN[:9])
        try:
            if self._chance.random() < 0.5:
                beside = path.parent / f"{self.name}.part"
                beside.write_bytes(content)
                beside.rename(path)
            else:
                path = self._folders / bucket / self._own
                with path.open("wb", buffering=0) as file:
                    file.write(content[:100])
                    file.write(content[100:])
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)

    def move(self, bucket: str) -> None:
        folder = self._folders / bucket
        with contextlib.suppress(FileNotFoundError):
            os.replace(folder / self._chance.choice(WRITTEN[:9]), folder / self._chance.choice(COPIES))  # noqa: PTH105
        with contextlib.suppress(FileNotFoundError):
            (folder / self._chance.choice(WRITTEN[:9])).unlink()

    def _content(self, *, large: bool = False) -> tuple[str, bytes]:
        self._count += 1
        name = f"{self.name}-{self._count}"
        content = content_of(name, _PART_BYTES + 100 if large else self._chance.randrange(60_000))
        self._notes.names[hashlib.md5(content).hexdigest()] = name
        return name, content

    def _ask(
        self,
        method: str,
        bucket: str,
        key: str,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        *,
        told: bool = True,
    ) -> tuple[bytes, http.client.HTTPMessage]:
        """Return the answer's document and headers; where an event must have been *told*, note the request's id."""
        self._connection.request(method, f"/{bucket}/{key}", body, headers or {})
        answer = self._connection.getresponse()
        document = answer.read()
        self._notes.statuses[answer.status] += 1
        # A copy may find no source, or one that a program is writing to; all else must work.
        is_copy = "x-amz-copy-source" in (headers or {})
        if answer.status not in (200, 204, 404, 409) and not (is_copy and answer.status == 503):
            self._notes.strange.append(f"{answer.status} {method} {key} {document!r}")
        if told and answer.status == 200 and b"<Error>" not in document:
            self._notes.done.append((answer.headers["x-amz-request-id"], bucket, key.partition("?")[0]))
        return document, answer.headers
