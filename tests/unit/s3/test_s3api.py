"""`cloudlet s3api` beside `aws s3api`: the same options, and on the same buckets the same answers, byte for byte."""

import json
import os
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from awscli.clidriver import create_clidriver  # type: ignore[import-untyped]

from cli.commands.s3api.naming import command_name
from cli.commands.s3api.table import COMMANDS
from cli.errors import FAILED, USAGE
from cli.helptext import commands_of
from cli.main import app, run
from emulator.buckets import Buckets
from emulator.http.s3.operations import OPERATIONS
from emulator.http.s3.operations.differences import REFUSED
from emulator.settings import Settings
from tests.unit.s3.conftest import ALONE, Server
from tests.unit.s3.test_clients import aws

DESCRIBED = (
    "--metadata who=me,k=v --content-type text/csv --tagging team=data --cache-control no-cache"
    " --expires 2030-01-01T00:00:00Z"
)
QUERIES = ("", " --query 'keys(@)|sort(@)'", " --query '*|[0]'", " --query 'Contents[].[Key,Size,Nothing]'")


class Clients:
    """The two commands, on the same buckets: ours without a server, AWS's through one."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self._aws = create_clidriver()

    def ours(self, line: str) -> tuple[int, str, str]:
        """Return the exit code of `cloudlet s3api`, and what it wrote."""
        return self._ran(lambda words: run(["s3api", *words]), line)

    def theirs(self, line: str) -> tuple[int, str, str]:
        return self._ran(lambda words: int(self._aws.main(["s3api", *words])), line)

    def make(self, line: str) -> Any:
        """Run ours, which has to succeed, and return its document."""
        code, out, err = self.ours(f"{line} --output json")
        assert code == 0, err
        return json.loads(out) if out else None

    def _ran(self, command: Callable[[list[str]], int], line: str) -> tuple[int, str, str]:
        self._capsys.readouterr()
        code = command(shlex.split(line))
        return code, *self._capsys.readouterr()


@pytest.fixture
def clients(
    server: Server,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Clients:
    """Version 2 of AWS's command writes times so by default; the first one, which PyPI has, must be told."""
    config = tmp_path / "aws-config"
    config.write_text("[default]\ncli_timestamp_format = iso8601\n")
    endpoint = f"http://127.0.0.1:{server.port}"
    for name, value in {**ALONE, "AWS_CONFIG_FILE": str(config), "AWS_ENDPOINT_URL": endpoint}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("CLOUDLET_HOME", str(settings.home))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no-engine.sock")
    monkeypatch.delenv("CLOUDLET_OUTPUT", raising=False)
    monkeypatch.chdir(tmp_path)
    return Clients(capsys)


@pytest.fixture
def filled(clients: Clients) -> Clients:
    """A bucket with something of everything that can be listed."""
    Path("a.csv").write_text("a,b\n1,2\n")
    rules = {
        "Rules": [
            {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": "log/"}, "Expiration": {"Days": 3}},
            {
                "ID": "both",
                "Status": "Disabled",
                "Filter": {"And": {"Prefix": "a", "Tags": [{"Key": "k", "Value": "v"}]}},
                "NoncurrentVersionExpiration": {"NoncurrentDays": 1, "NewerNoncurrentVersions": 2},
            },
        ]
    }
    Path("rules.json").write_text(json.dumps(rules))
    cors = {"CORSRules": [{"AllowedMethods": ["GET", "PUT"], "AllowedOrigins": ["*"], "MaxAgeSeconds": 3}]}
    Path("cors.json").write_text(json.dumps(cors))
    statement = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "s3:GetObject"}
    policy = {"Version": "2012-10-17", "Statement": [{**statement, "Resource": "arn:aws:s3:::raw/*"}]}
    Path("policy.json").write_text(json.dumps(policy))
    encryption = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": True}
    Path("encryption.json").write_text(json.dumps({"Rules": [encryption]}))
    setting = "put-bucket-{0} --bucket raw --{1}"
    for line in (
        "create-bucket --bucket raw",
        "put-bucket-versioning --bucket raw --versioning-configuration Status=Enabled",
        f"put-object --bucket raw --key in/a.csv --body a.csv {DESCRIBED}",
        "put-object --bucket raw --key in/a.csv --body a.csv --checksum-algorithm SHA256",
        "put-object --bucket raw --key 'in/b c+ä&<>.csv'",
        "put-object --bucket raw --key c --storage-class STANDARD_IA --body a.csv",
        "delete-object --bucket raw --key c",
        "put-bucket-tagging --bucket raw --tagging 'TagSet=[{Key=team,Value=data},{Key=b,Value=}]'",
        "put-bucket-lifecycle-configuration --bucket raw --lifecycle-configuration file://rules.json",
        "put-bucket-cors --bucket raw --cors-configuration file://cors.json",
        "put-bucket-policy --bucket raw --policy file://policy.json",
        "put-bucket-website --bucket raw --website-configuration 'IndexDocument={Suffix=index.html}'",
        setting.format("encryption", "server-side-encryption-configuration file://encryption.json"),
        setting.format("notification-configuration", "notification-configuration EventBridgeConfiguration={}"),
        "create-multipart-upload --bucket raw --key big --content-type text/x",
    ):
        clients.make(line)
    return clients


