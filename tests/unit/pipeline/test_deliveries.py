"""Notifications to folders and web servers: told at least once, and as files once, whatever fails in between."""

import asyncio
import contextlib
import io
import json
import multiprocessing
import os
import random
import signal
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from emulator.buckets import Buckets, ObjectEvent, Rule
from emulator.buckets.errors import InvalidArgumentError, NoSuchBucketError
from emulator.cloud import Cloud
from emulator.errors import InvalidRequestError, NotFoundError
from emulator.functions import Function
from emulator.pipeline.deliveries.deliverer import Deliverer
from emulator.pipeline.deliveries.deliveries import Deliveries, NoSuchDeliveryError
from emulator.pipeline.deliveries.targets import checked_target, feeds_itself
from emulator.pipeline.enqueuer import Enqueuer
from emulator.settings import Settings
from emulator.state.writer import Writer
from emulator.units import utc_now
from tests.conftest import wait_for

ARN = "arn:aws:lambda:us-east-1:000000000000:function:listener"


class Receiver:
    """A web server that does what it is told with each request, and remembers them all."""

    def __init__(self, port: int = 0) -> None:
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.plan: list[int | Callable[[BaseHTTPRequestHandler], None]] = []
        """What to do with the next requests: a status, or something else; after that 200."""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.requests.append((self.path, dict(self.headers), body))
                step = receiver.plan.pop(0) if receiver.plan else 200
                if not isinstance(step, int):
                    step(self)
                    return
                self.send_response(step)
                if 300 <= step < 400:
                    self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            request_queue_size = 128

            def handle_error(self, *_: object) -> None:
                """A client that has gone is what some tests are about."""

        self._server = Server(("127.0.0.1", port), Handler)
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/hook"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    @property
    def keys(self) -> list[str]:
        return [json.loads(body)["Records"][0]["s3"]["object"]["key"] for _, _, body in self.requests]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def cloud(settings: Settings) -> Iterator[Cloud]:
    with Cloud(settings) as cloud:
        cloud.buckets.create_bucket("raw")
        yield cloud


def put(cloud: Cloud, key: str, bucket: str = "raw") -> None:
    cloud.buckets.objects.put(bucket, key, io.BytesIO(b"content"))


@contextlib.asynccontextmanager
async def delivering(
    cloud: Cloud, deliveries: Deliveries | None = None, timeout_seconds: float = 30
) -> AsyncIterator[Deliverer]:
    writer = Writer()
    deliverer = Deliverer(deliveries or cloud.deliveries, cloud.buckets, writer, timeout_seconds=timeout_seconds)
    deliverer.start()
    try:
        yield deliverer
    finally:
        await deliverer.stop()
        await writer.close()


def deliver(cloud: Cloud, deliveries: Deliveries | None = None, timeout_seconds: float = 30) -> None:
    """Deliver until nothing is on its way."""

    async def run() -> None:
        async with delivering(cloud, deliveries, timeout_seconds) as deliverer, asyncio.timeout(60):
            await deliverer.wait_idle()

    asyncio.run(run())


def during(cloud: Cloud, fact: Callable[[], object], timeout_seconds: float = 30) -> None:
    """Deliver until *fact* is true."""

    async def run() -> None:
        async with delivering(cloud, timeout_seconds=timeout_seconds):
            await asyncio.to_thread(wait_for, fact)

    asyncio.run(run())


def test_a_web_server_is_posted_aws_s_document(cloud: Cloud, receiver: Receiver) -> None:
    """
    What a function would be given, with a name by which a second copy is known.
    """
    rule = cloud.notifications.add(Rule.plain("raw", receiver.url, suffix=".csv"))
    put(cloud, "in/größe 1.csv")
    put(cloud, "in/a.txt")

    deliver(cloud)

    ((path, headers, body),) = receiver.requests
    (record,) = json.loads(body)["Records"]
    assert path == "/hook"
    assert headers["Content-Type"] == "application/json"
    assert headers["Cloudlet-Delivery"].endswith(record["s3"]["object"]["sequencer"])
    assert record["eventName"] == "ObjectCreated:Put"
    assert record["s3"]["configurationId"] == rule.id
    assert record["s3"]["object"]["key"] == "in/gr%C3%B6%C3%9Fe+1.csv"
    assert cloud.deliveries.list() == []


def refuse(handler: BaseHTTPRequestHandler) -> None:
    """End the connection without a word."""
    handler.connection.close()


