"""Session tokens: who gets one, and what becomes of requests with one, with none and with a wrong one."""

import dataclasses
import shutil
import socket
import stat
import time
from collections.abc import Callable

import pytest

from tests.conftest import wait_for
from tests.unit.metadata.conftest import Program
from tests.unit.metadata.facts import FACTS, with_options

_ID = "/latest/meta-data/instance-id"
_IP_MINTTL = 21  # Linux's number; segments with a smaller time to live are dropped


@pytest.mark.parametrize("tokens", ["optional", "required"])
def test_a_token_opens_the_metadata(program: Program, tokens: str) -> None:
    """IMDSv2, as every SDK speaks it first."""
    program.knows(with_options(FACTS, http_tokens=tokens))

    answer = program.get(_ID, X_aws_ec2_metadata_token=program.token())

    assert (answer.status, answer.text) == (200, FACTS.instance_id)


def test_a_token_is_answered_as_ec2_answers_it(program: Program) -> None:
    """56 letters that need no quoting, and the time they last."""
    answer = program.ask("PUT", "/latest/api/token", x_AWS_ec2_metadata_token_TTL_seconds="21600")

    assert answer.status == 200
    assert len(answer.text) == 56
    assert answer.text.replace("-", "").replace("_", "").rstrip("=").isalnum()
    assert answer.headers["x-aws-ec2-metadata-token-ttl-seconds"] == "21600"
    assert answer.headers["content-type"] == "text/plain"


def test_no_two_tokens_are_the_same(program: Program) -> None:
    """Not even in the same millisecond."""
    assert len({program.token() for _ in range(50)}) == 50


@pytest.mark.parametrize("ttl", ["0", "-1", "21601", "99999999999999999999", "1.5", "abc", ""])
def test_a_time_to_live_is_between_a_second_and_six_hours(program: Program, ttl: str) -> None:
    answer = program.ask("PUT", "/latest/api/token", X_aws_ec2_metadata_token_ttl_seconds=ttl)

    assert answer.status == 400
    assert "<title>400 - Bad Request</title>" in answer.text


def test_a_time_to_live_must_be_given(program: Program) -> None:
    assert program.ask("PUT", "/latest/api/token").status == 400


@pytest.mark.parametrize("ttl", ["1", "21600"])
def test_the_shortest_and_the_longest_time_to_live_are_granted(program: Program, ttl: str) -> None:
    assert program.token(ttl)


def test_a_forwarded_request_gets_no_token(program: Program) -> None:
    """What asks through a proxy may be a stranger: that is what tokens are there to prevent."""
    answer = program.ask(
        "PUT", "/latest/api/token", X_aws_ec2_metadata_token_ttl_seconds="60", X_Forwarded_For="203.0.113.9"
    )

    assert (answer.status, answer.body) == (403, b"")


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE", "PATCH"])
def test_only_put_gets_a_token(program: Program, method: str) -> None:
    answer = program.ask(method, "/latest/api/token", X_aws_ec2_metadata_token_ttl_seconds="60")

    assert (answer.status, answer.body) == (405, b"")
    assert "PUT" in answer.headers["allow"]


def test_a_token_is_got_at_exactly_its_path(program: Program) -> None:
    """EC2 refuses the slash with 403, and every PUT that is not for a token."""
    for path in ("/latest/api/token/", "/latest/api", "/latest/meta-data/"):
        assert program.ask("PUT", path, X_aws_ec2_metadata_token_ttl_seconds="60").status == 403


def test_without_a_token_version_1_answers_if_tokens_are_optional(program: Program) -> None:
    answer = program.get(_ID)

    assert (answer.status, answer.text) == (200, FACTS.instance_id)
    assert "x-aws-ec2-metadata-token-ttl-seconds" not in answer.headers


@pytest.mark.parametrize("path", [_ID, "/", "/latest/", "/latest/user-data", "/latest/meta-data/no-such-thing"])
def test_without_a_token_nothing_is_told_if_tokens_are_required(program: Program, path: str) -> None:
    """Not even what there is."""
    program.knows(with_options(FACTS, http_tokens="required"))

    answer = program.get(path)

    assert answer.status == 401
    assert answer.headers["content-type"] == "text/html"
    assert "<title>401 - Unauthorized</title>" in answer.text
    assert answer.text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html PUBLIC')


