"""Which versions of which layers there are: rows of the state file. A deleted one stays for the functions it is in."""

import dataclasses

from emulator.functions.code.layer_version import LayerVersion
from emulator.state import Database


class LayerRecords:
    """Reads and writes records of layer versions; any number of processes may."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save_next(self, version: LayerVersion) -> LayerVersion:
        """
        Write a record under the layer's next number and return it.

        A number that was given out never comes again, even if its version is deleted.
        """
        with self._database.transaction() as transaction:
            row = transaction.execute(
                "INSERT INTO layer (name, published) VALUES (?, 1)"
                " ON CONFLICT DO UPDATE SET published = published + 1 RETURNING published",
                (version.layer,),
            ).fetchone()
            numbered = dataclasses.replace(version, version=int(row["published"]))
            transaction.execute(
                "INSERT INTO layer_version (layer, version, record) VALUES (?, ?, ?)",
                (numbered.layer, numbered.version, numbered.to_json()),
            )
        return numbered

    def find(self, layer: str, version: int, *, even_deleted: bool = False) -> LayerVersion | None:
        row = self._database.row(
            "SELECT record FROM layer_version WHERE layer = ? AND version = ? AND deleted <= ?",
            *(layer, version, even_deleted),
        )
        return LayerVersion.from_json(row["record"]) if row else None

    def all(self, layer: str | None = None, *, deleted: bool = False) -> list[LayerVersion]:
        """Return the versions of all layers, or of one: by name, the newest first."""
        rows = self._database.rows(
            "SELECT record FROM layer_version WHERE deleted = ? AND layer = coalesce(?, layer)"
            " ORDER BY layer, version DESC",
            *(deleted, layer),
        )
        return [LayerVersion.from_json(row["record"]) for row in rows]

    def mark_deleted(self, layer: str, version: int) -> None:
        with self._database.transaction() as transaction:
            transaction.execute(
                "UPDATE layer_version SET deleted = 1 WHERE layer = ? AND version = ?", (layer, version)
            )

    def forget(self, version: LayerVersion) -> None:
        with self._database.transaction() as transaction:
            transaction.execute(
                "DELETE FROM layer_version WHERE layer = ? AND version = ?", (version.layer, version.version)
            )
