"""Multipart uploads without a server: parts become one object, once, or leave nothing."""

import base64
import hashlib
import io
import multiprocessing
import os
import random
import tempfile
import threading
import time
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from hypothesis import settings as chosen
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule

from emulator.buckets import Buckets, Description, Origin
from emulator.buckets.blobs import Blobs
from emulator.buckets.change import Changes
from emulator.buckets.checksums import Algorithm, Checksum, ChecksumType, UploadChecksum, choose
from emulator.buckets.completion import Completion
from emulator.buckets.errors import (
    EntityTooSmallError,
    InvalidPartError,
    InvalidPartOrderError,
    NoSuchBucketError,
    NoSuchUploadError,
    PreconditionFailedError,
    UploadSizeError,
)
from emulator.buckets.records import StoredObject
from emulator.buckets.upload_rows import Completed, Upload, UploadedPart
from emulator.buckets.uploads import Uploads
from emulator.errors import InvalidRequestError
from emulator.home import Home
from emulator.settings import Settings
from emulator.state import Database
from emulator.units import MIB, utc_now
from tests.unit.buckets.conftest import Recorder

NOBODY = Origin("R1")
UNASKED = choose(None, None)
LARGE = 5 * MIB


def create(buckets: Buckets, key: str = "a", checksum: UploadChecksum = UNASKED) -> Upload:
    return buckets.uploads.create("raw", key, Description(), checksum)


def put(buckets: Buckets, upload: Upload, number: int, content: bytes) -> UploadedPart:
    algorithm = upload.checksum.algorithm
    checksum = Checksum(algorithm)
    checksum.update(content)
    with buckets.uploads.stage() as staged:
        staged.write(content)
        return buckets.uploads.put_part(upload, number, staged, {algorithm.member: checksum.base64()})


def complete(buckets: Buckets, upload: Upload, *parts: UploadedPart, **more: Any) -> Completed:
    named = [{"PartNumber": part.number, "ETag": f'"{part.etag}"'} for part in parts]
    return buckets.uploads.complete(upload.bucket, upload.key, upload.id, Completion(named, NOBODY, **more))


def read(buckets: Buckets, key: str, version_id: str | None = None) -> bytes:
    with buckets.objects.open("raw", key, version_id) as opened:
        return opened.file.read()


def blobs(buckets: Buckets) -> list[Path]:
    return [path for path in (buckets.root.parent / "blobs").rglob("*") if path.is_file()]


def staged(buckets: Buckets) -> list[Path]:
    return list((buckets.root.parent / "staging").iterdir())


def test_parts_become_one_object_in_the_order_of_their_numbers(buckets: Buckets, raw: Path, recorder: Recorder) -> None:
    upload = buckets.uploads.create("raw", "d/a", Description("text/x", {"who": "me"}, {}, {"t": "1"}), UNASKED)
    second = put(buckets, upload, 7, b"tail")
    first = put(buckets, upload, 2, b"x" * LARGE)

    done = complete(buckets, upload, first, second)

    assert (raw / "d/a").read_bytes() == b"x" * LARGE + b"tail"
    digests = hashlib.md5(b"x" * LARGE).digest() + hashlib.md5(b"tail").digest()
    assert done.etag == f"{hashlib.md5(digests).hexdigest()}-2"
    stored = buckets.objects.head("raw", "d/a")
    assert (stored.etag, stored.description.metadata) == (done.etag, {"who": "me"})
    assert (stored.content_type, stored.description.tags) == ("text/x", {"t": "1"})
    assert [(part["PartNumber"], part["Size"]) for part in stored.content.parts] == [(2, LARGE), (7, 4)]
    (event,) = recorder.events
    assert (event.name, event.etag, event.size_bytes) == (
        "ObjectCreated:CompleteMultipartUpload",
        done.etag,
        LARGE + 4,
    )
    assert event.request_id == "R1"