def die_in_the_middle(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 20")
    handler.wfile.flush()
    handler.connection.close()


STEPS = {"500": 500, "404": 404, "302": 302, "refused": refuse, "cut off": die_in_the_middle}


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_all_but_2xx_is_tried_again(
    cloud: Cloud, receiver: Receiver, step: int | Callable[[BaseHTTPRequestHandler], None]
) -> None:
    """
    Servers are restarted, and deployed with a mistake. A redirect is no acceptance, and is not followed.
    """
    receiver.plan = [step, step]
    cloud.notifications.add(Rule.plain("raw", receiver.url))
    put(cloud, "a")

    deliver(cloud)

    assert len(receiver.requests) == 3
    assert len({(path, headers["Cloudlet-Delivery"], body) for path, headers, body in receiver.requests}) == 1
    assert cloud.deliveries.list() == []


def test_waits_between_tries_grow(cloud: Cloud) -> None:
    """
    A server that is down for an hour must not be asked every second.
    """
    now = utc_now()
    deliveries = Deliveries(cloud.database, 1.0, lambda: now, most_age_seconds=10_000)
    cloud.notifications.add(Rule.plain("raw", "http://127.0.0.1:9/hook"))
    put(cloud, "a")

    waits = []
    for _ in range(11):
        (delivery,) = deliveries.list()
        assert not deliveries.failed(delivery, "no answer")
        (delivery,) = deliveries.list()
        assert delivery.next_try_at is not None
        waits.append(round((delivery.next_try_at - now).total_seconds()))

    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]


def test_a_server_that_was_down_is_told_when_it_is_there(cloud: Cloud) -> None:
    """
    People start the receiver after the sender.
    """
    first = Receiver()
    first.close()
    cloud.notifications.add(Rule.plain("raw", first.url))
    for number in range(20):
        put(cloud, str(number))

    during(cloud, lambda: all(one.error for one in cloud.deliveries.list()))
    assert len(cloud.deliveries.list()) == 20
    second = Receiver(first.port)
    deliver(cloud)
    second.close()

    assert set(second.keys) == {str(number) for number in range(20)}


def test_a_slow_server_is_left_and_asked_again_and_holds_up_nobody(
    cloud: Cloud, receiver: Receiver, tmp_path: Path
) -> None:
    """
    Its requests hang; files are written meanwhile, and so are those for another server.
    """
    hanging = threading.Event()

    def hang(_: BaseHTTPRequestHandler) -> None:
        hanging.wait(60)

    receiver.plan = [hang] * 20
    other = Receiver()
    folder = tmp_path / "events"
    cloud.notifications.add(Rule.plain("raw", receiver.url, prefix="slow/"))
    cloud.notifications.add(Rule.plain("raw", other.url, prefix="other/"))
    cloud.notifications.add(Rule.plain("raw", folder.as_uri(), prefix="file/"))
    for number in range(20):
        put(cloud, f"slow/{number}")
    put(cloud, "other/a")
    put(cloud, "file/a")

    during(cloud, lambda: len(receiver.requests) >= 8 and other.keys and list(folder.glob("*.json")))
    assert len(receiver.requests) == 8  # so many at once to one target, and no more
    receiver.plan = [hang] * 4
    deliver(cloud, timeout_seconds=0.5)
    hanging.set()
    other.close()

    assert set(receiver.keys) == {f"slow/{number}" for number in range(20)}
    assert cloud.deliveries.list() == []


def test_one_that_is_too_old_is_given_up_kept_shown_and_tried_again_on_demand(cloud: Cloud, receiver: Receiver) -> None:
    """
    Nothing is dropped in silence.
    """
    receiver.plan = [503] * 100
    cloud.notifications.add(Rule.plain("raw", receiver.url))
    put(cloud, "a")
    impatient = Deliveries(cloud.database, 0.01, utc_now, most_age_seconds=1.5)

    deliver(cloud, impatient)

    (given_up,) = cloud.deliveries.list(only_failed=True)
    assert given_up.next_try_at is None
    assert given_up.tries > 1
    assert given_up.error is not None
    assert "503" in given_up.error
    assert cloud.deliveries.list("raw") == [given_up]
    assert cloud.deliveries.pending() == 0
    with pytest.raises(NoSuchDeliveryError):
        cloud.deliveries.retry(["nothing"])
    receiver.plan = []

    assert cloud.deliveries.retry([given_up.name]) == 1
    deliver(cloud)

    assert cloud.deliveries.list() == []
    assert receiver.keys[-1] == "a"


