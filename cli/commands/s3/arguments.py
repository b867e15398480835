"""How words reach the options: `aws` reads them with argparse, which takes some that click does not."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import typer

from cli.options import AwsCommand, command

if TYPE_CHECKING:
    from emulator.buckets.transfers import Pattern

_PATTERNS = ("--exclude", "--include")
_PAIRS = ("--tags",)
_BETWEEN = "\0"
"""Between the two words of a pair: no word of a command line has it."""

_AES256 = ("AES256",)
_MAY_STAND_ALONE = {
    "--sse": ("AES256", "aws:kms"),
    "--sse-c": _AES256,
    "--sse-c-copy-source": _AES256,
    "--request-payer": ("requester",),
}
"""Options whose value may be left out, and their values; the first is meant then."""


class S3Command(AwsCommand):
    """Keeps the order of `--exclude` and `--include` among each other, which click forgets."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, in_words_of_click(args))


def s3_command(app: typer.Typer, name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function as the command *name*; see cli.options.command."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        command(app, name)(function)
        app.registered_commands[-1].cls = S3Command
        return function

    return register


def in_words_of_click(arguments: Sequence[str]) -> list[str]:
    """
    Return *arguments* so that click reads what argparse would.

    >>> in_words_of_click(["--exclude", "*", "--sse", "a", "--include=*.csv", "b"])
    ['--exclude=0:*', '--sse=AES256', 'a', '--include=1:*.csv', 'b']
    """
    words: list[str] = []
    patterns = 0
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        name, equals, value = word.partition("=")
        if word == "--":
            return [*words, word, *rest]
        if name in _PATTERNS:
            words.append(f"{name}={patterns}:{value if equals else _next(rest, name)}")
            patterns += 1
        elif word in _PAIRS:
            words.append(f"{name}={_next(rest, name)}{_BETWEEN}{_next(rest, name)}")
        elif word in _MAY_STAND_ALONE:
            values = _MAY_STAND_ALONE[word]
            words.append(f"{name}={rest.pop(0) if rest and rest[0] in values else values[0]}")
        else:
            words.append(word)
    return words


def patterns_of(exclude: Sequence[str] | None, include: Sequence[str] | None) -> "list[Pattern]":
    """Return the patterns in the order in which they were given."""
    from emulator.buckets.transfers import Pattern

    numbered = [(text, False) for text in exclude or ()] + [(text, True) for text in include or ()]
    numbered.sort(key=lambda one: int(one[0].partition(":")[0]))
    return [Pattern(text.partition(":")[2], includes) for text, includes in numbered]


def pairs_of(pairs: Sequence[str] | None) -> list[tuple[str, str]]:
    """Return the pairs of words that an option was given."""
    split = (pair.partition(_BETWEEN) for pair in pairs or ())
    return [(first, second) for first, _, second in split]


def _next(rest: list[str], option: str) -> str:
    if not rest or rest[0].startswith("--"):
        raise typer.BadParameter("a value is missing behind it", param_hint=option)
    return rest.pop(0)