def test_nothing_is_left_of_an_upload_that_ended(buckets: Buckets, raw: Path) -> None:
    ended, aborted = create(buckets), create(buckets, "b")
    put(buckets, ended, 3, b"never named")
    part = put(buckets, ended, 1, b"1")
    put(buckets, aborted, 1, b"2")

    complete(buckets, ended, part)
    buckets.uploads.abort(aborted)

    assert (blobs(buckets), staged(buckets)) == ([], [])
    assert [path.name for path in raw.iterdir()] == ["a"]
    for upload in (ended, aborted):
        with pytest.raises(NoSuchUploadError):
            buckets.uploads.get("raw", upload.key, upload.id)
        with pytest.raises(NoSuchUploadError):
            put(buckets, upload, 1, b"late")
        with pytest.raises(NoSuchUploadError):
            buckets.uploads.abort(upload)
    assert (blobs(buckets), staged(buckets)) == ([], [])


def test_a_part_that_comes_again_replaces_the_first(buckets: Buckets, raw: Path) -> None:
    upload = create(buckets)
    old = put(buckets, upload, 1, b"old")
    new = put(buckets, upload, 1, b"new")

    assert len(blobs(buckets)) == 1
    assert buckets.uploads.parts(upload) == [new]
    with pytest.raises(InvalidPartError):
        complete(buckets, upload, old)
    complete(buckets, upload, new)
    assert read(buckets, "a") == b"new"


def test_a_completion_that_is_refused_can_be_made_again(buckets: Buckets, raw: Path, recorder: Recorder) -> None:
    """
    Clients mend their list and go on; the parts must still be there.
    """
    upload = create(buckets)
    small, last = put(buckets, upload, 1, b"small"), put(buckets, upload, 2, b"last")

    with pytest.raises(EntityTooSmallError) as caught:
        complete(buckets, upload, small, last)
    assert caught.value.fields["PartNumber"] == "1"
    with pytest.raises(InvalidPartOrderError):
        complete(buckets, upload, last, small)
    with pytest.raises(InvalidPartOrderError):
        complete(buckets, upload, last, last)
    with pytest.raises(InvalidPartError):
        complete(buckets, upload, UploadedPart(9, 0, small.last_modified, small.etag, {}, ""))
    with pytest.raises(UploadSizeError):
        complete(buckets, upload, last, size_bytes=5)

    assert recorder.events == []
    assert staged(buckets) == []
    complete(buckets, upload, last, size_bytes=4)
    assert read(buckets, "a") == b"last"


def test_whoever_lost_the_answer_gets_it_again(buckets: Buckets, raw: Path, recorder: Recorder) -> None:
    """
    AWS says the same once more; a NoSuchUpload would look like a failure of what has long succeeded.
    """
    buckets.set_versioning("raw", "Enabled")
    upload = create(buckets)
    first, second = put(buckets, upload, 1, b"x" * LARGE), put(buckets, upload, 2, b"2")

    def absent(current: StoredObject | None) -> None:
        if current is not None:
            raise PreconditionFailedError

    done = complete(buckets, upload, first, second, precondition=absent)

    assert done.version_id == buckets.objects.head("raw", "a").version_id
    assert complete(buckets, upload, first, second, precondition=absent) == done
    buckets.objects.put("raw", "a", io.BytesIO(b"newer"))
    assert complete(buckets, upload, first, second) == done
    assert read(buckets, "a") == b"newer"
    assert [event.name for event in recorder.events] == [
        "ObjectCreated:CompleteMultipartUpload",
        "ObjectCreated:Put",
    ]
    with pytest.raises(NoSuchUploadError):
        complete(buckets, upload, first)
    with pytest.raises(NoSuchUploadError):
        buckets.uploads.complete("raw", "other", upload.id, Completion([], NOBODY))


def test_an_answer_is_not_remembered_for_ever(buckets: Buckets, raw: Path, database: Database) -> None:
    for _ in range(2):
        upload = create(buckets)
        complete(buckets, upload, put(buckets, upload, 1, b"1"))
        with database.transaction() as connection:
            connection.execute("UPDATE completed_upload SET completed_at = completed_at - 90000")

    assert len(database.rows("SELECT id FROM completed_upload")) == 1


