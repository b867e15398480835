"""Security groups as rows of the state file."""

import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from emulator.ids import new_id
from emulator.network.security_group import (
    ALL_PROTOCOLS,
    ANY,
    DEFAULT_NAME,
    EVERYWHERE,
    Permission,
    Rule,
    SecurityGroup,
)
from emulator.state import Database

_DEFAULT_DESCRIPTION = "default VPC security group"
_ALL_OUT = Permission(ALL_PROTOCOLS, ANY, ANY, cidr=EVERYWHERE)


def read_groups(
    reading: sqlite3.Connection, tags: Mapping[str, dict[str, str]] = MappingProxyType({})
) -> list[SecurityGroup]:
    """Return all groups, the oldest first, as one transaction or snapshot sees them."""
    rules = defaultdict(list)
    for row in reading.execute("SELECT * FROM security_group_rule ORDER BY rowid"):
        rules[row["group_id"]].append(_rule(row))
    return [
        SecurityGroup(row["id"], row["name"], row["description"], tuple(rules[row["id"]]), tags.get(row["id"], {}))
        for row in reading.execute("SELECT * FROM security_group ORDER BY rowid")
    ]


def ensure_default(database: Database, group_id: str) -> None:
    """Make the default group if there is none: its members reach each other, and everything else."""
    if database.row("SELECT 1 FROM security_group WHERE id = ?", group_id):
        return
    with database.transaction() as transaction:
        made = transaction.execute(
            "INSERT INTO security_group (id, name, description) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (group_id, DEFAULT_NAME, _DEFAULT_DESCRIPTION),
        ).rowcount
        if made:
            among_members = Permission(ALL_PROTOCOLS, ANY, ANY, peer_group=group_id)
            insert_rules(transaction, group_id, [among_members], egress=False)
            insert_rules(transaction, group_id, [_ALL_OUT], egress=True)


def insert_group(transaction: sqlite3.Connection, group_id: str, name: str, description: str) -> None:
    """Add a group into which nothing comes, and out of which everything does; IntegrityError if the name is taken."""
    transaction.execute(
        "INSERT INTO security_group (id, name, description) VALUES (?, ?, ?)", (group_id, name, description)
    )
    insert_rules(transaction, group_id, [_ALL_OUT], egress=True)


def insert_rules(
    transaction: sqlite3.Connection, group_id: str, permissions: Sequence[Permission], *, egress: bool
) -> list[Rule]:
    """Give a group *permissions*, and return them as its rules."""
    rules = [Rule(new_id("sgr"), group_id, egress, permission) for permission in permissions]
    transaction.executemany(
        "INSERT INTO security_group_rule"
        " (id, group_id, is_egress, protocol, from_port, to_port, cidr, peer_group, description)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                rule.id,
                group_id,
                egress,
                rule.permission.protocol,
                rule.permission.from_port,
                rule.permission.to_port,
                rule.permission.cidr,
                rule.permission.peer_group,
                rule.permission.description,
            )
            for rule in rules
        ],
    )
    return rules


def delete_rules(transaction: sqlite3.Connection, rules: Sequence[Rule]) -> None:
    """Take rules away."""
    transaction.executemany("DELETE FROM security_group_rule WHERE id = ?", [(rule.id,) for rule in rules])


def _rule(row: sqlite3.Row) -> Rule:
    return Rule(
        id=row["id"],
        group_id=row["group_id"],
        is_egress=bool(row["is_egress"]),
        permission=Permission(
            protocol=row["protocol"],
            from_port=row["from_port"],
            to_port=row["to_port"],
            cidr=row["cidr"],
            peer_group=row["peer_group"],
            description=row["description"],
        ),
    )
