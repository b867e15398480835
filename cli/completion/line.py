"""A command line, as far as it is written, as words."""

import re
import shlex

_UNSAFE = re.compile(r"([^\w@%+=:,./~-])")


def words_of(line: str) -> list[str]:
    """
    Return the words of *line* behind the command, the last being the one that is being written: "" behind a space.

    >>> words_of("cloudlet ec2 desc"), words_of("cloudlet s3 ls ")
    (['ec2', 'desc'], ['s3', 'ls', ''])
    """
    for ending in ("", '"', "'"):
        try:
            words = shlex.split(line + ending)
        except ValueError:
            continue
        is_open = bool(ending) or not line[-1:].isspace() or line.endswith("\\ ")
        return words[1:] if is_open and len(words) > 1 else [*words[1:], ""]
    return [""]


def in_bash(candidate: str, line: str) -> str:
    """
    Return what of *candidate* bash is to put in place of the last word of *line*: it takes `:` and `=` for spaces.

    >>> in_bash("s3://raw/in/", "cloudlet s3 ls s3://raw/i")
    '//raw/in/'
    """
    word = words_of(line)[-1]
    typed = word[: max(word.rfind(":"), word.rfind("=")) + 1]
    rest = candidate.removeprefix(typed)
    quote_open = line.count('"') % 2 or line.count("'") % 2
    return rest if quote_open else _UNSAFE.sub(r"\\\1", rest)
