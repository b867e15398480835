"""Every documented `cloudlet s3` command that AWS has, as the parser of `aws s3` reads it; and how wide help is."""

import inspect
import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import typer
from awscli.argparser import ArgTableArgParser  # type: ignore[import-untyped]
from awscli.arguments import BaseCLIArgument  # type: ignore[import-untyped]
from awscli.clidriver import create_clidriver  # type: ignore[import-untyped]

from cli.helptext import commands_of
from cli.main import app, run

PROJECT = Path(__file__).parents[3]
OWN_VERBS = {
    "path",
    "add-notification",
    "list-notifications",
    "remove-notification",
    "list-deliveries",
    "retry-deliveries",
}
OWN_OPTIONS = {"--path": 1, "-q": 0}
"""What AWS has not, and how many words belong to it."""

COMMANDS = commands_of(commands_of(typer.main.get_command(app))["s3"])


def _examples() -> Iterator[tuple[str, list[str]]]:
    texts = [(f"help of {name}", inspect.cleandoc(command.help)) for name, command in COMMANDS.items()]
    pages = [path for path in (PROJECT / "docs").glob("*.md") if path.name != "cli.md"]  # it is made of the help texts
    pages += (PROJECT / "examples").glob("*/README.md")
    for path in (PROJECT / "README.md", *sorted(pages)):
        blocks = re.findall(r"^ *```\w.*?\n(.*?)^ *```", path.read_text(), re.DOTALL | re.MULTILINE)
        texts.append((path.name, "\n".join(inspect.cleandoc(block) for block in blocks)))
    for place, text in texts:
        for example in re.findall(r"\bcloudlet s3 ([^`\n]*)", text.replace("\\\n", " ")):
            lexer = shlex.shlex(re.sub(r'\)"?.*', "", example), posix=True, punctuation_chars=True)
            lexer.whitespace_split = True
            words = list(lexer)
            end = next((at for at, word in enumerate(words) if {*word} <= {*"();<>|&"}), len(words))
            is_whole = end > 1 and not any("…" in word for word in words)
            if is_whole and words[0] in COMMANDS and words[0] not in OWN_VERBS:
                yield place, words[:end]


def _without_ours(words: Sequence[str]) -> Iterator[str]:
    rest = iter(words)
    for word in rest:
        if word not in OWN_OPTIONS:
            yield word
        for _ in range(OWN_OPTIONS.get(word, 0)):
            next(rest)


def _options_of(verb: Any) -> dict[str, BaseCLIArgument]:
    """Return the options of a command of AWS's, those too that are added to `sync` when its commands are asked for."""
    assert verb.subcommand_table == {}
    options: dict[str, BaseCLIArgument] = verb.arg_table
    return options


@pytest.fixture(scope="module")
def aws() -> Callable[[Sequence[str]], Any]:
    """Return what `aws s3` reads in words."""
    driver = create_clidriver()
    services = driver._get_command_table()
    top = driver._create_parser(services)
    verbs = services["s3"].subcommand_table

    def read(words: Sequence[str]) -> Any:
        _, (verb, *rest) = top.parse_known_args(["s3", *words])
        parser = ArgTableArgParser(_options_of(verbs[verb]), verbs[verb].subcommand_table)
        given, unknown = parser.parse_known_args(rest)
        assert unknown == []
        return given

    return read


EXAMPLES = [*_examples()]


@pytest.mark.parametrize("words", [pytest.param(words, id=f"{place}: {' '.join(words)}") for place, words in EXAMPLES])
def test_aws_reads_every_documented_command(aws: Callable[[Sequence[str]], Any], words: list[str]) -> None:
    """One word apart."""
    aws([*_without_ours(words)])


def test_there_are_examples_of_every_verb() -> None:
    """Or nothing would have been read."""
    assert {words[0] for _, words in EXAMPLES} == {*COMMANDS} - OWN_VERBS


@pytest.mark.parametrize("verb", ["mb", "ls", "cp", "mv", "rm", "sync", "presign", "rb", "website"])
def test_every_flag_of_aws_is_taken(verb: str) -> None:
    """Also one that has no meaning here: scripts say it."""
    table = _options_of(create_clidriver()._get_command_table()["s3"].subcommand_table[verb])
    theirs = {f"--{name}" for name, argument in table.items() if not argument.positional_arg}

    ours = {name for param in COMMANDS[verb].params for name in [*param.opts, *param.secondary_opts]}

    assert theirs - ours == set()


@pytest.mark.parametrize(
    "words",
    [
        "cp --exclude * a s3://raw --include=b --recursive",
        "cp a s3://raw --sse",
        "cp a s3://raw --sse aws:kms --sse-kms-key-id k",
        "sync a s3://raw --no-follow-symlinks --request-payer --page-size 5",
        "mb s3://raw --tags a b --tags c d",
    ],
)
def test_odd_words_are_read_as_aws_reads_them(aws: Callable[[Sequence[str]], Any], words: str) -> None:
    """Values that may be left out, pairs, and patterns before the places."""
    verb, *rest = words.split()
    given = vars(aws(words.split()))
    context = COMMANDS[verb].make_context(verb, rest)

    places = [value for name, value in context.params.items() if name in ("source", "destination", "uri")]
    assert places == (given["paths"] if "paths" in given else [given["path"]])
    assert context.params.get("sse") == given.get("sse")
    assert context.params.get("follow_symlinks", True) == given.get("follow_symlinks", True)


@pytest.mark.parametrize("verb", COMMANDS)
def test_help_fits_eighty_columns(
    verb: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An example that is wrapped cannot be copied."""
    monkeypatch.setenv("COLUMNS", "80")

    run(["s3", verb, "--help"])

    assert [line for line in capsys.readouterr().out.splitlines() if len(line) > 80] == []
