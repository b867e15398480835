"""The verbs of EC2 on security groups. Two shells may use them at once: each change is one transaction."""

import dataclasses
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from emulator.ids import content_id, new_id
from emulator.network.group_errors import (
    DefaultGroupError,
    DuplicateGroupError,
    DuplicatePermissionError,
    GroupInUseError,
    InvalidRuleError,
    PermissionNotFoundError,
    RuleNotFoundError,
    TooManyGroupsError,
    TooManyRulesError,
)
from emulator.network.group_filters import GROUP_FILTERS, RULE_FILTERS, group_fields, rule_fields
from emulator.network.group_references import check_group_id, find_group, find_groups
from emulator.network.group_rows import delete_rules, ensure_default, insert_group, insert_rules, read_groups
from emulator.network.member import Member
from emulator.network.permissions import check_description, check_name, read_permissions
from emulator.network.security_group import Permission, Rule, SecurityGroup
from emulator.network.vpc import check_vpc_id, default_vpc_id
from emulator.resources.dry_run import DryRunError
from emulator.resources.filters import Filter, select
from emulator.resources.tags import check_tags, forget_tags, read_tags, write_tags
from emulator.state import Database

MOST_RULES = 60
MOST_GROUPS_OF_AN_INSTANCE = 5

Structures = Sequence[Mapping[str, Any]]
"""Permissions as AWS spells them, in `IpPermissions`."""