def test_a_precondition_looks_at_the_folder_too(buckets: Buckets, raw: Path) -> None:
    """
    A file that was dropped a moment ago is an object, seen by a watcher or not.
    """
    upload = create(buckets)
    part = put(buckets, upload, 1, b"1")
    (raw / "a").write_bytes(b"dropped")
    seen: list[str] = []

    def look(current: StoredObject | None) -> None:
        seen.append(current.etag if current else "")

    complete(buckets, upload, part, precondition=look)

    assert seen == [hashlib.md5(b"dropped").hexdigest()]


def test_a_completed_upload_is_a_version(buckets: Buckets, raw: Path) -> None:
    buckets.set_versioning("raw", "Enabled")
    before = buckets.objects.put("raw", "a", io.BytesIO(b"before")).version_id
    upload = create(buckets)

    done = complete(buckets, upload, put(buckets, upload, 1, b"after"))

    assert read(buckets, "a", before) == b"before"
    assert read(buckets, "a", done.version_id) == (raw / "a").read_bytes() == b"after"
    buckets.objects.delete("raw", "a", done.version_id)
    assert (raw / "a").read_bytes() == b"before"


def test_a_key_that_no_folder_can_hold_is_uploaded_too(buckets: Buckets, raw: Path) -> None:
    (raw / "a").write_bytes(b"file")
    upload = create(buckets, "a/b")

    done = complete(buckets, upload, put(buckets, upload, 1, b"1"))

    assert read(buckets, "a/b") == b"1"
    assert (raw / "a").read_bytes() == b"file"
    assert done.version_id is None


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_the_whole_has_the_checksum_that_was_asked_for(buckets: Buckets, raw: Path, algorithm: Algorithm) -> None:
    """
    A full-object one is that of the bytes, without reading them again; a composite one is that of the parts' digests.
    """
    contents = [b"x" * LARGE, b"tail"]
    for kind in (ChecksumType.FULL_OBJECT, ChecksumType.COMPOSITE):
        try:
            chosen_checksum = choose(algorithm, kind)
        except InvalidRequestError:
            continue
        upload = create(buckets, checksum=chosen_checksum)
        parts = [put(buckets, upload, number, content) for number, content in enumerate(contents, 1)]
        whole = Checksum(algorithm)
        for content in contents:
            if kind is ChecksumType.COMPOSITE:
                digest = Checksum(algorithm)
                digest.update(content)
                content = digest.digest()
            whole.update(content)
        expected = whole.base64() + ("-2" if kind is ChecksumType.COMPOSITE else "")
        named = [{"PartNumber": part.number, "ETag": part.etag, **part.checksums} for part in parts]
        wrong = {algorithm.header: base64.b64encode(b"\0" * algorithm.digest_bytes).decode()}

        with pytest.raises(InvalidRequestError, match="did not match"):
            buckets.uploads.complete("raw", "a", upload.id, Completion(named, NOBODY, headers=wrong))
        done = buckets.uploads.complete(
            "raw", "a", upload.id, Completion(named, NOBODY, headers={algorithm.header: expected}, checksum_type=kind)
        )

        assert done.checksums == {algorithm.member: expected, "ChecksumType": kind}
        assert buckets.objects.head("raw", "a").content.checksums == done.checksums


def test_a_part_whose_checksum_is_another_is_another_part(buckets: Buckets, raw: Path) -> None:
    upload = create(buckets, checksum=choose("CRC32", None))
    part = put(buckets, upload, 1, b"1")
    other = base64.b64encode(zlib.crc32(b"2").to_bytes(4)).decode()

    for checksums, error in (({"ChecksumCRC32": other}, InvalidPartError), ({}, InvalidRequestError)):
        named = [{"PartNumber": 1, "ETag": part.etag, **checksums}]
        with pytest.raises(error):
            buckets.uploads.complete("raw", "a", upload.id, Completion(named, NOBODY))


def test_uploads_go_with_their_bucket(buckets: Buckets, raw: Path) -> None:
    upload = create(buckets)
    put(buckets, upload, 1, b"1")

    with pytest.raises(NoSuchBucketError):
        buckets.uploads.create("none", "a", Description(), UNASKED)
    buckets.delete_bucket("raw")

    with pytest.raises(NoSuchBucketError):
        put(buckets, upload, 2, b"2")
    assert blobs(buckets) == []


