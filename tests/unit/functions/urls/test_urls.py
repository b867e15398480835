"""The verbs of function URLs, their CORS, and which requests are for one."""

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from aiohttp.test_utils import make_mocked_request

from emulator.errors import EmulatorError
from emulator.functions.alias import Alias
from emulator.functions.definition import Function
from emulator.functions.function_records import FunctionRecords
from emulator.functions.urls import FunctionUrls
from emulator.functions.urls.cors import preflight_headers, response_headers
from emulator.functions.urls.document import configuration, created
from emulator.functions.urls.model import Cors, parse_cors
from emulator.functions.urls.service import UrlExistsError, UrlNotFoundError
from emulator.http.urls import url_id_of
from emulator.state import Database

NOW = datetime(2026, 1, 2, 3, 4, 5, 678_901, tzinfo=UTC)
FUNCTION = Function("hello", "python3.11", "app.handler", "c", "s", 1, "r", NOW)
ARN = "arn:aws:lambda:us-east-1:000000000000:function:hello"
ID = "abcdefghijklmnopqrstuvwxyz012345"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "state.db")
    yield database
    database.close()


@pytest.fixture
def records(database: Database) -> FunctionRecords:
    records = FunctionRecords(database, "us-east-1")
    records.functions.save(FUNCTION)
    records.aliases.save(Alias("hello", "live", "$LATEST", "r"))
    return records


@pytest.fixture
def urls(database: Database, records: FunctionRecords) -> FunctionUrls:
    return FunctionUrls(database, records.functions, lambda: NOW)


def test_a_url_is_of_a_function_or_an_alias_and_each_has_one(urls: FunctionUrls) -> None:
    """
    Two addresses of one thing would be two things to change.
    """
    plain, live = urls.create("hello", "NONE"), urls.create(ARN, "AWS_IAM", qualifier="live")

    with pytest.raises(UrlExistsError) as refused:
        urls.create("hello", "NONE")

    assert refused.value.message == (
        f"Failed to create function url config for [functionArn = {ARN}]. "
        "Error message:  FunctionUrlConfig exists for this Lambda function"
    )
    assert urls.list("hello") == [plain, live]
    assert urls.find("hello:live") == live
    assert urls.by_id(plain.id) == plain
    assert len({plain.id, live.id}) == 2


def test_the_answers_have_the_shape_of_aws(urls: FunctionUrls) -> None:
    """
    Every key is one of the service model's, and what it requires is there.
    """
    model = botocore.session.Session().get_service_model("lambda")
    cors = Cors(True, ("x-a",), ("GET",), ("https://example.org",), ("x-b",), 60)
    url = urls.create("hello", "NONE", qualifier="live", cors=cors)

    first, later = created(url, "us-east-1", 4566), configuration(url, "us-east-1", 4566)

    for document, operation in ((first, "CreateFunctionUrlConfig"), (later, "GetFunctionUrlConfig")):
        shape = model.operation_model(operation).output_shape
        assert shape is not None
        assert set(document) == set(shape.members)
        assert set(document["Cors"]) == set(shape.members["Cors"].members)
    assert first["FunctionArn"] == f"{ARN}:live"
    assert first["FunctionUrl"] == f"http://{url.id}.lambda-url.localhost:4566/"
    assert first["CreationTime"] == "2026-01-02T03:04:05.678901Z"


def test_an_update_changes_what_is_given_and_keeps_the_address(urls: FunctionUrls) -> None:
    """
    A page has the address in it.
    """
    cors = Cors(allow_origins=("*",))
    url = urls.create("hello", "NONE", cors=cors)

    assert urls.update("hello", auth_type="AWS_IAM") == dataclasses.replace(url, auth_type="AWS_IAM")
    assert urls.update("hello", invoke_mode="RESPONSE_STREAM").cors == cors
    assert urls.update("hello", replace_cors=True).cors is None
    assert urls.find("hello").id == url.id


