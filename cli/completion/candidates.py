"""What may stand where a line ends: a command, an option, or a value of what goes before."""

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

from cli.completion.values import argument_values, option_values


def candidates(root: Any, words: Sequence[str]) -> list[str]:
    """Return what the last of *words* may become, each but once."""
    *before, word = words
    found = _found(root, before, word)
    return [*dict.fromkeys(one for one in found if one.startswith(word))]


def _found(root: Any, before: Sequence[str], word: str) -> Iterable[str]:
    command, path, rest = _descended(root, before)
    if command is None:
        return ()
    if _commands(command):
        return _options(command, word) if word.startswith("-") else _shown(command)
    given = _given(command, rest)
    name, equals, begun = word.partition("=")
    if word.startswith("--") and equals:
        return (f"{name}={value}" for value in option_values(path, name, begun, given))
    if word.startswith("-") and word != "-":
        return _options(command, word)
    option = _awaiting(command, rest)
    if option is not None:
        return option_values(path, option.opts[0], word, given)
    return argument_values(path, word, _places(command, rest))


def _descended(root: Any, words: Sequence[str]) -> tuple[Any, str, list[str]]:
    """Return the command that *words* name, None if there is none, its name, and the words behind it."""
    command = root
    path: list[str] = []
    for at, word in enumerate(words):
        below = _commands(command)
        if not below:
            return command, " ".join(path), list(words[at:])
        if word in below:
            command = command.get_command(None, word)
            path.append(word)
        elif not word.startswith("-"):
            return None, "", []
    return command, " ".join(path), []


def _commands(command: Any) -> Any:
    return getattr(command, "commands", {})


def _shown(group: Any) -> list[str]:
    commands = _commands(group)
    is_at_hand = isinstance(commands, dict)  # a lazy group's are imported to be looked at, and none is hidden
    return [name for name in commands if not (is_at_hand and commands[name].hidden)]


def _options(command: Any, word: str) -> list[str]:
    shown = [param for param in command.params if param.param_type_name == "option" and not param.hidden]
    names = [name for param in shown for name in (*param.opts, *param.secondary_opts)]
    return [name for name in (*names, "--help") if name.startswith("--") or word == "-"]


def _by_name(command: Any) -> dict[str, Any]:
    return {name: param for param in command.params for name in param.opts if param.param_type_name == "option"}


def _awaiting(command: Any, words: Sequence[str]) -> Any:
    """Return the option whose value comes next, None if none needs one: a list takes all up to the next option."""
    options = _by_name(command)
    for distance, word in enumerate(reversed(words)):
        if word.startswith("-") and word != "-":
            option = options.get(word)
            if option is None or option.is_flag:
                return None
            return option if distance == 0 or option.multiple else None
    return None


def _given(command: Any, words: Sequence[str]) -> dict[str, str]:
    """Return the values of options that were written, by the options' names."""
    options = _by_name(command)
    separate = {name: value for name, value in itertools.pairwise(words) if name in options}
    joined = dict(word.split("=", 1) for word in words if word.startswith("--") and "=" in word)
    return separate | joined


def _places(command: Any, words: Sequence[str]) -> int:
    """Return how many arguments were written."""
    options, count = _by_name(command), 0
    awaiting: Any = None
    for word in words:
        if word.startswith("-") and word != "-":
            option = options.get(word)
            awaiting = option if option is not None and not option.is_flag else None
        elif awaiting is None:
            count += 1
        elif not awaiting.multiple:
            awaiting = None
    return count