class SecurityGroups:
    """Makes, lists, changes and deletes the security groups of one home; each is called by its id or its name."""

    def __init__(
        self,
        database: Database,
        home_id: str,
        members: Callable[[], Collection[Member]],
        enforced: Callable[[], AbstractContextManager[None]],
    ) -> None:
        """*members* says who is in which group; what is changed within *enforced* is in force when that ends."""
        self._database = database
        self._members = members
        self._enforced = enforced
        self.vpc_id = default_vpc_id(home_id)
        self.default_id = content_id("sg", f"default group {home_id}".encode())

    def all(self) -> list[SecurityGroup]:
        """Return every group, the oldest first."""
        ensure_default(self._database, self.default_id)
        tags = read_tags(self._database)
        with self._database.snapshot() as reading:
            return read_groups(reading, tags)

    def find(self, reference: str) -> SecurityGroup:
        """Return the group with this id or name; GroupNotFoundError if there is none."""
        return find_group(self.all(), reference, self.vpc_id)

    def names(self, ids: Collection[str]) -> dict[str, str]:
        """Return the names of those of *ids* that are groups; after the loss of a home, some may not be."""
        ensure_default(self._database, self.default_id)
        rows = self._database.rows("SELECT id, name FROM security_group")
        return {row["id"]: row["name"] for row in rows if row["id"] in ids}

    def resolve(self, references: Iterable[str]) -> list[str]:
        """Return the ids of the groups that an instance is to be in: the default one if *references* are none."""
        found = find_groups(self.all(), references, self.vpc_id)
        if len(found) > MOST_GROUPS_OF_AN_INSTANCE:
            raise TooManyGroupsError(MOST_GROUPS_OF_AN_INSTANCE)
        return [group.id for group in found] or [self.default_id]

    def describe(
        self, ids: Sequence[str] = (), names: Sequence[str] = (), filters: Sequence[Filter] = ()
    ) -> list[SecurityGroup]:
        """Return the groups with these ids and these names, or all; one that is not here is an error."""
        for group_id in ids:
            check_group_id(group_id)
        groups = self.all()
        found = find_groups(groups, [*ids, *names], self.vpc_id) or groups
        by_id = {group.id: group.name for group in groups}
        return select(
            found, filters, GROUP_FILTERS, lambda group: group_fields(group, self.vpc_id, by_id), lambda one: one.tags
        )

    def describe_rules(self, rule_ids: Sequence[str] = (), filters: Sequence[Filter] = ()) -> list[Rule]:
        """Return the rules with these ids, or those of all groups; one that is not here is an error."""
        rules = {rule.id: rule for group in self.all() for rule in group.rules}
        found = _with_ids(rules, rule_ids) if rule_ids else list(rules.values())
        return select(found, filters, RULE_FILTERS, rule_fields)

    def create(
        self,
        name: str,
        description: str,
        vpc_id: str | None = None,
        tags: Mapping[str, str] | None = None,
        *,
        dry_run: bool = False,
    ) -> SecurityGroup:
        """Make a group that lets nothing in and everything out."""
        check_name(name)
        if not description:
            raise InvalidRuleError("The request must contain the parameter GroupDescription", code="MissingParameter")
        check_description(description, "security group")
        check_tags(tags or {})
        if vpc_id is not None:
            check_vpc_id(vpc_id, self.vpc_id)
        group_id = new_id("sg")
        with self._transaction(dry_run) as transaction:
            if any(group.name == name for group in read_groups(transaction)):
                raise DuplicateGroupError(name, self.vpc_id)
            insert_group(transaction, group_id, name, description)
            write_tags(transaction, group_id, tags or {})
        return self.find(group_id)

    def require(self, transaction: sqlite3.Connection, group_ids: Sequence[str]) -> None:
        """Refuse groups that are gone by now; until *transaction* ends, none can be deleted."""
        find_groups(read_groups(transaction), [one for one in group_ids if one != self.default_id], self.vpc_id)

    def authorize(
        self, reference: str, permissions: Structures, *, egress: bool = False, dry_run: bool = False
    ) -> list[Rule]:
        """Give a group rules, all of them or none, and return them; they are in force when this returns."""
        asked_for = read_permissions(permissions)
        with self._enforced(), self._transaction(dry_run) as transaction:
            groups = read_groups(transaction)
            group = find_group(groups, reference, self.vpc_id)
            wanted = self._with_peers(asked_for, groups)
            held = set(group.permissions(egress=egress))
            for permission in wanted:
                if permission in held:
                    raise DuplicatePermissionError(permission)
            if len(held) + len(wanted) > MOST_RULES:
                raise TooManyRulesError(MOST_RULES)
            return insert_rules(transaction, group.id, wanted, egress=egress)

    def revoke(
        self,
        reference: str,
        permissions: Structures = (),
        rule_ids: Sequence[str] = (),
        *,
        egress: bool = False,
        dry_run: bool = False,
    ) -> list[Rule]:
        """Take rules away from a group, all of them or none, and return them; new connections feel it at once."""
        if not permissions and not rule_ids:
            raise InvalidRuleError(
                "Either 'ipPermissions' or 'securityGroupRuleIds' should be provided.",
                code="MissingParameter",
                hint="add --protocol, --port and --cidr as when the rule was made, or --security-group-rule-ids",
            )
        asked_for = read_permissions(permissions) if permissions else []
        with self._enforced(), self._transaction(dry_run) as transaction:
            groups = read_groups(transaction)
            group = find_group(groups, reference, self.vpc_id)
            rules = {rule.id: rule for rule in group.rules if rule.is_egress is egress}
            by_permission = {rule.permission: rule for rule in rules.values()}
            revoked = _with_ids(rules, rule_ids)
            for permission in self._with_peers(asked_for, groups):
                if permission not in by_permission:
                    raise PermissionNotFoundError(permission, group.id)
                revoked.append(by_permission[permission])
            delete_rules(transaction, revoked)
            return list(dict.fromkeys(revoked))

    def delete(self, reference: str, *, dry_run: bool = False) -> SecurityGroup:
        """Delete a group that nobody uses, and return what it was."""
        with self._transaction(dry_run) as transaction:
            groups = read_groups(transaction)
            group = find_group(groups, reference, self.vpc_id)
            if group.id == self.default_id:
                raise DefaultGroupError(group.id)
            if users := sorted(member.instance_id for member in self._members() if group.id in member.group_ids):
                raise GroupInUseError(group.id, users, "terminate the instances, or have them in other groups")
            if users := [other.id for other in groups if other.id != group.id and _mentions(other, group.id)]:
                raise GroupInUseError(group.id, users, "revoke the rules of theirs that are about this group")
            transaction.execute("DELETE FROM security_group WHERE id = ?", (group.id,))
            forget_tags(transaction, group.id)
        return group

    @contextmanager
    def _transaction(self, dry_run: bool) -> Iterator[sqlite3.Connection]:
        """Yield a connection that alone may write; what was done by it is undone if it was only to be checked."""
        ensure_default(self._database, self.default_id)
        with self._database.transaction() as transaction:
            yield transaction
            if dry_run:
                raise DryRunError

    def _with_peers(self, permissions: Sequence[Permission], groups: Sequence[SecurityGroup]) -> list[Permission]:
        """Return *permissions* with the ids of the groups that they are about, each but once."""
        found = [
            one
            if one.peer_group is None
            else dataclasses.replace(one, peer_group=find_group(groups, one.peer_group, self.vpc_id).id)
            for one in permissions
        ]
        if len(set(found)) < len(found):
            raise InvalidRuleError("The same permission must not appear multiple times")
        return found


def _with_ids(rules: Mapping[str, Rule], rule_ids: Sequence[str]) -> list[Rule]:
    if missing := [rule_id for rule_id in rule_ids if rule_id not in rules]:
        raise RuleNotFoundError(missing)
    return [rules[rule_id] for rule_id in rule_ids]


def _mentions(group: SecurityGroup, other_id: str) -> bool:
    return any(rule.permission.peer_group == other_id for rule in group.rules)