def test_a_url_that_is_not_here_is_awss_error(urls: FunctionUrls) -> None:
    """
    In its words.
    """
    for call in (urls.find, urls.delete, urls.update):
        with pytest.raises(UrlNotFoundError, match="The resource you requested does not exist"):
            call("hello")
    for name in ("nobody", "hello:stage"):
        with pytest.raises(UrlNotFoundError, match="Function does not exist"):
            urls.create(name, "NONE")


def test_a_url_goes_with_its_function(urls: FunctionUrls, records: FunctionRecords) -> None:
    """
    A new function of the same name is another one.
    """
    url = urls.create("hello", "NONE")

    records.functions.delete("hello")

    assert urls.by_id(url.id) is None


@pytest.mark.parametrize(
    "settings",
    [
        {"auth_type": "SOME"},
        {"auth_type": "NONE", "invoke_mode": "UNKNOWN"},
        {"auth_type": "NONE", "qualifier": "1"},
        {"auth_type": "NONE", "qualifier": "a b"},
    ],
)
def test_what_aws_refuses_is_refused(urls: FunctionUrls, settings: dict[str, Any]) -> None:
    """
    A version's URL, for one: it could never change.
    """
    with pytest.raises(EmulatorError) as refused:
        urls.create("hello", **settings)

    assert refused.value.code == "ValidationException"


def test_cors_is_read_in_awss_words_and_an_empty_one_is_none() -> None:
    """
    Shorthand gives texts and single values, JSON gives lists.
    """
    assert parse_cors({}) is None
    assert parse_cors({"AllowOrigins": "*", "AllowMethods": ["GET", "POST"], "MaxAge": "60"}) == Cors(
        allow_origins=("*",), allow_methods=("GET", "POST"), max_age_seconds=60
    )
    for wrong in ({"Origins": "*"}, {"AllowMethods": "OPTIONS"}, {"MaxAge": "86401"}, {"AllowOrigins": ["a\r\nb"]}):
        with pytest.raises(EmulatorError):
            parse_cors(wrong)


@pytest.mark.parametrize(
    ("cors", "origin", "expected"),
    [
        (Cors(allow_origins=("*",)), "https://a.example", "*"),
        (Cors(allow_origins=("*",), allow_credentials=True), "https://a.example", "https://a.example"),
        (Cors(allow_origins=("https://a.example",)), "https://a.example", "https://a.example"),
        (Cors(allow_origins=("https://a.example",)), "https://b.example", None),
        (Cors(), "https://a.example", None),
    ],
)
def test_only_an_allowed_origin_is_told_so(cors: Cors, origin: str, expected: str | None) -> None:
    """
    The browser asks; who is not named is not let in.
    """
    assert response_headers(cors, origin).get("access-control-allow-origin") == expected
    assert preflight_headers(cors, origin).get("access-control-allow-origin") == expected


@pytest.mark.parametrize(
    ("host", "path", "expected"),
    [
        (f"{ID}.lambda-url.localhost", "/", ID),
        (f"{ID}.lambda-url.localhost:4566", "/2015-03-31/functions/x/invocations", ID),
        (f"{ID}.lambda-url.us-east-1.localhost:4566", "/", ID),
        (f"{ID.upper()}.Lambda-URL.localhost", "/", ID),
        ("localhost:4566", f"/_cloudlet/url/{ID}", ID),
        ("127.0.0.1:4566", f"/_cloudlet/url/{ID}/a/b?c=d", ID),
        ("127.0.0.1:4566", f"/_cloudlet/url/{ID}x/a", f"{ID}x"),
        ("127.0.0.1:4566", "/_cloudlet/url/short/", "short"),
        ("nobody.lambda-url.localhost", "/", "nobody"),
        (f"{ID}.lambda-url.evil.example", "/", None),
        (f"a.{ID}.lambda-url.localhost", "/", None),
        ("bucket.s3.localhost:4566", "/key", None),
    ],
)
def test_a_request_is_for_a_url_by_its_host_or_by_our_path(host: str, path: str, expected: str | None) -> None:
    """
    All else is for the other doors, and nothing that is for a function reaches them.
    """
    assert url_id_of(make_mocked_request("GET", path, headers={"Host": host})) == expected