def test_what_waits_grows_no_older_without_a_server(cloud: Cloud, receiver: Receiver) -> None:
    """
    A laptop was shut over the weekend.
    """
    cloud.notifications.add(Rule.plain("raw", receiver.url))
    put(cloud, "a")
    days_later = Deliveries(cloud.database, 0.01, lambda: utc_now() + timedelta(days=3))
    receiver.plan = [500]

    deliver(cloud, days_later)

    assert receiver.keys == ["a", "a"]
    assert cloud.deliveries.list() == []


def test_a_change_that_fails_tells_nobody(cloud: Cloud, receiver: Receiver) -> None:
    """
    The row is written with the change, or not at all.
    """
    cloud.notifications.add(Rule.plain("raw", receiver.url))

    class CutError(Exception):
        """The power went."""

    def cut() -> None:
        raise CutError

    rules = cloud.buckets.rules
    told: list[str] = []

    def tell(transaction: sqlite3.Connection, event: ObjectEvent) -> None:
        enqueue(transaction, event)
        told.append(event.key)
        cut()

    enqueue = Enqueuer(rules, cloud.queue, "us-east-1", cloud.deliveries)
    buckets = Buckets(cloud.database, cloud.home, cloud.settings, on_event=tell)
    with pytest.raises(CutError):
        buckets.objects.put("raw", "a", io.BytesIO(b"x"))

    assert told == ["a"]
    assert cloud.deliveries.list() == []


def test_a_folder_gets_a_file_an_event_named_by_time_and_sequencer(cloud: Cloud, tmp_path: Path) -> None:
    """
    Names sort as the events happened, so that `ls` is a log.
    """
    folder = tmp_path / "not made yet" / "events"
    rule = cloud.notifications.add(
        Rule.plain("raw", folder.as_uri(), events=["s3:ObjectCreated:*", "s3:ObjectRemoved:*"])
    )
    for key in ("b", "a"):
        put(cloud, key)
    cloud.buckets.objects.delete("raw", "b")

    deliver(cloud)

    files = sorted(folder.iterdir())
    records = [json.loads(file.read_bytes())["Records"][0] for file in files]
    assert rule.target == folder.as_uri() + "/"
    assert [(one["eventName"], one["s3"]["object"]["key"]) for one in records] == [
        ("ObjectCreated:Put", "b"),
        ("ObjectCreated:Put", "a"),
        ("ObjectRemoved:Delete", "b"),
    ]
    for file, record in zip(files, records, strict=True):
        moment = datetime.fromisoformat(record["eventTime"])
        expected = f"{moment:%Y-%m-%dT%H.%M.%S}.{moment.microsecond // 1000:03d}Z-{record['s3']['object']['sequencer']}"
        assert file.name == f"{expected}.json"


def test_a_file_that_was_written_before_a_crash_is_left_as_it_is(cloud: Cloud, tmp_path: Path) -> None:
    """
    The name says that it is there. Half a file of that time has another name, and is written over.
    """
    folder = tmp_path / "events"
    folder.mkdir()
    cloud.notifications.add(Rule.plain("raw", folder.as_uri()))
    for key in ("written", "half"):
        put(cloud, key)
    written, half = cloud.deliveries.list()
    (folder / f"{written.name}.json").write_text("as it is")
    (folder / f".{half.name}.json.part").write_text('{"Reco')

    deliver(cloud)

    assert sorted(file.name for file in folder.iterdir()) == sorted(f"{one.name}.json" for one in (written, half))
    assert (folder / f"{written.name}.json").read_text() == "as it is"
    assert (folder / f"{half.name}.json").read_bytes() == half.body


def test_a_folder_that_cannot_be_written_is_tried_again(cloud: Cloud, tmp_path: Path) -> None:
    """
    A disk that is not mounted, say.
    """
    folder = tmp_path / "events"
    cloud.notifications.add(Rule.plain("raw", folder.as_uri()))
    folder.write_text("in the way")
    put(cloud, "a")

    during(cloud, lambda: cloud.deliveries.list()[0].tries > 1)
    folder.unlink()
    deliver(cloud)

    assert len(list(folder.iterdir())) == 1


