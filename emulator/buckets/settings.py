"""What a bucket is set to, besides whether it keeps versions: documents in the form that AWS's API gives them.

Whoever acts on a document reads it here; most are only kept, and answered as they were put. Moments in them are aware.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from emulator.buckets import index
from emulator.state import Database

_MOMENT = "$moment"
"""The only member of what stands for a moment in a document that is kept; no shape of AWS's has one of that name."""


class BucketSettings:
    """
    The settings of one home's buckets, by the noun of the operations on them: `BucketCors`, `PublicAccessBlock`, …

    Of what a bucket can have many, each is a setting of its own: `BucketInventoryConfiguration/the-id`.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, bucket: str, name: str) -> dict[str, Any] | None:
        """Return the document, None if the bucket has none of that name; NoSuchBucketError if there is no bucket."""
        with self._database.snapshot() as connection:
            index.require_bucket(connection, bucket)
            return self.find(bucket, name)

    def find(self, bucket: str, name: str) -> dict[str, Any] | None:
        """Return the document, None if there is none or no such bucket: one seek, for what is asked often."""
        text = self.text(bucket, name)
        return None if text is None else read(text)

    def text(self, bucket: str, name: str) -> str | None:
        """Return the document as it is kept, for `read`."""
        row = self._database.row("SELECT document FROM bucket_setting WHERE bucket = ? AND name = ?", bucket, name)
        return None if row is None else str(row["document"])

    def put(self, bucket: str, name: str, document: Mapping[str, Any]) -> None:
        """Replace the document."""
        with self._database.transaction() as connection:
            index.require_bucket(connection, bucket)
            connection.execute(
                "INSERT OR REPLACE INTO bucket_setting (bucket, name, document) VALUES (?, ?, ?)",
                (bucket, name, _written(document)),
            )

    def delete(self, bucket: str, name: str) -> bool:
        """Delete the document, and tell whether there was one."""
        with self._database.transaction() as connection:
            index.require_bucket(connection, bucket)
            deleted = connection.execute("DELETE FROM bucket_setting WHERE bucket = ? AND name = ?", (bucket, name))
            return deleted.rowcount > 0

    def all(self, name: str) -> dict[str, dict[str, Any]]:
        """Return the document of every bucket that has one."""
        return {bucket: read(text) for bucket, text in self.texts(name).items()}

    def texts(self, name: str) -> dict[str, str]:
        """Return the same as they are kept: equal texts are equal documents."""
        rows = self._database.rows("SELECT bucket, document FROM bucket_setting WHERE name = ? ORDER BY bucket", name)
        return {row["bucket"]: row["document"] for row in rows}

    def each(self, bucket: str, name: str) -> dict[str, dict[str, Any]]:
        """Return, by id, what the bucket has of a setting of which it can have many; in the order of the ids."""
        start = f"{name}/"
        with self._database.snapshot() as connection:
            index.require_bucket(connection, bucket)
            rows = connection.execute(
                "SELECT name, document FROM bucket_setting WHERE bucket = ? AND name >= ? AND name < ? ORDER BY name",
                (bucket, start, f"{name}0"),  # 0 follows /
            ).fetchall()
        return {row["name"].removeprefix(start): read(row["document"]) for row in rows}


def read(text: str) -> dict[str, Any]:
    """Return a document that is kept."""
    document: dict[str, Any] = json.loads(text, object_hook=_with_moment)
    return document


def _written(document: Mapping[str, Any]) -> str:
    return json.dumps(document, default=_of_moment)


def _of_moment(value: object) -> dict[str, str]:
    if not isinstance(value, datetime):
        raise TypeError(f"{value!r} is no part of a document")
    return {_MOMENT: value.isoformat()}


def _with_moment(value: dict[str, Any]) -> Any:
    return datetime.fromisoformat(value[_MOMENT]) if _MOMENT in value else value