def test_pages_of_uploads_follow_each_other_without_a_gap(buckets: Buckets, raw: Path) -> None:
    keys = ["a", "a", "b/1", "b/1", "b/2", "c", "c", "c"]
    uploads = [create(buckets, key) for key in random.Random(1).sample(keys, len(keys))]
    expected = sorted((upload.key, upload.started_at, upload.id) for upload in uploads)
    for limit in (1, 2, 3, 100):
        found: list[tuple[str, Any, str]] = []
        key, upload_id = "", ""
        while True:
            page = buckets.uploads.page("raw", start_key=key, start_id=upload_id, limit=limit)
            found += [(upload.key, upload.started_at, upload.id) for upload in page.uploads]
            if page.next_key is None:
                break
            key, upload_id = page.next_key, page.next_id or ""
        assert found == expected

    grouped = buckets.uploads.page("raw", delimiter="/", limit=3)
    assert ([upload.key for upload in grouped.uploads], grouped.common_prefixes) == (["a", "a"], ("b/",))
    assert (grouped.next_key, grouped.next_id) == ("b/", None)
    rest = buckets.uploads.page("raw", delimiter="/", start_key="b/")
    assert ([upload.key for upload in rest.uploads], rest.common_prefixes) == (["c"] * 3, ())
    inside = buckets.uploads.page("raw", delimiter="/", start_key="b/1", start_id="0")
    assert [upload.key for upload in inside.uploads] == ["c"] * 3
    outside = buckets.uploads.page("raw", prefix="c", start_key="a", start_id="0")
    assert [upload.key for upload in outside.uploads] == ["c"] * 3


def test_a_crowd_that_ends_an_upload_in_all_ways_leaves_one_outcome(
    buckets: Buckets, raw: Path, recorder: Recorder
) -> None:
    """
    Complete, abort and a part that comes late, all at once: one of them wins, nobody half, and no blob is left.
    """
    chance = random.Random(5)
    with ThreadPoolExecutor(6) as pool:
        for number in range(25):
            key = f"k{number}"
            upload = create(buckets, key)
            parts = [put(buckets, upload, 1, b"x" * LARGE), put(buckets, upload, 2, b"old")]
            start = threading.Barrier(6)

            def waited(work: Callable[[], object], start: threading.Barrier = start) -> object:
                start.wait()
                try:
                    return work()
                except (NoSuchUploadError, InvalidPartError) as error:
                    return error

            works: list[Callable[[], object]] = [
                lambda upload=upload, parts=parts: complete(buckets, upload, *parts),  # type: ignore[misc]
                lambda upload=upload, parts=parts: complete(buckets, upload, *parts),  # type: ignore[misc]
                lambda upload=upload: buckets.uploads.abort(upload),  # type: ignore[misc]
                lambda upload=upload: put(buckets, upload, 2, b"new"),  # type: ignore[misc]
                lambda upload=upload: put(buckets, upload, 3, b"late"),  # type: ignore[misc]
                lambda upload=upload, parts=parts: complete(buckets, upload, parts[0]),  # type: ignore[misc]
            ]
            chance.shuffle(works)
            outcomes = list(pool.map(waited, works))

            completed = {outcome.etag for outcome in outcomes if isinstance(outcome, Completed)}
            aborted = None in outcomes
            assert len(completed) + aborted == 1
            assert recorder.seen == [("ObjectCreated:CompleteMultipartUpload", key)] * len(completed)
            assert (raw / key).exists() == bool(completed)
            if completed:
                assert read(buckets, key) in (b"x" * LARGE + b"old", b"x" * LARGE)
                assert {buckets.objects.head("raw", key).etag} == completed
            recorder.events.clear()
    assert (blobs(buckets), staged(buckets)) == ([], [])


class Interrupted(Blobs):
    """The blob store, and something that happens when a blob of it was opened for the first time."""

    def __init__(self, folder: Path, happen: Callable[[], object]) -> None:
        super().__init__(folder)
        self._happen: list[Callable[[], object]] = [happen]

    def open(self, name: str) -> BinaryIO:
        file = super().open(name)
        while self._happen:
            self._happen.pop()()
        return file


