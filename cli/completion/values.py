"""The values of options and arguments: the names of what this home has, types, AMIs, formats."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from emulator.home import Home, shipped_amis
from emulator.settings import OUTPUTS, Settings
from emulator.state.names import keys, names

_OPTIONS = {
    "--bucket": "bucket",
    "--s3-bucket": "bucket",
    "--instance-id": "instance",
    "--instance-ids": "instance",
    "--image-id": "image",
    "--image-ids": "image",
    "--source-image-id": "image",
    "--instance-type": "type",
    "--instance-types": "type",
    "--function-name": "function",
    "--log-group-name": "log-group",
    "--key-name": "key-pair",
    "--key-names": "key-pair",
    "--group-id": "group",
    "--group-ids": "group",
    "--security-group-ids": "group",
    "--group-name": "group-name",
    "--group-names": "group-name",
    "--security-groups": "group-name",
    "--volume-id": "volume",
    "--volume-ids": "volume",
    "--snapshot-id": "snapshot",
    "--snapshot-ids": "snapshot",
    "--layer-name": "layer",
    "--rule": "rule",
    "--output": "format",
    "--copy-source": "object",
}
_ARGUMENTS = {
    "ec2 exec": "instance",
    "ec2 ssh": "instance",
    "events show": "event",
    "events replay": "event",
    "lambda logs": "function",
    "lambda add-trigger": "function",
    "lambda remove-trigger": "function",
    "lambda list-triggers": "function",
    "logs tail": "log-group",
    "ami build": "image",
    "ami show": "image",
    "ami render": "image",
    "completion": "shell",
}
_ONE_PLACE = {"ec2 exec", "ec2 ssh", "lambda remove-trigger"}
"""Whose second argument is something else."""

_SCHEME = "s3://"


def option_values(path: str, option: str, word: str, given: Mapping[str, str]) -> Iterable[str]:
    """Return what the value of *option* of the command *path* may be that begins with *word*."""
    if option == "--key" and path.startswith("s3api"):
        return keys(_state_file(), given.get("--bucket", ""), word)
    kind = _OPTIONS.get(option)
    return () if kind is None else _named(kind, word)


def argument_values(path: str, word: str, place: int) -> Iterable[str]:
    """Return what the argument of the command *path* at *place*, the first being 0, may be."""
    if path.startswith("s3 "):
        return [*_objects_of_uri(word), *(_files(word) if path in ("s3 cp", "s3 mv", "s3 sync") else ())]
    if path == "ec2 cp":
        return [*(f"{one}:" for one in _named("instance", word)), *_files(word)]
    kind = _ARGUMENTS.get(path)
    return () if kind is None or (place and path in _ONE_PLACE) else _named(kind, word)


def _named(kind: str, word: str) -> Iterable[str]:
    found = _OTHERS.get(kind)
    return names(_state_file(), kind, word) if found is None else found(word)


def _state_file() -> Path:
    return Home(Settings.from_environment().home).state_file


def _objects_of_uri(word: str) -> Iterable[str]:
    if not word.startswith(_SCHEME):
        return (f"{_SCHEME}{name}/" for name in names(_state_file(), "bucket", "")) if _SCHEME.startswith(word) else ()
    return (_SCHEME + place for place in _objects(word.removeprefix(_SCHEME)))


def _objects(word: str) -> Iterable[str]:
    """Return buckets, or keys behind one: `raw/in/`."""
    bucket, slash, key = word.partition("/")
    if not slash:
        return (f"{name}/" for name in names(_state_file(), "bucket", bucket))
    return (f"{bucket}/{one}" for one in keys(_state_file(), bucket, key))


def _files(word: str) -> Iterable[str]:
    """Return paths as they are written; those of the folder itself have no `./`."""
    written = word[: word.rfind("/") + 1]
    folder = Path(written).expanduser()
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    return (f"{written}{path.name}{'/' if path.is_dir() else ''}" for path in found)


def _types(_: str) -> Iterable[str]:
    from emulator.instances.instance_types import all_types

    return all_types()


def _images(_: str) -> Iterable[str]:
    folders = (Path.cwd() / "amis", Home(Settings.from_environment().home).user_amis, shipped_amis())
    return sorted({path.parent.name for folder in folders for path in folder.glob("*/ami.yaml")})


def _log_groups(_: str) -> Iterable[str]:
    return (f"/aws/lambda/{name}" for name in names(_state_file(), "function", ""))


_OTHERS: dict[str, Callable[[str], Iterable[str]]] = {
    "format": lambda _: OUTPUTS,
    "image": _images,
    "log-group": _log_groups,
    "object": _objects,
    "shell": lambda _: ("bash", "zsh", "fish"),
    "type": _types,
}
