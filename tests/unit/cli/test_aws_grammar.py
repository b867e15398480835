"""Every documented command that AWS has, as the parser of the `aws` command reads it; nothing is sent."""

import inspect
import itertools
import json
import re
import shlex
import subprocess
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import typer
from awscli.argparser import ArgTableArgParser  # type: ignore[import-untyped]
from awscli.argprocess import ParamError  # type: ignore[import-untyped]
from awscli.clidriver import create_clidriver  # type: ignore[import-untyped]
from awscli.paramfile import register_uri_param_handler  # type: ignore[import-untyped]
from botocore.utils import ArgumentGenerator
from botocore.validate import ParamValidator

from cli.helptext import commands_of
from cli.main import app

PROJECT = Path(__file__).parents[3]

OWN_VERBS = {
    "ec2": {"exec", "ssh", "cp"},
    "lambda": {"deploy", "list-runtimes", "logs", "add-trigger", "list-triggers", "remove-trigger"},
    "events": {"list", "show", "replay"},
    "logs": {"tail"},  # version 2 of the command has it, and is on no index
    "s3api": set(),
}
"""What AWS has not, by service."""

OWN_OPTIONS: dict[str, dict[str, int]] = {
    "ec2": {"--publish": 1, "--quiet": 0, "-q": 0, "--timeout": 1, "--wait-for-user-data": 0},
    "lambda": {"--quiet": 0, "-q": 0},
    "events": {"--quiet": 0, "-q": 0},
    "logs": {"--quiet": 0, "-q": 0},
    "s3api": {"--quiet": 0, "-q": 0},
}
"""What AWS has not, and how many words belong to it."""

OWN_VALUES = {("lambda", "publish-layer-version", "--folder")}
"""Options of ours that stand in place of AWS's: what has them is not for AWS."""

Aws = Callable[[Sequence[str]], Mapping[str, Any]]


def _help_texts(command: Any, path: str) -> Iterator[tuple[str, str]]:
    yield path, inspect.cleandoc(command.help or "")
    for name, below in commands_of(command).items():
        yield from _help_texts(below, name)


def _pages() -> Iterator[tuple[str, str]]:
    """Yield what stands in the blocks of each page; `cli.md` is made of the help texts."""
    for path in (
        PROJECT / "README.md",
        *sorted((PROJECT / "docs").glob("*.md")),
        *sorted((PROJECT / "examples").rglob("README.md")),
    ):
        if path.name != "cli.md":
            blocks = re.findall(r"^ *```\w.*?\n(.*?)^ *```", path.read_text(), re.DOTALL | re.MULTILINE)
            yield path.name, "\n".join(inspect.cleandoc(block) for block in blocks)