@pytest.mark.parametrize("tokens", ["optional", "required"])
def test_a_wrong_token_is_refused_even_where_none_is_needed(program: Program, tokens: str) -> None:
    """Whoever sends one means version 2; answered as version 1, a mistake would never be noticed."""
    program.knows(with_options(FACTS, http_tokens=tokens))
    token = program.token()
    other = "A" if token[20] != "A" else "B"

    for wrong in ("", "x", "ü", token[:-4], token[:20] + other + token[21:], f"{token[:9]}!{token[9:]}", token * 2):
        answer = program.get(_ID, X_aws_ec2_metadata_token=wrong.encode().decode("latin-1"))
        assert answer.status == 401, wrong


def test_a_token_ends_when_its_time_is_over(program: Program) -> None:
    token = program.token("1")

    assert program.get(_ID, X_aws_ec2_metadata_token=token).status == 200
    wait_for(lambda: program.get(_ID, X_aws_ec2_metadata_token=token).status == 401)


def test_an_answer_says_how_long_its_token_lasts(program: Program) -> None:
    """Rounded up: a token that works has a second left, not none."""
    began = time.time()
    token = program.token("1000")

    left = int(program.get(_ID, X_aws_ec2_metadata_token=token).headers["x-aws-ec2-metadata-token-ttl-seconds"])

    assert 1000 - (time.time() - began) <= left <= 1000


def test_tokens_outlive_the_program(start: Callable[..., Program]) -> None:
    """On AWS they do; an SDK keeps one for six hours and does not ask again."""
    first = start()
    token = first.token("21600")
    first.end()

    second = start()

    assert second.get(_ID, X_aws_ec2_metadata_token=token).status == 200


def test_the_key_of_the_tokens_is_for_its_owner_alone(program: Program) -> None:
    program.token()

    assert stat.S_IMODE((program.folder / "token-key").stat().st_mode) == 0o600


def test_a_token_is_for_one_instance(start: Callable[..., Program]) -> None:
    """Another instance does not take it, nor would one that came to have the same key."""
    first = start()
    token = first.token()
    (first.folder.parent / "copy").mkdir()
    shutil.copy(first.folder / "token-key", first.folder.parent / "copy")
    neighbour = dataclasses.replace(FACTS, instance_id="i-0fedcba9876543210")

    for name in ("other", "copy"):
        other = start(neighbour, name)
        assert other.get(_ID, X_aws_ec2_metadata_token=token).status == 401
        assert other.get(_ID, X_aws_ec2_metadata_token=other.token()).text == neighbour.instance_id


def test_a_disabled_endpoint_tells_nobody_anything(program: Program) -> None:
    """It takes effect with the next request, both ways."""
    token = program.token()

    program.knows(with_options(FACTS, http_endpoint="disabled"))
    refused = [
        program.get(_ID),
        program.get(_ID, X_aws_ec2_metadata_token=token),
        program.get("/"),
        program.ask("PUT", "/latest/api/token", X_aws_ec2_metadata_token_ttl_seconds="60"),
    ]
    program.knows(FACTS)

    assert [answer.status for answer in refused] == [403] * 4
    assert program.get(_ID, X_aws_ec2_metadata_token=token).status == 200


@pytest.mark.parametrize(("limit", "arrives"), [(1, False), (2, True), (64, True)])
def test_a_token_passes_as_many_routers_as_it_may(program: Program, limit: int, arrives: bool) -> None:
    """A client that takes nothing with a time to live of less than two is what stands behind one router."""
    program.knows(with_options(FACTS, http_put_response_hop_limit=limit))
    with program.connect() as client:
        client.setsockopt(socket.IPPROTO_IP, _IP_MINTTL, 2)
        client.sendall(b"PUT /latest/api/token HTTP/1.1\r\nX-aws-ec2-metadata-token-ttl-seconds: 60\r\n\r\n")
        client.settimeout(20 if arrives else 0.5)

        try:
            received = client.recv(1000)
        except TimeoutError:
            received = b""

    assert (received[:15] == b"HTTP/1.1 200 OK") is arrives


def test_metadata_passes_any_number_of_routers(program: Program) -> None:
    """The limit is for tokens only, and over with the next answer of the same connection."""
    with program.connect() as client:
        client.sendall(b"PUT /latest/api/token HTTP/1.1\r\nX-aws-ec2-metadata-token-ttl-seconds: 60\r\n\r\n")
        assert client.recv(1000).startswith(b"HTTP/1.1 200 OK")
        client.setsockopt(socket.IPPROTO_IP, _IP_MINTTL, 60)
        client.sendall(b"GET /latest/meta-data/instance-id HTTP/1.1\r\n\r\n")

        assert client.recv(1000).endswith(FACTS.instance_id.encode())