def test_a_bucket_gets_objects_which_are_changes_themselves(cloud: Cloud) -> None:
    """
    A function may listen there; it is told once.
    """
    cloud.buckets.create_bucket("log")
    cloud.notifications.add(Rule.plain("raw", "s3://log/of/raw"))
    cloud.buckets.rules.add(Rule.plain("log", ARN))
    put(cloud, "a")
    (delivery,) = cloud.deliveries.list()

    for _ in range(2):
        deliver(cloud)
        with cloud.database.transaction() as transaction:  # as if the end of the first had not been noted
            transaction.execute(
                "INSERT INTO notification_delivery (name, rule, bucket, key, event, target, body, trace, created_at,"
                " aged_from, not_before) VALUES (?, ?, ?, ?, ?, ?, ?, '', 0, 0, 0)",
                (*delivery.id, "raw", "a", delivery.event, delivery.target, delivery.body),
            )

    key = f"of/raw/{delivery.name}.json"
    with cloud.buckets.objects.open("log", key) as opened:
        assert opened.file.read() == delivery.body
        assert opened.stored.content_type == "application/json"
    (event,) = cloud.event_history.list().events
    assert event.source == f"s3://log/{key} ObjectCreated:Put"


def test_one_for_a_bucket_that_has_gone_is_given_up(cloud: Cloud) -> None:
    """
    No bucket is made by mistake.
    """
    cloud.buckets.create_bucket("log")
    cloud.notifications.add(Rule.plain("raw", "s3://log"))
    cloud.buckets.delete_bucket("log")
    put(cloud, "a")

    deliver(cloud)

    (given_up,) = cloud.deliveries.list(only_failed=True)
    assert given_up.error is not None
    assert given_up.error.startswith("NoSuchBucket")
    assert cloud.buckets.names() == ["raw"]


def test_buckets_that_tell_each_other_stop(cloud: Cloud) -> None:
    """
    A loop through folders is ended as one through functions is: after sixteen passes.
    """
    cloud.buckets.create_bucket("log")
    cloud.notifications.add(Rule.plain("raw", "s3://log/of/raw/"))
    cloud.notifications.add(Rule.plain("log", "s3://raw/of/log/"))
    put(cloud, "a")

    deliver(cloud)

    (given_up,) = cloud.deliveries.list()
    assert given_up.error is not None
    assert given_up.error.startswith("RecursiveLoop")
    assert len(list(cloud.buckets.objects.all("log"))) == 16


@pytest.mark.parametrize(
    ("target", "kept"),
    [
        ("http://localhost:8000/hook?a=b", "http://localhost:8000/hook?a=b"),
        ("https://example.org", "https://example.org"),
        ("s3://log", "s3://log"),
        ("s3://log/", "s3://log"),
        ("s3://log/a/b", "s3://log/a/b/"),
        ("file:///tmp/a%20b", "file:///tmp/a%20b/"),
        ("file://localhost/tmp/a/", "file:///tmp/a/"),
        (ARN, ARN),
        (f"{ARN}:live", f"{ARN}:live"),
    ],
)
def test_a_target_is_kept_in_one_form(target: str, kept: str) -> None:
    """
    The same rule given twice is one.
    """
    assert checked_target(target) == kept
    assert checked_target(kept) == kept


@pytest.mark.parametrize(
    "target",
    [
        "",
        "log",
        "/tmp/a",
        "ftp://host/a",
        "http://",
        "http:///hook",
        "http://host:99999/",
        "http://host:x/",
        "http://[::1/",
        "http://host/a b",
        "http://host/\n",
        "file://host/tmp",
        "file://tmp",
        "file:///tmp?a=b",
        "file:///",
        "file:///tmp/%00",
        "s3://",
        "arn:aws:sqs:us-east-1:000000000000:q",
        "arn:aws:lambda:us-east-1:000000000000:function:",
    ],
)
def test_what_is_no_target_is_refused(target: str) -> None:
    """
    A mistake is found where it is made, not when the first file is dropped.
    """
    with pytest.raises(InvalidRequestError):
        checked_target(target)


