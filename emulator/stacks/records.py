"""Stacks and their resources as rows: what was made of a template, and what of it is still to be removed."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from emulator.stacks.errors import StackNotFoundError
from emulator.state import Database

CREATE_IN_PROGRESS, CREATE_COMPLETE = "CREATE_IN_PROGRESS", "CREATE_COMPLETE"
UPDATE_IN_PROGRESS, UPDATE_COMPLETE = "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE"
DELETE_FAILED = "DELETE_FAILED"


@dataclass(frozen=True)
class Stack:
    """One stack. Times are as AWS writes them."""

    name: str
    id: str
    status: str
    created: str
    updated: str = ""
    description: str = ""
    reason: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()
    """Parameters that are NoEcho."""
    outputs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By key: Value, and Description and ExportName where they are said."""


@dataclass(frozen=True)
class StackResource:
    """What stands for one resource of a template; `is_leaving` is one that the template has no more, or another of."""

    logical_id: str
    type: str
    physical_id: str
    status: str
    properties: Mapping[str, Any] = field(default_factory=dict)
    ref: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    depends_on: tuple[str, ...] = ()
    deletion_policy: str = "Delete"
    replace_policy: str = "Delete"
    is_leaving: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether it came to be; one that was being made when its shell died did not."""
        return self.status != CREATE_IN_PROGRESS


class StackRecords:
    """The rows of all stacks of one home."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Stack]:
        """Return the stacks by name."""
        return [_stack(row["record"]) for row in self._database.rows("SELECT record FROM stack ORDER BY name")]

    def get(self, name: str) -> Stack | None:
        row = self._database.row("SELECT record FROM stack WHERE name = ?", name)
        return _stack(row["record"]) if row else None

    def find(self, name: str) -> Stack:
        """Return the stack; StackNotFoundError if there is none."""
        stack = self.get(name)
        if stack is None:
            raise StackNotFoundError(name, [one.name for one in self.all()])
        return stack

    def save(self, stack: Stack) -> None:
        with self._database.transaction() as transaction:
            transaction.execute(
                "INSERT INTO stack (name, record) VALUES (?, ?) ON CONFLICT DO UPDATE SET record = excluded.record",
                (stack.name, json.dumps(dataclasses.asdict(stack))),
            )

    def forget(self, name: str) -> None:
        """Forget a stack, of which nothing is left."""
        with self._database.transaction() as transaction:
            transaction.execute("DELETE FROM stack WHERE name = ?", (name,))

    def resources(self, stack: str) -> list[StackResource]:
        """Return what stands for a stack, by logical id."""
        rows = self._database.rows(
            "SELECT record FROM stack_resource WHERE stack = ? ORDER BY logical_id, physical_id", stack
        )
        return [_resource(row["record"]) for row in rows]

    def put(self, stack: str, resource: StackResource) -> None:
        with self._database.transaction() as transaction:
            transaction.execute(
                "INSERT INTO stack_resource (stack, logical_id, physical_id, record) VALUES (?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET record = excluded.record",
                (stack, resource.logical_id, resource.physical_id, json.dumps(dataclasses.asdict(resource))),
            )

    def drop(self, stack: str, resource: StackResource) -> None:
        """Forget what stood for a resource."""
        with self._database.transaction() as transaction:
            transaction.execute(
                "DELETE FROM stack_resource WHERE stack = ? AND logical_id = ? AND physical_id = ?",
                (stack, resource.logical_id, resource.physical_id),
            )


def _stack(text: str) -> Stack:
    values = json.loads(text)
    return Stack(**{**values, "hidden": tuple(values["hidden"])})


def _resource(text: str) -> StackResource:
    values = json.loads(text)
    return StackResource(**{**values, "depends_on": tuple(values["depends_on"])})
