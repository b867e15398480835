"""The command blocks of a page of the documentation, and the session that types them, from the first to the last.

A block is one of commands if its fence says `sh`, `bash` or `console`, or if a line of it begins with a prompt. It is
run, unless a comment right before it says why not; with prompts, what is printed has to be what the page shows:

    <!-- first: seq 3 > data.csv -->                 what a reader has there already; $CHECKOUT is the project's folder
    <!-- not run: needs an account at AWS -->        of the block that follows
    <!-- run by: tests/unit/s3/test_clients_page.py -->
    <!-- not run on this page: … -->                 of all its blocks
"""

import re
import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.conftest import PROJECT, User

SHELLS = ("sh", "bash", "console")
_BLOCK = re.compile(
    r"(?P<marks>(?:^<!--(?:(?!-->).)*-->\s*)*)^```(?P<language>\w*)[^\n]*\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE
)
_MARK = re.compile(r"<!-- (first|not run|run by):\s(.*?)\s*-->", re.DOTALL)
_WHOLE_PAGE = re.compile(r"<!-- not run on this page: (.*?)\s*-->", re.DOTALL)
_PROMPT = "$ "
_ABOVE, _HOME = "/home/me", "/home/me/.local/state/cloudlet"
_VARYING = (
    (r"\b([a-z]+)-[0-9a-f]{17}\b", r"\1-ID"),
    (r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "UUID"),
    (r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?(Z|\+00:00)?", "TIME"),
    (r"\b\d+(\.\d+)? (ms|milliseconds|s|min|h)\b", "DURATION"),
    (r"\b172\.31\.\d+\.\d+\b", "ADDRESS"),
    (r"(?<=:)\d{4,5}\b|\b\d{4,5}(?=->)", "PORT"),
    (r"(?<=Used: )\d+|(?<=Used:\t)\d+", "MEMORY"),
    (r"(?<=pid )\d+", "PID"),
    (r"(under )?[$<]?(?<![\w.])\d+(\.\d+|(,\d{3})+)(?![\w.]*\w)", "NUMBER"),
    (r"\s+", " "),
)
"""What is another one each time, and what stands for it; how wide a column is and where a line ends does not count."""


@dataclass(frozen=True)
class Command:
    """Something to type, and the lines that the page shows below it, if any."""

    text: str
    shown: tuple[str, ...] = ()

    @property
    def fails(self) -> bool:
        """Whether the page shows a failure."""
        return any(line.startswith(("error: ", "curl: (")) for line in self.shown)


@dataclass(frozen=True)
class Block:
    """A block of commands as it stands in a page, with what its comments say."""

    line: int
    text: str
    first: tuple[str, ...]
    not_run: str | None
    run_by: str | None

    @property
    def is_run(self) -> bool:
        """Whether it belongs to the session of its page."""
        return self.not_run is None and self.run_by is None

    def commands(self) -> Iterator[Command]:
        """Yield what a reader types; a block without prompts is typed as a whole."""
        yield from (Command(text) for text in self.first)
        if f"\n{_PROMPT}" not in f"\n{self.text}":
            yield Command(self.text)
            return
        for part in re.split(r"^\$ ", self.text, flags=re.MULTILINE)[1:]:
            typed = _typed(part)
            yield Command(typed, tuple(part.removeprefix(typed).splitlines()))


def _typed(part: str) -> str:
    """Return the lines at the start of *part* that are a whole command: no quote is open, no line goes on."""
    lines = part.splitlines(keepends=True)
    for end in range(1, len(lines) + 1):
        typed = "".join(lines[:end])
        try:
            shlex.split(typed.removesuffix("\n"))
        except ValueError:
            continue
        if not typed.endswith("\\\n"):
            return typed
    raise ValueError(f"{part!r} is no whole command")


def pages() -> list[str]:
    """Return the pages of the documentation, as paths from the project's folder."""
    return ["README.md", *sorted(f"docs/{path.name}" for path in (PROJECT / "docs").glob("*.md"))]


def blocks(page: str) -> list[Block]:
    """Return the command blocks of *page* in their order."""
    text = (PROJECT / page).read_text()
    whole = _WHOLE_PAGE.search(text)
    found = []
    for match in _BLOCK.finditer(text):
        if match["language"] in SHELLS or f"\n{_PROMPT}" in f"\n{match['text']}":
            marks = _MARK.findall(match["marks"])
            said = {kind: words for kind, words in marks if kind != "first"}
            first = tuple(words for kind, words in marks if kind == "first")
            reason = said.get("not run", whole[1] if whole else None)
            line = text.count("\n", 0, match.start("language")) + 1
            found.append(Block(line, match["text"], first, reason, said.get("run by")))
    return found


def session(user: User, page: str) -> str:
    """Type the commands of *page* in one shell, and return all it said. Each has to end, and to print, as is shown."""
    commands = [command for block in blocks(page) if block.is_run for command in block.commands()]
    script = ["exec 2>&1; mkdir project; cd project"]
    for command in commands:
        script += ["set +e" if command.fails else "set -e", command.text.rstrip("\n"), "printf '\\036%d\\n' $?"]
    path = f"{user.environment['PATH']}:{Path(sys.executable).parent}"

    done = user.types("\n".join(script), PATH=path, CHECKOUT=str(PROJECT))

    said = re.split(r"\x1e(\d+)\n", done.stdout)
    outputs, codes = said[0:-1:2], [int(code) for code in said[1::2]]
    assert len(outputs) == len(commands), f"{page}: {commands[len(outputs)].text}{said[-1]}"
    for command, output, code in zip(commands, outputs, codes, strict=True):
        assert (code != 0) == command.fails, f"{page}: {command.text}{output}"
        if command.shown:
            output = output.replace(str(user.folder), _ABOVE).replace(str(user.home), _HOME)
            _assert_same(page, command, output)
    return done.stdout


def _assert_same(page: str, command: Command, output: str) -> None:
    shown, printed = _without_varying("\n".join(command.shown)), _without_varying(output)
    pattern = re.escape(shown).replace("…", ".*")
    assert re.fullmatch(pattern, printed, re.DOTALL), f"{page}: {command.text}shown:\n{shown}\nprinted:\n{printed}"


def _without_varying(text: str) -> str:
    for pattern, name in _VARYING:
        text = re.sub(pattern, name, text)
    return text.strip()