READING = [
    "list-buckets",
    "head-bucket --bucket raw",
    "get-bucket-location --bucket raw",
    "list-objects-v2 --bucket raw",
    "list-objects-v2 --bucket raw --delimiter / --prefix in/",
    "list-objects-v2 --bucket raw --delimiter / --no-paginate --fetch-owner",
    "list-objects-v2 --bucket raw --prefix nothing",
    "list-objects --bucket raw",
    "list-object-versions --bucket raw",
    "list-object-versions --bucket raw --prefix c",
    "list-multipart-uploads --bucket raw",
    "head-object --bucket raw --key in/a.csv",
    "head-object --bucket raw --key in/a.csv --checksum-mode ENABLED",
    "get-object --bucket raw --key in/a.csv out",
    "get-object --bucket raw --key in/a.csv --range bytes=0-2 out",
    "get-object-attributes --bucket raw --key in/a.csv --object-attributes ETag ObjectSize Checksum",
    "get-object-tagging --bucket raw --key in/a.csv",
    "get-object-acl --bucket raw --key in/a.csv",
    "get-bucket-acl --bucket raw",
    "get-bucket-versioning --bucket raw",
    "get-bucket-tagging --bucket raw",
    "get-bucket-lifecycle-configuration --bucket raw",
    "get-bucket-cors --bucket raw",
    "get-bucket-policy --bucket raw",
    "get-bucket-policy-status --bucket raw",
    "get-bucket-website --bucket raw",
    "get-bucket-encryption --bucket raw",
    "get-bucket-notification-configuration --bucket raw",
    "get-bucket-ownership-controls --bucket raw",
    "get-bucket-request-payment --bucket raw",
    "get-bucket-logging --bucket raw",
    "get-public-access-block --bucket raw",
]


def test_answers_are_those_of_aws(filled: Clients) -> None:
    """As json and as text, and as much of it as is asked for."""
    different = []
    for line in READING:
        for format_ in ("json", "text"):
            for query in QUERIES:
                words = f"{line} --output {format_}{query}"
                code, theirs, err = filled.theirs(words)
                assert code == 0, err
                ours = filled.ours(words)
                if ours[:2] != (0, _as_ours(theirs, format_)):
                    different.append((words, ours, theirs))

    assert different == []


def test_yaml_says_what_json_says(filled: Clients) -> None:
    """The first version of AWS's command, which PyPI has, writes none."""
    for line in READING:
        asjson, asyaml = (filled.ours(f"{line} --output {format_}")[1] for format_ in ("json", "yaml"))
        assert yaml.safe_load(asyaml) == (json.loads(asjson) if asjson else None)


