"""What there is at which path, and how it looks."""

import base64
import dataclasses
import json
import re
from collections.abc import Iterator

import pytest

from emulator.metadata import InstanceFacts
from tests.unit.metadata.conftest import Program
from tests.unit.metadata.facts import FACTS, FULL, PUBLIC_KEY, USER_DATA, with_options

_METADATA = "/latest/meta-data/"
_MACS = f"{_METADATA}network/interfaces/macs/"

_TEXTS = {
    "ami-id": "ami-0123456789abcdef1",
    "ami-launch-index": "3",
    "ami-manifest-path": "(unknown)",
    "block-device-mapping/ami": "/dev/xvda",
    "block-device-mapping/root": "/dev/xvda",
    "hostname": "ip-172-31-16-9.ec2.internal",
    "instance-action": "none",
    "instance-id": "i-0123456789abcdef0",
    "instance-life-cycle": "on-demand",
    "instance-type": "t3.micro",
    "local-hostname": "ip-172-31-16-9.ec2.internal",
    "local-ipv4": "172.31.16.9",
    "mac": "02:42:ac:1f:10:09",
    "placement/availability-zone": "us-east-1b",
    "placement/availability-zone-id": "use1-az2",
    "placement/region": "us-east-1",
    "profile": "default-hvm",
    "public-hostname": "localhost",
    "public-ipv4": "127.0.0.1",
    "public-keys/0/openssh-key": PUBLIC_KEY,
    "reservation-id": "r-0123456789abcdef2",
    "security-groups": "default\nweb",
    "services/domain": "amazonaws.com",
    "services/partition": "aws",
}
_INTERFACE = {
    "device-number": "0",
    "interface-id": "eni-0123456789abcdef3",
    "ipv4-associations/127.0.0.1": "172.31.16.9",
    "local-hostname": "ip-172-31-16-9.ec2.internal",
    "local-ipv4s": "172.31.16.9",
    "mac": "02:42:ac:1f:10:09",
    "owner-id": "000000000000",
    "public-hostname": "localhost",
    "public-ipv4s": "127.0.0.1",
    "security-group-ids": "sg-0123456789abcdef6\nsg-0123456789abcdef7",
    "security-groups": "default\nweb",
    "subnet-id": "subnet-0123456789abcdef4",
    "subnet-ipv4-cidr-block": "172.31.16.0/20",
    "vpc-id": "vpc-0123456789abcdef5",
    "vpc-ipv4-cidr-block": "172.31.0.0/16",
    "vpc-ipv4-cidr-blocks": "172.31.0.0/16",
}
_ROLE = {"iam/info", "iam/security-credentials/reader"}


def _crawl(program: Program, folder: str) -> Iterator[str]:
    """Yield every path below *folder* as cloud-init finds them: by the lists."""
    for line in program.get(folder).text.splitlines():
        if line.endswith("/"):
            yield from _crawl(program, folder + line)
        elif match := re.fullmatch(r"(\d+)=.*", line):
            yield from _crawl(program, f"{folder}{match[1]}/")
        else:
            yield folder + line


def test_each_text_is_what_ec2_calls_so(program: Program) -> None:
    program.knows(FULL)

    assert {path: program.get(_METADATA + path).text for path in _TEXTS} == _TEXTS


def test_the_network_interface_is_found_by_its_mac(program: Program) -> None:
    program.knows(FULL)
    (line,) = program.get(_MACS).text.splitlines()

    assert line == f"{FULL.mac}/"
    assert {path: program.get(_MACS + line + path).text for path in _INTERFACE} == _INTERFACE


def test_the_lists_lead_to_everything_there_is(program: Program) -> None:
    """What is not listed is not found by those who look around."""
    program.knows(with_options(FULL, instance_metadata_tags="enabled"))

    found = set(_crawl(program, _METADATA))

    interface = {f"network/interfaces/macs/{FULL.mac}/{path}" for path in _INTERFACE}
    tags = {f"tags/instance/{key}" for key in FULL.tags}
    assert found == {_METADATA + path for path in set(_TEXTS) | interface | tags | _ROLE}
    assert {program.get(path).status for path in found} == {200}


def test_the_top_is_listed_as_ec2_lists_it(program: Program) -> None:
    """Folders with a slash at their end, in order of the letters, and no new line after the last."""
    program.knows(FULL)

    assert program.get(_METADATA).text == (
        "ami-id\nami-launch-index\nami-manifest-path\nblock-device-mapping/\nhostname\niam/\ninstance-action\n"
        "instance-id\ninstance-life-cycle\ninstance-type\nlocal-hostname\nlocal-ipv4\nmac\nnetwork/\nplacement/\n"
        "profile\npublic-hostname\npublic-ipv4\npublic-keys/\nreservation-id\nsecurity-groups\nservices/"
    )


def test_the_root_lists_versions_and_every_version_answers(program: Program) -> None:
    """Programs that ask for the version they were written for find what they know there."""
    versions = program.get("/").text.split("\n")

    assert versions[0] == "1.0"
    assert "2021-07-15" in versions
    assert versions[-1] == "latest"
    assert {program.get(f"/{version}/meta-data/instance-id").text for version in versions} == {FACTS.instance_id}
    assert program.get("/2021-07-16/meta-data/instance-id").status == 404


@pytest.mark.parametrize(("facts", "parts"), [(FACTS, "dynamic\nmeta-data"), (FULL, "dynamic\nmeta-data\nuser-data")])
def test_a_version_lists_its_parts(program: Program, facts: InstanceFacts, parts: str) -> None:
    """User data only if there is any."""
    program.knows(facts)

    assert program.get("/latest/").text == parts


