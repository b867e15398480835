"""Function URLs over real HTTP: what the handler sees, what the caller gets, and whom the door lets in."""

import http.client
import json
import subprocess
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from emulator.functions.urls import FunctionUrl
from emulator.functions.urls.model import parse_cors
from tests.integration.pipeline.conftest import House


class Web:
    """A function with a URL, and the server that answers there."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.function = house.deploy("web", timeout_seconds=20)
        self.url = house.cloud.function_urls.create(self.function.name, "NONE")
        self.port = house.start().port

    def update(self, **settings: Any) -> FunctionUrl:
        return self.house.cloud.function_urls.update(self.function.name, **settings)

    def ask(
        self, path: str = "/", method: str = "GET", body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Return status, headers and body of an answer; the host name is the URL's, whatever the resolver knows."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        host = {"Host": f"{self.url.id}.lambda-url.localhost:{self.port}"}
        connection.request(method, path, body, host | dict(headers or {}))
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, answer.msg, content


@pytest.fixture
def web(house: House) -> Web:
    return Web(house)


def test_the_handler_sees_the_request_and_the_caller_gets_its_answer(web: Web) -> None:
    """
    All paths are the function's, also those that are other doors' elsewhere; curl finds the name by itself.
    """
    base = f"http://{web.url.id}.lambda-url.localhost:{web.port}"
    done = subprocess.run(
        [
            *("curl", "-sS", "--resolve", f"{web.url.id}.lambda-url.localhost:{web.port}:127.0.0.1"),
            *("-H", "Content-Type: application/json", "-b", "a=1; b=2", "-d", '{"x": 1}'),
            f"{base}/_cloudlet/status?q=1&q=2",
        ],
        capture_output=True,
        check=True,
    )
    seen = json.loads(done.stdout)

    assert (seen["version"], seen["rawPath"], seen["rawQueryString"]) == ("2.0", "/_cloudlet/status", "q=1&q=2")
    assert seen["queryStringParameters"] == {"q": "1,2"}
    assert seen["cookies"] == ["a=1", "b=2"]
    assert (seen["body"], seen["isBase64Encoded"]) == ('{"x": 1}', False)
    context = seen["requestContext"]
    assert context["http"]["method"] == "POST"
    assert context["http"]["sourceIp"] == "127.0.0.1"
    assert context["domainPrefix"] == web.url.id
    assert seen["headers"]["x-forwarded-port"] == str(web.port)
    assert web.house.handled(web.function) == [context["requestId"]]

    status, headers, body = web.ask("/cookies")
    assert (status, headers["Content-Type"], body) == (201, "image/png", bytes(range(256)))
    assert headers.get_all("Set-Cookie") == ["a=1", "b=2"]

    assert web.ask("/fails")[::2] == (502, b"Internal Server Error")
    assert web.ask("/said", "POST", b'{"ok": true}', {"Content-Type": "text/plain"})[::2] == (200, b'{"ok": true}')


def test_the_path_form_is_the_same_function(web: Web) -> None:
    """
    Where nothing resolves names under .localhost: an instance, an old resolver.
    """
    with urllib.request.urlopen(f"http://127.0.0.1:{web.port}/_cloudlet/url/{web.url.id}/a/b?c=d") as answer:
        seen = json.load(answer)

    assert (seen["rawPath"], seen["rawQueryString"]) == ("/a/b", "c=d")
    assert seen["requestContext"]["http"]["path"] == "/a/b"
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"http://127.0.0.1:{web.port}/_cloudlet/url/{'x' * 32}/")
    assert (refused.value.code, refused.value.read()) == (403, b'{"Message":null}')


def test_a_body_of_more_than_six_megabytes_is_refused(web: Web) -> None:
    """
    As AWS does; and binary data of less comes through whole.
    """
    for megabytes in (6.1, 8):
        assert web.ask("/", "POST", b"x" * int(megabytes * 1024 * 1024))[0] == 413

    status, _, body = web.ask("/", "POST", bytes(range(256)) * 4096, {"Content-Type": "image/png"})
    assert status == 200
    assert json.loads(body)["isBase64Encoded"] is True
    assert len(web.house.handled(web.function)) == 1


def test_pages_from_elsewhere_are_let_in_as_the_url_says(web: Web) -> None:
    """
    The preflight is answered from the settings, and their headers win over the handler's own.
    """
    origin = "https://shop.example"
    asks = {"Origin": origin, "Access-Control-Request-Method": "POST"}

    assert web.ask("/said", "OPTIONS", headers=asks)[0] == 502  # no CORS: the handler is asked, and has no body to read
    assert web.ask("/", "POST", b"", {"Origin": origin, "Sec-Fetch-Site": "cross-site"})[0] == 200

    web.update(replace_cors=True, cors=parse_cors({"AllowOrigins": [origin], "AllowMethods": ["POST"], "MaxAge": 9}))
    handled = len(web.house.handled(web.function))
    status, headers, body = web.ask("/said", "OPTIONS", headers=asks)
    assert (status, body) == (200, b"")
    assert headers["Access-Control-Allow-Origin"] == origin
    assert headers["Access-Control-Allow-Methods"] == "POST"
    assert headers["Access-Control-Max-Age"] == "9"
    assert (
        "Access-Control-Allow-Origin"
        not in web.ask("/", "OPTIONS", headers=asks | {"Origin": "https://evil.example"})[1]
    )
    assert len(web.house.handled(web.function)) == handled

    assert web.ask("/cookies", headers={"Origin": origin})[1].get_all("Access-Control-Allow-Origin") == [origin]


def test_a_url_opens_no_other_door(web: Web) -> None:
    """
    Neither a name that is not this machine's, nor a page that a function serves, gets at buckets.
    """
    web.house.bucket("raw")
    host = f"127.0.0.1:{web.port}"
    own_page = f"http://{web.url.id}.lambda-url.localhost:{web.port}"

    assert web.ask("/raw/x", "PUT", b"x", {"Host": host, "Origin": own_page})[0] == 403
    assert web.ask("/", headers={"Host": f"{web.url.id}.lambda-url.evil.example"})[0] == 403
    assert web.ask("/raw/x", "PUT", b"x", {"Host": host})[0] == 200


def test_with_aws_iam_only_signed_requests_come_through(web: Web) -> None:
    """
    Whose signature it is does not matter here: there are no secrets. That there is one does.
    """
    web.update(auth_type="AWS_IAM")
    path = "/secret"
    request = AWSRequest("GET", f"http://{web.url.id}.lambda-url.localhost:{web.port}{path}")
    SigV4Auth(Credentials("AKIAEXAMPLE", "secret"), "lambda", "us-east-1").add_auth(request)

    status, headers, body = web.ask(path)
    assert (status, body) == (403, b'{"Message":"Forbidden"}')
    assert headers["x-amzn-ErrorType"] == "AccessDeniedException"
    assert web.ask(path, headers={"Authorization": "Bearer x"})[0] == 403

    status, _, body = web.ask(path, headers=dict(request.headers.items()))
    assert status == 200
    assert json.loads(body)["requestContext"]["authorizer"]["iam"]["accessKey"] == "AKIAEXAMPLE"


def test_a_function_without_room_answers_429(web: Web) -> None:
    """
    So that callers back off.
    """
    web.house.cloud.functions.concurrency.reserve(web.function.name, 0)

    assert web.ask("/")[0] == 429


def test_a_url_of_an_alias_runs_what_the_alias_says(web: Web) -> None:
    """
    The page goes on with a version that works while the next is being written.
    """
    cli = web.house.run
    for command in (
        "publish-version --function-name worker-bee",
        "create-alias --function-name worker-bee --name live --function-version 1",
        "create-function-url-config --function-name worker-bee --qualifier live --auth-type NONE",
    ):
        done = cli("lambda", *command.split())
        assert done.returncode == 0, done.stderr
    shown = cli("lambda", "list-function-url-configs", "--function-name", "worker-bee", "--output", "json")
    addresses = {
        one["FunctionArn"].rpartition(":")[2]: one["FunctionUrl"]
        for one in json.loads(shown.stdout)["FunctionUrlConfigs"]
    }

    assert set(addresses) == {"worker-bee", "live"}
    web.url = web.house.cloud.function_urls.find("worker-bee:live")
    assert addresses["live"] == f"http://{web.url.id}.lambda-url.localhost:{web.port}/"
    assert web.ask("/")[0] == 200
