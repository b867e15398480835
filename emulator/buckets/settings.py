"""What a bucket is set to, besides whether it keeps versions: documents in the form that AWS's API gives them.

Whoever acts on a document reads it here; most are only kept, and answered as they were put.
"""

import json
from collections.abc import Mapping
from typing import Any

from emulator.buckets import index
from emulator.state import Database


class BucketSettings:
    """The settings of one home's buckets, by the name of the operation that reads them: `BucketCors`, …"""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, bucket: str, name: str) -> dict[str, Any] | None:
        """Return the document, None if the bucket has none of that name."""
        with self._database.snapshot() as connection:
            index.require_bucket(connection, bucket)
            row = connection.execute(
                "SELECT document FROM bucket_setting WHERE bucket = ? AND name = ?", (bucket, name)
            ).fetchone()
        return None if row is None else json.loads(row["document"])

    def put(self, bucket: str, name: str, document: Mapping[str, Any]) -> None:
        """Replace the document."""
        with self._database.transaction() as connection:
            index.require_bucket(connection, bucket)
            connection.execute(
                "INSERT OR REPLACE INTO bucket_setting (bucket, name, document) VALUES (?, ?, ?)",
                (bucket, name, json.dumps(document)),
            )

    def delete(self, bucket: str, name: str) -> None:
        """Delete the document, if there is one."""
        with self._database.transaction() as connection:
            index.require_bucket(connection, bucket)
            connection.execute("DELETE FROM bucket_setting WHERE bucket = ? AND name = ?", (bucket, name))

    def all(self, name: str) -> dict[str, dict[str, Any]]:
        """Return the document of every bucket that has one."""
        rows = self._database.rows("SELECT bucket, document FROM bucket_setting WHERE name = ? ORDER BY bucket", name)
        return {row["bucket"]: json.loads(row["document"]) for row in rows}
