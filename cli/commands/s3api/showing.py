"""What people see of a document: the one listing that it is made of, else its members, a row each."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from cli.output import Answer

_IDS = ("Key", "Name", "UploadId", "PartNumber", "Id", "ID", "Prefix")


def shown(document: Mapping[str, Any], pages: Sequence[Mapping[str, Any]] = ()) -> Answer:
    """Return *document* as an answer."""
    listed = [one for one in document.values() if _is_listing(one)]
    if len(listed) != 1:
        members = [(name, _cell(value)) for name, value in document.items() if value not in (None, [], {})]
        return Answer(document, columns=("MEMBER", "VALUE"), rows=members, ids=_ids([document]), pages=pages)
    (entries,) = listed
    columns = [*dict.fromkeys(name for entry in entries for name, value in entry.items() if _is_short(value))]
    rows = [tuple(_cell(entry.get(name)) for name in columns) for entry in entries]
    heads = [name.upper() for name in columns]
    return Answer(document, columns=heads, rows=rows if columns else (), ids=_ids(entries), pages=pages)


def _is_listing(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _is_short(value: Any) -> bool:
    return not isinstance(value, dict | list)


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if value is None:
        return "-"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _ids(entries: Sequence[Mapping[str, Any]]) -> list[str]:
    name = next((name for name in _IDS if any(name in entry for entry in entries)), None)
    return [str(entry[name]) for entry in entries if name in entry] if name else []