@pytest.mark.parametrize(
    ("target", "events", "prefix", "suffix", "is_fed"),
    [
        ("s3://raw", ("s3:ObjectCreated:*",), "", "", True),
        ("s3://raw/log/", ("s3:ObjectCreated:Put",), "", "", True),
        ("s3://raw/log/", ("s3:ObjectCreated:*",), "log/", ".json", True),
        ("s3://raw/log/", ("s3:ObjectCreated:*",), "in/", "", False),
        ("s3://raw/log/", ("s3:ObjectCreated:*",), "", ".csv", False),
        ("s3://raw/log/", ("s3:ObjectCreated:Copy", "s3:ObjectRemoved:*"), "", "", False),
        ("s3://log/", ("s3:ObjectCreated:*",), "", "", False),
    ],
)
def test_a_rule_that_would_feed_itself_is_refused(
    cloud: Cloud, target: str, events: tuple[str, ...], prefix: str, suffix: str, is_fed: bool
) -> None:
    """
    The loop that is easy to make is refused when it is made.
    """
    cloud.buckets.create_bucket("log")
    assert feeds_itself(Rule("r", "raw", checked_target(target), events, prefix, suffix)) == is_fed

    with pytest.raises(InvalidArgumentError) if is_fed else contextlib.nullcontext():
        cloud.notifications.add(Rule.plain("raw", target, events=events, prefix=prefix, suffix=suffix))

    assert bool(cloud.notifications.list()) is not is_fed


def test_who_is_not_there_is_refused(cloud: Cloud, tmp_path: Path) -> None:
    """
    A folder of a bucket has a name of its own: only by that can a loop be told.
    """
    adopted = tmp_path / "adopted"
    adopted.mkdir()
    cloud.buckets.create_bucket("adopted", adopted)

    with pytest.raises(NoSuchBucketError):
        cloud.notifications.add(Rule.plain("raw", "s3://nobucket/"))
    with pytest.raises(NoSuchBucketError):
        cloud.notifications.add(Rule.plain("nobucket", "http://localhost/"))
    with pytest.raises(NotFoundError):
        cloud.notifications.add(Rule.plain("raw", ARN))
    with pytest.raises(InvalidArgumentError, match="is in the bucket 'adopted'") as refused:
        cloud.notifications.add(Rule.plain("raw", (adopted / "in").as_uri()))
    assert refused.value.hint == "write s3://adopted/in/"
    with pytest.raises(InvalidArgumentError, match="where buckets are made"):
        cloud.notifications.add(Rule.plain("raw", (cloud.buckets.root / "soon" / "a").as_uri()))
    assert cloud.notifications.list() == []


def test_rules_of_every_kind_are_listed_and_removed_alike(cloud: Cloud, receiver: Receiver) -> None:
    """
    What is on its way already is delivered all the same.
    """
    now = utc_now()
    cloud.functions.repository.save(Function("listener", "python3.11", "app.handler", "c", "s", 1, "r", now))
    cloud.notifications.add(Rule.plain("raw", ARN, prefix="a b/"))
    hook = cloud.notifications.add(Rule.plain("raw", receiver.url, suffix=".csv", prefix="c/", rule_id="hook"))
    assert cloud.notifications.add(Rule.plain("raw", receiver.url, suffix=".csv", prefix="c/")) == hook
    put(cloud, "c/1.csv")

    assert [rule.target for rule in cloud.notifications.list("raw")] == [ARN, receiver.url]
    assert [trigger.rule.plain_prefix for trigger in cloud.triggers.list("listener")] == ["a b/"]
    cloud.notifications.remove("raw", "hook")
    put(cloud, "c/2.csv")
    deliver(cloud)

    assert receiver.keys == ["c/1.csv"]


def test_one_that_another_process_added_is_found(cloud: Cloud, receiver: Receiver) -> None:
    """
    `cloudlet s3 cp` needs no server; the server must notice.
    """
    cloud.notifications.add(Rule.plain("raw", receiver.url))

    async def run() -> None:
        async with delivering(cloud) as deliverer, asyncio.timeout(30):
            await deliverer.wait_idle()
            await asyncio.to_thread(put, cloud, "a")  # nobody calls `wake`
            await asyncio.to_thread(wait_for, lambda: receiver.keys == ["a"])
            await asyncio.to_thread(put, cloud, "b")
            deliverer.rounds.wake()
            await deliverer.wait_idle()

    asyncio.run(run())

    assert receiver.keys == ["a", "b"]