def _examples(text: str, services: Iterable[str] = tuple(OWN_VERBS)) -> Iterator[list[str]]:
    """Yield the words behind `cloudlet`, to the end of the command: a comment, a pipe, a redirection."""
    for example in re.findall(rf"\bcloudlet ((?:{'|'.join(services)}) .*)", text.replace("\\\n", " ")):
        lexer = shlex.shlex(example, posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        words = list(lexer)
        end = next((at for at, word in enumerate(words) if {*word} <= {*"();<>|&"}), len(words))
        yield words[:end]


def _without_ours(words: Sequence[str]) -> Iterator[str]:
    """Yield what AWS has, and the file that it wants where we write to stdout."""
    own = OWN_OPTIONS[words[0]]
    rest = iter(words)
    for word in rest:
        if word not in own:
            yield word
        for _ in range(own.get(word, 0)):
            next(rest)
    if words[:2] == ["lambda", "invoke"] and not words[-1].endswith(".json"):
        yield "out.json"


def _is_ours(service: str, verb: str, words: Sequence[str]) -> bool:
    return verb in OWN_VERBS[service] or any((service, verb, word) in OWN_VALUES for word in words)


def _documented() -> Iterator[Any]:
    groups = commands_of(typer.main.get_command(app))
    helps = [one for service in OWN_VERBS for one in _help_texts(groups[service], service)]
    for place, text in (*helps, *_pages()):
        for service, *words in _examples(text):
            if words and not words[0].startswith("-") and not _is_ours(service, words[0], words):
                yield pytest.param([*_without_ours([service, *words])], id=f"{place}: {words[0]}")


def _write_files(words: Sequence[str], arguments: Mapping[str, Any]) -> None:
    """Write the files that *words* name: behind a scheme, or as what is stored. A document has all its members."""
    for option, word in itertools.pairwise(words):
        name = word.partition("://")[2] if "://" in word else word if option == "--body" else ""
        if name:
            path = Path(name).expanduser()
            path.parent.mkdir(exist_ok=True)
            _write(path, getattr(arguments.get(option.removeprefix("--")), "argument_model", None))


def _write(path: Path, shape: Any) -> None:
    if path.suffix == ".zip":
        zipfile.ZipFile(path, "w").close()
    elif shape is not None and shape.type_name == "structure":
        path.write_text(json.dumps(ArgumentGenerator(use_member_names=True).generate_skeleton(shape), default=str))
    else:
        path.write_bytes(b"")


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """Return the parameters of the request that words stand for; a file that they name is there."""
    folder = tmp_path_factory.mktemp("aws")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
            patch.setenv(name, str(folder / "none"))
        patch.delenv("AWS_PROFILE", raising=False)
        patch.setenv("HOME", str(folder))
        patch.chdir(folder)
        driver = create_clidriver()
        register_uri_param_handler(driver.session)
        services = driver._get_command_table()
        parser = driver._create_parser(services)
        verbs = {service: services[service]._get_command_table() for service in OWN_VERBS}

        def read(words: Sequence[str]) -> Mapping[str, Any]:
            # Not `driver.main`: what it registers for the options of one verb strikes those of the next.
            options, (verb, *rest) = parser.parse_known_args(words)
            if words[0] == "s3":  # whose verbs are no operations
                command = services["s3"].subcommand_table[verb]
                given, unknown = ArgTableArgParser(command.arg_table, command.subcommand_table).parse_known_args(rest)
                assert unknown == []
                return {**vars(given)}
            assert verb in verbs[words[0]]
            operation = verbs[words[0]][verb]
            _write_files(words, operation.arg_table)
            given, unknown = operation._create_operation_parser(operation.arg_table).parse_known_args(rest)
            assert unknown == []
            parameters: dict[str, Any] = operation._build_call_parameters(given, operation.arg_table, options)
            model = operation._operation_model
            driver.session.emit(
                f"before-parameter-build.{words[0]}.{model.name}", params=parameters, model=model, context={}
            )
            parameters.pop("PaginationConfig", None)  # what the command itself does with a listing
            report = ParamValidator().validate(parameters, model.input_shape)
            if "Body" in parameters:
                parameters["Body"].close()
            assert not report.has_errors(), report.generate_report()
            return parameters

        yield read


@pytest.mark.parametrize("words", [*_documented()])
def test_what_is_documented_is_taken_by_aws(aws: Aws, words: Sequence[str]) -> None:
    """One word apart: with `AWS ?= cloudlet`, a Makefile needs no other change for the real one."""
    aws(words)


def _of_the_makefile() -> Iterator[list[str]]:
    """Yield the words of each AWS command that `examples/Makefile` would run, in its targets' order."""
    made = subprocess.run(
        ["make", "--dry-run", "--directory", PROJECT / "examples", "story", "clean", "AWS=cloudlet", "WORK=."],
        capture_output=True,
        text=True,
        check=True,
    )
    for command in made.stdout.replace("\\\n", " ").split("cloudlet ")[1:]:
        yield from _examples(f"cloudlet {command}", (*OWN_VERBS, "s3"))


def test_the_makefile_of_the_examples_is_for_aws_as_it_stands(aws: Aws) -> None:
    """Nothing of ours is in it: no verb, no option, no value."""
    commands = [*_of_the_makefile()]

    assert {(service, verb) for service, verb, *_ in commands} == {
        ("s3", "mb"),
        ("s3", "cp"),
        ("s3", "ls"),
        ("s3", "rb"),
        ("s3api", "head-bucket"),
        ("lambda", "get-function"),
        ("lambda", "create-function"),
        ("lambda", "get-function-configuration"),
        ("lambda", "invoke"),
        ("lambda", "delete-function"),
    }
    for words in commands:
        aws(words)


def test_what_is_documented_is_found() -> None:
    """Else the test above would have nothing to say."""
    lines = """
        tar c site | cloudlet ec2 exec web -- tar x
        cloudlet ec2 create-key-pair --key-name me \\
            --query KeyMaterial --output text > me.pem
        cloudlet ec2 describe-subnets          # with a comment
        cloudlet lambda invoke --function-name f > out.json
    """

    assert [*_examples(lines)] == [
        ["ec2", "exec", "web", "--", "tar", "x"],
        ["ec2", "create-key-pair", "--key-name", "me", "--query", "KeyMaterial", "--output", "text"],
        ["ec2", "describe-subnets"],
        ["lambda", "invoke", "--function-name", "f"],
    ]
    assert [*_without_ours(["ec2", "run-instances", "--publish", "80", "--count", "2", "-q"])] == [
        "ec2",
        "run-instances",
        "--count",
        "2",
    ]


def test_what_stands_for_a_request_is_read_to_its_last_member(aws: Aws) -> None:
    words = "ec2 run-instances --image-id web --tag-specifications ResourceType=instance,Tags=[{Key=Name,Value=web}]"

    read = aws(words.split())

    assert (read["ImageId"], read["MinCount"], read["MaxCount"]) == ("web", 1, 1)
    assert read["TagSpecifications"] == [{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "web"}]}]


@pytest.mark.parametrize(
    "line",
    [
        "ec2 describe-instances --no-such-option",
        "ec2 describe-instance",
        "ec2 copy-image --source-image-id web --name mine",
        "ec2 create-tags --resources web --tags Kee=a",
        "lambda create-alias --function-name f --name live",
        "s3 cp a.txt s3://raw/ --no-such-option",
        "lambda update-function-configuration --function-name f --architectures arm64",
        "ec2 authorize-security-group-egress --group-name web --protocol tcp --port 443 --cidr 0.0.0.0/0",
    ],
)
def test_what_aws_does_not_take_is_found_out(aws: Aws, line: str) -> None:
    with pytest.raises((AssertionError, ParamError, SystemExit)):
        aws(line.split())