def _as_ours(out: str, format_: str) -> str:
    """Return what AWS's command wrote as we write it, without \\u in JSON."""
    if format_ != "json" or not out.strip():
        return out
    return json.dumps(json.loads(out), indent=4, ensure_ascii=False) + "\n"


FAILING = [
    "head-object --bucket raw --key nope",
    "get-object --bucket raw --key nope out",
    "get-object --bucket nope --key a out",
    "list-objects-v2 --bucket nope",
    "get-bucket-replication --bucket raw",
    "head-bucket --bucket nope",
    "list-parts --bucket raw --key big --upload-id none",
    "put-object --bucket raw --key a --storage-class SLOW",
    "delete-bucket --bucket raw",
]


def test_errors_have_the_code_and_the_words_of_aws(filled: Clients) -> None:
    for line in FAILING:
        code, _, theirs = filled.theirs(line)
        assert code != 0
        expected, message = theirs.strip().removeprefix("An error occurred (").split(")", 1)

        code, out, err = filled.ours(line)

        assert code in (FAILED, USAGE)
        assert out == ""
        assert err.splitlines()[0] == f"error: {message.partition(' operation: ')[2]} ({expected})"


def test_a_listing_goes_on_where_it_ended(filled: Clients) -> None:
    """Each of the two goes on from the other's token."""
    for key in range(7):
        filled.make(f"put-object --bucket raw --key p/{key}")
    line = "list-objects-v2 --bucket raw --prefix p/ --max-items 3 --page-size 2 --output json"

    ours, theirs = json.loads(filled.ours(line)[1]), json.loads(filled.theirs(line)[1])
    assert ours == theirs
    assert [one["Key"] for one in ours["Contents"]] == ["p/0", "p/1", "p/2"]
    further = f"{line} --starting-token {ours['NextToken']}"
    assert filled.ours(further)[1] == filled.theirs(further)[1]
    assert [one["Key"] for one in json.loads(filled.ours(further)[1])["Contents"]] == ["p/3", "p/4", "p/5"]
    for listing in ("list-objects-v2", "list-objects", "list-object-versions"):
        for output in ("json", "text"):
            paged = f"{listing} --bucket raw --page-size 2 --output {output}"
            assert filled.ours(paged)[1] == _as_ours(filled.theirs(paged)[1], output)


def test_pages_that_are_refused_cannot_be_counted(filled: Clients) -> None:
    code, _, err = filled.ours("list-objects-v2 --bucket raw --no-paginate --max-items 2")

    assert code == USAGE
    assert "Cannot specify --no-paginate along with pagination arguments: --max-items" in err


def test_an_object_goes_up_in_parts(clients: Clients) -> None:
    """The story of a script: each command takes what the last one answered."""
    parts = [os.urandom(5 << 20), b"the end"]
    clients.make("create-bucket --bucket raw")
    upload = clients.make("create-multipart-upload --bucket raw --key big")["UploadId"]
    where = f"--bucket raw --key big --upload-id {upload}"
    done = []
    for number, part in enumerate(parts, 1):
        Path("part").write_bytes(part)
        answer = clients.make(f"upload-part {where} --part-number {number} --body part")
        done.append({"PartNumber": number, "ETag": answer["ETag"]})
    Path("parts.json").write_text(json.dumps({"Parts": done}))
    for output in ("json", "text"):
        listed = f"list-parts {where} --output {output}"
        assert clients.ours(listed)[1] == clients.theirs(listed)[1]

    made = clients.make(f"complete-multipart-upload {where} --multipart-upload file://parts.json")
    clients.make("get-object --bucket raw --key big out")

    assert made["ETag"].endswith('-2"')
    assert Path("out").read_bytes() == b"".join(parts)