def test_a_slash_at_the_end_makes_no_difference(program: Program) -> None:
    program.knows(FULL)

    paths = ["/latest", "/latest/user-data", "/latest/meta-data", "/latest/dynamic/instance-identity/document"]
    paths += [_METADATA + path for path in ("ami-id", "public-keys", "public-keys/0", "iam/security-credentials")]
    for path in paths:
        answers = [program.get(path), program.get(f"{path}/")]
        assert [answer.status for answer in answers] == [200, 200], path
        assert answers[0].body == answers[1].body


def test_keys_are_listed_by_number_and_name(program: Program) -> None:
    """The one list that names something else than what is in it."""
    program.knows(FULL)

    assert program.get(f"{_METADATA}public-keys/").text == "0=my-key"
    assert program.get(f"{_METADATA}public-keys/0/").text == "openssh-key"


@pytest.mark.parametrize(
    "path",
    [
        "/latest/user-data",
        "/latest/meta-data/public-keys/",
        "/latest/meta-data/iam/",
        "/latest/meta-data/iam/info",
        "/latest/meta-data/iam/security-credentials/",
        "/latest/meta-data/tags/instance/",
        "/latest/meta-data/tags/instance/Name",
        "/latest/meta-data/public-ipv4",
        "/latest/meta-data/spot/instance-action",
        "/latest/meta-data/ami-id/more",
        "/latest/meta-data//ami-id",
        "/latest/dynamic/instance-identity/signature",
        "/latest/../etc/passwd",
        "/metadata",
    ],
)
def test_what_there_is_not_gets_the_page_of_ec2(program: Program, path: str) -> None:
    answer = program.get(path)

    assert answer.status == 404
    assert answer.headers["content-type"] == "text/html"
    assert answer.text.startswith('<?xml version="1.0" encoding="iso-8859-1"?>\n')
    assert " <body>\n  <h1>404 - Not Found</h1>\n </body>\n</html>" in answer.text


def test_user_data_comes_byte_for_byte(program: Program) -> None:
    """It may be gzip."""
    program.knows(FULL)

    answer = program.get("/latest/user-data")

    assert answer.body == USER_DATA
    assert answer.headers["content-type"] == "application/octet-stream"


@pytest.mark.parametrize("content", [b"", bytes(range(256)) * 64])
def test_user_data_may_be_empty_or_of_any_bytes(program: Program, content: bytes) -> None:
    program.knows(dataclasses.replace(FACTS, user_data=content))

    assert program.get("/latest/user-data").body == content


def test_tags_are_told_if_that_is_enabled(program: Program) -> None:
    """And changed ones with the next request."""
    tags = f"{_METADATA}tags/instance"
    facts = with_options(FACTS, instance_metadata_tags="enabled")
    program.knows(facts)

    assert program.get(tags).text == "Name\nmail:owner\nstage"
    assert program.get(f"{_METADATA}tags/").text == "instance/"
    assert program.get(f"{tags}/mail:owner").text == "a@b"
    assert program.get(f"{tags}/mail%3Aowner").text == "a@b"

    program.knows(dataclasses.replace(facts, tags={"Name": "größer"}))

    assert program.get(tags).text == "Name"
    assert program.get(f"{tags}/Name").text == "größer"


def test_the_identity_document_is_what_ec2_signs(program: Program) -> None:
    """The fields by which programs know account, region and zone."""
    answer = program.get("/latest/dynamic/instance-identity/document")

    assert answer.text.startswith('{\n  "accountId" : "000000000000",\n')
    assert json.loads(answer.text) == {
        "accountId": "000000000000",
        "architecture": "x86_64",
        "availabilityZone": "us-east-1b",
        "billingProducts": None,
        "devpayProductCodes": None,
        "imageId": "ami-0123456789abcdef1",
        "instanceId": "i-0123456789abcdef0",
        "instanceType": "t3.micro",
        "kernelId": None,
        "marketplaceProductCodes": None,
        "pendingTime": "2026-11-23T10:20:30Z",
        "privateIp": "172.31.16.9",
        "ramdiskId": None,
        "region": "us-east-1",
        "version": "2017-09-30",
    }


def test_every_text_says_what_it_is_and_who_says_it(program: Program) -> None:
    """Some programs know EC2 by the server's name."""
    answer = program.get(f"{_METADATA}instance-id")

    assert answer.headers["content-type"] == "text/plain"
    assert answer.headers["server"] == "EC2ws"
    assert answer.headers["content-length"] == "19"
    assert answer.headers["date"].endswith(" GMT")


def test_head_answers_as_get_does_but_for_the_body(program: Program) -> None:
    for path in (f"{_METADATA}ami-id", _METADATA, "/latest/user-data"):
        head, get = program.ask("HEAD", path), program.get(path)
        assert head.body == b""
        assert (head.status, head.headers["content-length"]) == (get.status, get.headers["content-length"])


@pytest.mark.parametrize("method", ["POST", "DELETE", "PATCH", "OPTIONS"])
def test_metadata_can_only_be_read(program: Program, method: str) -> None:
    answer = program.ask(method, f"{_METADATA}ami-id")

    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


def test_user_data_is_kept_as_base64(program: Program) -> None:
    """JSON holds no bytes."""
    program.knows(FULL)

    assert (
        json.loads((program.folder / "metadata.json").read_text())["user_data"] == base64.b64encode(USER_DATA).decode()
    )
