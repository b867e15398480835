"""The verbs of EC2 on key pairs."""

import re
import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from emulator.errors import InvalidRequestError
from emulator.home import Home
from emulator.ids import new_id
from emulator.keypairs.errors import DuplicateKeyPairError, KeyPairNotFoundError
from emulator.keypairs.model import RSA, TYPES, KeyPair, NewKeyPair, PublicKey
from emulator.keypairs.private_keys import PrivateKeyFiles
from emulator.resources.dry_run import DryRunError
from emulator.resources.filters import Filter, select
from emulator.resources.invalid import InvalidParameterValueError
from emulator.resources.tags import check_tags, forget_tags, read_tags, write_tags
from emulator.state import Database

FILTERS = ("fingerprint", "key-name", "key-pair-id")


class KeyPairs:
    """Makes, imports, lists and deletes the key pairs of one home."""

    def __init__(self, database: Database, home: Home, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._files = PrivateKeyFiles(home.keys)
        self._clock = clock

    def create(
        self, name: str, key_type: str = RSA, tags: Mapping[str, str] | None = None, *, dry_run: bool = False
    ) -> NewKeyPair:
        """Make a key pair called *name*, and keep its private key in a file that only this user may read."""
        if key_type not in TYPES:
            raise InvalidParameterValueError(
                f"Invalid value '{key_type}' for KeyType.", hint=f"choose from {', '.join(TYPES)}"
            )
        self._check_new(name, tags or {}, dry_run)
        from emulator.keypairs.generation import generate

        material, public_key = generate(key_type)
        pair = self._add(name, public_key, tags or {}, material)
        return NewKeyPair(pair, material.rstrip("\n"))

    def import_(
        self, name: str, material: bytes, tags: Mapping[str, str] | None = None, *, dry_run: bool = False
    ) -> KeyPair:
        """Take in the public key that *material* is, under *name*; InvalidKeyError says why it is none."""
        from emulator.keypairs.generation import parse

        public_key = parse(material)
        self._check_new(name, tags or {}, dry_run)
        return self._add(name, public_key, tags or {}, material=None)

    def describe(
        self, names: Sequence[str] = (), ids: Sequence[str] = (), filters: Sequence[Filter] = ()
    ) -> list[KeyPair]:
        """Return the key pairs with these names and these ids, or all, by name; one that is not here is an error."""
        found = self._all()
        _require(names, {pair.name for pair in found}, "key pair")
        _require(ids, {pair.id for pair in found}, "key pair ID")
        if names or ids:
            found = [pair for pair in found if pair.name in names or pair.id in ids]
        return select(found, filters, FILTERS, _fields, lambda pair: pair.tags)

    def find(self, name: str) -> KeyPair:
        """Return the key pair called *name*; KeyPairNotFoundError if there is none."""
        return self.describe([name])[0]

    def public_key(self, name: str) -> str:
        """Return the line for `authorized_keys` of the key pair *name*; KeyPairNotFoundError if there is none."""
        return self.find(name).public_key

    def delete(self, name: str | None = None, key_pair_id: str | None = None, *, dry_run: bool = False) -> str | None:
        """
        Delete a key pair, with its private key if that was made here; return its id, None if there was none.

        One that is not there is no error, as on AWS. Instances keep the public key that they were launched with.
        """
        if name is None and key_pair_id is None:
            raise InvalidRequestError(
                "The request must contain the parameter KeyName or KeyPairId",
                code="MissingParameter",
                hint="add --key-name or --key-pair-id",
            )
        found = [pair for pair in self._all() if name in (None, pair.name) and key_pair_id in (None, pair.id)]
        if dry_run:
            raise DryRunError
        for pair in found:  # one at most: names and ids are unique
            with self._database.transaction() as transaction:
                if transaction.execute("DELETE FROM key_pair WHERE id = ?", (pair.id,)).rowcount:
                    forget_tags(transaction, pair.id)
                    self._files.remove(pair.name)
        return found[0].id if found else None

    def _check_new(self, name: str, tags: Mapping[str, str], dry_run: bool) -> None:
        _check_name(name)
        check_tags(tags)
        if any(pair.name == name for pair in self._all()):
            raise DuplicateKeyPairError(name)
        if dry_run:
            raise DryRunError

    def _add(self, name: str, key: PublicKey, tags: Mapping[str, str], material: str | None) -> KeyPair:
        pair = KeyPair(
            id=new_id("key"),
            name=name,
            type=key.type,
            fingerprint=key.fingerprint,
            public_key=f"{key.text} {name}",
            is_imported=material is None,
            created_at=self._clock(),
            tags=dict(tags),
            private_key_file=None if material is None else self._files.path(name),
        )
        try:
            with self._database.transaction() as transaction:
                _insert(transaction, pair)
                write_tags(transaction, pair.id, tags)
                if material is not None:
                    self._files.save(name, material)
        except sqlite3.IntegrityError:  # another shell was first
            raise DuplicateKeyPairError(name) from None
        return pair

    def _all(self) -> list[KeyPair]:
        tags = read_tags(self._database)
        return [
            KeyPair(
                id=row["id"],
                name=row["name"],
                type=row["type"],
                fingerprint=row["fingerprint"],
                public_key=row["public_key"],
                is_imported=bool(row["imported"]),
                created_at=datetime.fromtimestamp(row["created_at"], UTC),
                tags=tags.get(row["id"], {}),
                private_key_file=self._private_key_file(row),
            )
            for row in self._database.rows("SELECT * FROM key_pair ORDER BY name")
        ]

    def _private_key_file(self, row: sqlite3.Row) -> Path | None:
        path = self._files.path(row["name"])
        return path if not row["imported"] and path.exists() else None


def _insert(transaction: sqlite3.Connection, pair: KeyPair) -> None:
    transaction.execute(
        "INSERT INTO key_pair (name, id, type, fingerprint, public_key, imported, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            pair.name,
            pair.id,
            pair.type,
            pair.fingerprint,
            pair.public_key,
            pair.is_imported,
            pair.created_at.timestamp(),
        ),
    )


def _check_name(name: str) -> None:
    """Refuse what AWS refuses; a name stands in `authorized_keys`, where a line end would begin another key."""
    if not re.fullmatch(r"[!-~]([ -~]{0,253}[!-~])?", name):
        raise InvalidParameterValueError(
            f"Value ({name}) for parameter keyName is invalid.",
            hint="a name has 1 to 255 printable ASCII characters, no blank first or last",
        )


def _require(wanted: Sequence[str], known: Collection[str], what: str) -> None:
    if missing := [one for one in dict.fromkeys(wanted) if one not in known]:
        raise KeyPairNotFoundError(missing, known, what)


def _fields(pair: KeyPair) -> Mapping[str, Collection[str]]:
    return {"fingerprint": (pair.fingerprint,), "key-name": (pair.name,), "key-pair-id": (pair.id,)}