def interrupted(buckets: Buckets, home: Home, database: Database, happen: Callable[[], object]) -> Uploads:
    """Return the uploads of *buckets*, with something that happens while a completion is on its way."""
    store = Interrupted(home.blobs, happen)
    return Uploads(database, Changes(database, store, None, utc_now), buckets.objects, store, home.staging)


def test_a_part_that_is_replaced_meanwhile_is_not_in_the_object(
    buckets: Buckets, raw: Path, home: Home, database: Database, recorder: Recorder
) -> None:
    """
    It was opened already; but who sent the new one was told that it is in place.
    """
    upload = create(buckets)
    old = put(buckets, upload, 1, b"old")
    uploads = interrupted(buckets, home, database, lambda: put(buckets, upload, 1, b"new"))
    named = [{"PartNumber": 1, "ETag": old.etag}]

    with pytest.raises(InvalidPartError):
        uploads.complete("raw", "a", upload.id, Completion(named, NOBODY))

    assert recorder.events == []
    assert list(raw.iterdir()) == []
    (new,) = buckets.uploads.parts(upload)
    complete(buckets, upload, new)
    assert read(buckets, "a") == b"new"


def test_the_same_completion_twice_at_once_is_one(
    buckets: Buckets, raw: Path, home: Home, database: Database, recorder: Recorder
) -> None:
    """
    An SDK that gave up waiting asks again while the first is under way; nothing may be there yet, says each.
    """
    upload = create(buckets)
    part = put(buckets, upload, 1, b"1")

    def absent(current: StoredObject | None) -> None:
        if current is not None:
            raise PreconditionFailedError

    quicker: list[Completed] = []
    uploads = interrupted(
        buckets, home, database, lambda: quicker.append(complete(buckets, upload, part, precondition=absent))
    )
    named = [{"PartNumber": 1, "ETag": part.etag}]

    done = uploads.complete("raw", "a", upload.id, Completion(named, NOBODY, absent))

    assert quicker == [done]
    assert recorder.seen == [("ObjectCreated:CompleteMultipartUpload", "a")]


def upload_at_random(home: Home, settings: Settings, seed: int, ready: Connection) -> None:
    buckets = Buckets(Database(home.state_file), home, settings)
    chance = random.Random(seed)
    ready.send(True)
    while True:
        upload = create(buckets, chance.choice(["a", "d/b", "a/c"]))
        first, second = put(buckets, upload, 1, chance.randbytes(LARGE)), put(buckets, upload, 2, b"tail")
        put(buckets, upload, 3, b"3")
        if chance.random() < 0.7:
            complete(buckets, upload, first, second)
        elif chance.random() < 0.5:
            buckets.uploads.abort(upload)


def test_after_a_kill_an_upload_is_whole_or_still_under_way(home: Home, settings: Settings) -> None:
    """
    No object is torn, what is under way can be completed, and the sweep takes what belongs to nobody.
    """
    database = Database(home.state_file)
    buckets = Buckets(database, home, settings)
    buckets.create_bucket("raw")
    context, chance = multiprocessing.get_context("spawn"), random.Random(3)
    for round_number in range(3):
        pipes = [context.Pipe() for _ in range(2)]
        writers = [
            context.Process(target=upload_at_random, args=(home, settings, round_number * 10 + number, pipe[1]))
            for number, pipe in enumerate(pipes)
        ]
        for writer in writers:
            writer.start()
        for pipe in pipes:
            assert pipe[0].recv()
        time.sleep(0.1 + chance.random() * 0.3)
        for writer in writers:
            writer.kill()
            writer.join()
    for leftover in home.staging.iterdir():
        os.utime(leftover, (0, 0))

    buckets.scan_all()
    buckets.sweep(older_than_seconds=-1)

    for stored in buckets.objects.all("raw"):
        content = read(buckets, stored.key)
        digests = hashlib.md5(content[:LARGE]).digest() + hashlib.md5(content[LARGE:]).digest()
        assert len(content) == LARGE + 4
        assert stored.etag in (f"{hashlib.md5(digests).hexdigest()}-2", hashlib.md5(content).hexdigest())
    under_way = buckets.uploads.page("raw").uploads
    used = [part.blob for upload in under_way for part in buckets.uploads.parts(upload)]
    used += [stored.blob for stored in buckets.objects.all("raw") if stored.blob is not None]
    assert sorted(path.name for path in blobs(buckets)) == sorted(used)
    assert staged(buckets) == []
    for upload in under_way:
        if parts := buckets.uploads.parts(upload):
            complete(buckets, upload, parts[0])
    database.close()