def test_what_is_written_is_the_same_object(clients: Clients, buckets: Buckets) -> None:
    """But for the key: whoever reads cannot tell which of the two wrote it."""
    Path("body").write_bytes(os.urandom(3000))
    clients.make("create-bucket --bucket raw")
    options = "--bucket raw --body body --metadata A=b,c=d --content-language de --tagging a=b"

    ours = json.loads(clients.ours(f"put-object --key ours {options} --output json")[1])
    theirs = json.loads(aws("s3api", "put-object", "--key", "theirs", *options.split(), "--output", "json"))

    assert ours == theirs
    heads = [
        clients.make(f"head-object --bucket raw --key {key} --checksum-mode ENABLED") for key in ("ours", "theirs")
    ]
    for head in heads:
        del head["LastModified"]
    assert heads[0] == heads[1]
    assert (buckets.path("raw") / "ours").read_bytes() == Path("body").read_bytes()


def test_a_structure_is_shorthand_or_json_or_a_file(clients: Clients) -> None:
    clients.make("create-bucket --bucket raw")
    Path("tags.json").write_text('{"TagSet": [{"Key": "a", "Value": "x y"}]}')

    for tagging in (
        "'TagSet=[{Key=a,Value=\"x y\"}]'",
        "file://tags.json",
        """'{"TagSet":[{"Key":"a","Value":"x y"}]}'""",
    ):
        clients.make("delete-bucket-tagging --bucket raw")
        clients.make(f"put-bucket-tagging --bucket raw --tagging {tagging}")
        assert clients.make("get-bucket-tagging --bucket raw") == {"TagSet": [{"Key": "a", "Value": "x y"}]}


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("delete-objects --bucket raw --delete Objekts=[]", 'Missing required parameter in Delete: "Objects"'),
        ("delete-objects --bucket raw --delete Objects=[{Key=a}],Quite=true", 'Unknown parameter in Delete: "Quite"'),
        ("upload-part --bucket raw --key a --upload-id u --part-number one", "'one' is not a valid"),
        ("put-object --bucket raw --key a --body nowhere", "Blob values must be a path to a file"),
        ("put-object --bucket raw --key a --metadata k=ä", "Non ascii characters found in S3 metadata"),
        ("put-object --bucket raw --key ''", "Invalid length for parameter Key, value: 0, valid min length: 1"),
        ("put-bucket-tagging --bucket raw --tagging file://nowhere", "Unable to load paramfile file://nowhere"),
        ("list-objects-v2 --bucket raw --starting-token x", "Bad starting token: x"),
        (
            "head-object --bucket raw --key a --if-modified-since yesterday",
            "Invalid type for parameter IfModifiedSince",
        ),
        ("head-object --bucket raw", "The request must contain the parameter Key"),
    ],
)
def test_what_makes_no_sense_is_refused(clients: Clients, line: str, problem: str) -> None:
    """Before anything is sent."""
    clients.make("create-bucket --bucket raw")

    code, out, err = clients.ours(line)

    assert (code, out) == (USAGE, "")
    assert problem in err
    assert "Traceback" not in err


def test_there_is_a_command_for_each_operation_that_is_served() -> None:
    assert {*COMMANDS} == {command_name(name) for name in OPERATIONS if name not in REFUSED}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_of_aws_is_taken(name: str) -> None:
    """Under AWS's name, and required where AWS requires it."""
    table = create_clidriver()._get_command_table()["s3api"]._get_command_table()[name].arg_table
    theirs = {f"--{option}" for option in table} - {"--cli-input-json", "--generate-cli-skeleton", "--outfile"}
    required = {f"--{option}" for option, one in table.items() if one.required and option != "outfile"}

    params = commands_of(commands_of(typer.main.get_command(app))["s3api"])[name].params
    ours = {option for one in params for option in (*one.opts, *one.secondary_opts)}

    assert theirs - ours == set()
    assert {one.opts[0] for one in params if one.required and one.param_type_name == "option"} == required


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_help_begins_with_an_example_and_fits_eighty_columns(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")

    run(["s3api", *([name] if name else []), "--help"])

    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if len(line) > 80] == []
    example = next(at for at, line in enumerate(lines) if line.startswith(f"  cloudlet s3api {name}"))
    assert example < next(at for at, line in enumerate(lines) if line in ("Commands:", "Arguments:", "Options:"))
