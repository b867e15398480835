"""`--output text` as `aws` writes it: values between tabs, keys in order, a nested structure's name before its line."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

Plain: TypeAlias = object
"""What JSON can say: mappings, lists, texts, numbers, booleans, None."""


def text_lines(value: Plain, name: str | None = None, columns: Sequence[str] | None = None) -> Iterator[str]:
    """Yield the lines for *value*; *columns* are the keys that its line has whether or not *value* does.

    >>> list(text_lines({"Tags": [{"Key": "Name", "Value": "web"}], "Id": "i-1"}))
    ['i-1', 'TAGS\\tName\\tweb']
    """
    if isinstance(value, Mapping):
        yield from _structure(value, name, columns)
    elif not isinstance(value, list):
        yield str(value)
    elif any(isinstance(item, Mapping) for item in value):
        shared = sorted({key for item in value if isinstance(item, Mapping) for key in item if _is_scalar(item[key])})
        for item in value:
            yield from text_lines(item, name, shared)
    else:
        yield from _scalars([item for item in value if _is_scalar(item)], name)
        for item in value:
            if not _is_scalar(item):
                yield from text_lines(item, name)


def _structure(value: Mapping[str, Plain], name: str | None, columns: Sequence[str] | None) -> Iterator[str]:
    scalars = sorted(key for key in value if _is_scalar(value[key])) if columns is None else columns
    if scalars:
        cells = [str(value.get(key, "")) for key in scalars]
        yield "\t".join(cells if name is None else [name.upper(), *cells])
    for key in sorted(value.keys() - set(scalars)):
        yield from text_lines(value[key], key)


def _scalars(values: Sequence[Plain], name: str | None) -> Iterator[str]:
    if name is not None:
        yield from (f"{name.upper()}\t{value}" for value in values)
    elif values:
        yield "\t".join(str(value) for value in values)


def _is_scalar(value: Plain) -> bool:
    return not isinstance(value, Mapping | list)