def test_a_file_that_is_dropped_and_moved_reaches_a_web_server(cloud: Cloud, receiver: Receiver) -> None:
    """
    From `cp` and `mv` to the request, as a server has them: a watcher that wakes who delivers.
    """
    cloud.notifications.add(Rule.plain("raw", receiver.url, events=["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]))
    folder = cloud.buckets.path("raw")

    async def run() -> None:
        async with delivering(cloud) as deliverer, asyncio.timeout(30):
            watcher = cloud.buckets.watcher(on_activity=deliverer.rounds.wake)
            await asyncio.to_thread(watcher.start)
            assert await asyncio.to_thread(watcher.flush, 30)
            (folder / "a").write_text("x")
            assert await asyncio.to_thread(watcher.flush, 30)
            await deliverer.wait_idle()
            (folder / "a").rename(folder / "b")
            assert await asyncio.to_thread(watcher.flush, 30)
            await deliverer.wait_idle()
            await asyncio.to_thread(watcher.stop)

    asyncio.run(run())

    records = [json.loads(body)["Records"][0] for _, _, body in receiver.requests]
    assert sorted((one["eventName"], one["s3"]["object"]["key"]) for one in records) == [
        ("ObjectCreated:Copy", "b"),
        ("ObjectCreated:Put", "a"),
        ("ObjectRemoved:Delete", "a"),
    ]


def test_a_state_file_that_cannot_be_written_for_a_while_loses_nothing(
    cloud: Cloud, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    """
    A full disk, say: what was posted and could not be noted is posted again.
    """
    cloud.notifications.add(Rule.plain("raw", receiver.url))
    put(cloud, "a")
    refusing = Refusing(cloud.database, 0.01, utc_now)

    deliver(cloud, refusing)

    assert receiver.keys == ["a", "a"]
    assert "could not be noted" in caplog.text


class Refusing(Deliveries):
    """A state file that takes nothing the first time."""

    refused = False

    def delivered(self, *args: Any, **kwargs: Any) -> None:
        if not self.refused:
            self.refused = True
            raise sqlite3.OperationalError("database or disk is full")
        super().delivered(*args, **kwargs)


def serve(settings: Settings, ready: Connection) -> None:
    """Deliver until killed."""

    async def run(cloud: Cloud) -> None:
        async with delivering(cloud):
            ready.send(True)
            await asyncio.Event().wait()

    with Cloud(settings) as cloud:
        asyncio.run(run(cloud))


def test_what_a_killed_server_had_in_hand_arrives_and_files_are_there_once(
    settings: Settings, receiver: Receiver, tmp_path: Path
) -> None:
    """
    Killed ten times amid its work: each event is a file, an object with one event, and at least one request.
    """
    folder = tmp_path / "events"
    count = 60
    context = multiprocessing.get_context("spawn")
    chance = random.Random(0)
    with Cloud(settings) as cloud:
        cloud.buckets.create_bucket("raw")
        cloud.buckets.create_bucket("log")
        cloud.buckets.rules.add(Rule.plain("log", ARN))
        cloud.notifications.add(Rule.plain("raw", folder.as_uri(), prefix="file/"))
        cloud.notifications.add(Rule.plain("raw", "s3://log", prefix="object/"))
        cloud.notifications.add(Rule.plain("raw", receiver.url, prefix="hook/"))

        left = 0
        for round_number in range(10):
            ours, theirs = context.Pipe()
            server = context.Process(target=serve, args=(settings, theirs))
            server.start()
            assert ours.recv()
            for number in range(count // 10):
                for kind in ("file", "object", "hook"):
                    put(cloud, f"{kind}/{round_number}-{number}")
            time.sleep(chance.random() * 0.05)
            assert server.pid is not None
            os.kill(server.pid, signal.SIGKILL)
            server.join()
            left += cloud.deliveries.pending()
        cloud.buckets.scan_all()
        deliver(cloud)
        cloud.buckets.scan_all()

        expected = {f"{number}-{inner}" for number in range(10) for inner in range(count // 10)}
        documents = [json.loads(path.read_bytes()) for path in folder.iterdir() if path.suffix == ".json"]
        stored = list(cloud.buckets.objects.all("log"))
        told = Counter(event.source for event in cloud.event_history.list().events)
        assert sorted(one["Records"][0]["s3"]["object"]["key"] for one in documents) == sorted(
            f"file/{name}" for name in expected
        )
        assert [path.name for path in folder.iterdir() if path.suffix != ".json"] == []
        assert len(stored) == count
        assert told == {f"s3://log/{one.key} ObjectCreated:Put": 1 for one in stored}
        assert set(receiver.keys) == {f"hook/{name}" for name in expected}
        assert cloud.deliveries.list() == []
    assert left > 0  # else nothing was cut off