class UploadsMachine(RuleBasedStateMachine):
    """Uploads beside a dict of dicts. Parts are small, so only the last of an object can be used: one at a time."""

    uploads = Bundle("uploads")

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        settings = Settings(home=Path(self._folder.name) / "home")
        home = Home(settings.home)
        home.create()
        self._database = Database(home.state_file)
        self.buckets = Buckets(self._database, home, settings)
        self.buckets.create_bucket("raw")
        self.parts: dict[str, dict[int, bytes]] = {}
        self.keys: dict[str, str] = {}
        self.objects: dict[str, bytes] = {}

    def teardown(self) -> None:
        self._database.close()
        self._folder.cleanup()

    @rule(target=uploads, key=st.sampled_from(["a", "a/b", "b/1", "b/2", "ключ"]))
    def create(self, key: str) -> Upload:
        upload = create(self.buckets, key)
        self.parts[upload.id], self.keys[upload.id] = {}, key
        return upload

    @rule(upload=uploads, number=st.integers(1, 4), content=st.binary(max_size=9))
    def put(self, upload: Upload, number: int, content: bytes) -> None:
        put(self.buckets, upload, number, content)
        self.parts[upload.id][number] = content

    @rule(target=uploads, upload=consumes(uploads), number=st.integers(1, 4), again=st.booleans())
    def complete(self, upload: Upload, number: int, again: bool) -> Any:
        parts = self.parts[upload.id]
        if number not in parts:
            with pytest.raises(InvalidPartError):
                complete(self.buckets, upload, _named(number, b""))
            return upload
        for _ in range(1 + again):
            done = complete(self.buckets, upload, _named(number, parts[number]))
            assert done.etag.endswith("-1")
        self.objects[upload.key] = parts[number]
        del self.parts[upload.id]
        return multiple()

    @rule(upload=consumes(uploads))
    def abort(self, upload: Upload) -> None:
        self.buckets.uploads.abort(upload)
        del self.parts[upload.id]

    @rule(key=st.sampled_from(["a", "a/b", "b/1"]))
    def delete(self, key: str) -> None:
        self.buckets.objects.delete("raw", key)
        self.objects.pop(key, None)

    @rule(prefix=st.sampled_from(["", "a", "b/"]), limit=st.integers(1, 3))
    def list(self, prefix: str, limit: int) -> None:
        found, key, upload_id = [], "", ""
        while True:
            page = self.buckets.uploads.page("raw", prefix=prefix, start_key=key, start_id=upload_id, limit=limit)
            found += [upload.id for upload in page.uploads]
            if page.next_key is None:
                break
            key, upload_id = page.next_key, page.next_id or ""
        under = [upload for upload in self.parts if self.keys[upload].startswith(prefix)]
        assert found == sorted(under, key=lambda upload: (self.keys[upload].encode(), upload))

    @invariant()
    def what_is_there_is_what_was_sent(self) -> None:
        uploaded = {
            upload.id: {part.number: (part.size_bytes, part.etag) for part in self.buckets.uploads.parts(upload)}
            for upload in self.buckets.uploads.page("raw").uploads
        }
        assert uploaded == {
            upload: {number: (len(content), hashlib.md5(content).hexdigest()) for number, content in parts.items()}
            for upload, parts in self.parts.items()
        }
        assert {
            stored.key: read(self.buckets, stored.key) for stored in self.buckets.objects.all("raw")
        } == self.objects
        in_blobs = [stored for stored in self.buckets.objects.all("raw") if not stored.in_folder]
        assert len(blobs(self.buckets)) == sum(map(len, self.parts.values())) + len(in_blobs)


def _named(number: int, content: bytes) -> UploadedPart:
    return UploadedPart(number, len(content), utc_now(), hashlib.md5(content).hexdigest(), {}, "")


TestUploads = UploadsMachine.TestCase
TestUploads.settings = chosen(max_examples=25, stateful_step_count=25, deadline=None)
