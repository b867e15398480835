"""A template made so: resource after resource, and back again if one of them fails.

What is made is a row at once, and says there that it is not whole until it is: a shell that is killed leaves a trace of
what it was doing, which the next deployment follows.
"""

import dataclasses
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from emulator.errors import EmulatorError, NotFoundError
from emulator.interrupts import deferred_interrupts
from emulator.stacks.errors import StackFailedError, ValidationError
from emulator.stacks.intrinsics import Facts, Scope
from emulator.stacks.plan import ADD, MODIFY, REMOVE, REPLACE, RETAIN, Change, difference, plain
from emulator.stacks.records import (
    CREATE_COMPLETE,
    CREATE_IN_PROGRESS,
    DELETE_FAILED,
    UPDATE_COMPLETE,
    UPDATE_IN_PROGRESS,
    StackRecords,
    StackResource,
)
from emulator.stacks.resources.catalog import KINDS
from emulator.stacks.resources.kind import Kind, Properties, Request, Scene
from emulator.stacks.standing import Standing
from emulator.stacks.template import Resource
from emulator.stacks.wanted import Wanted

log = logging.getLogger(__name__)

_VERBS = {ADD: "creating", MODIFY: "updating", REPLACE: "replacing", REMOVE: "removing"}


@dataclass
class Deployment:
    """One deployment of one stack, by whoever holds its lock."""

    wanted: Wanted
    scope: Scope
    scene: Scene
    records: StackRecords
    standing: Standing
    done: list[Change] = field(default_factory=list)
    """What was done so far."""
    _undo: list[tuple[str, Callable[[], None]]] = field(default_factory=list)

    def run(self) -> None:
        """
        Make all that is wanted; what is not wanted any more is still there afterwards.

        If it fails, or Ctrl-C is pressed, all that was done is taken back: RolledBackError.
        """
        try:
            for resource in self.wanted.resources.values():
                self._bring_or_explain(resource)
        except KeyboardInterrupt as error:
            self.scene.cloud.progress.interrupted()
            raise RolledBackError(error, self.take_back()) from error
        except Exception as error:
            raise RolledBackError(error, self.take_back()) from error

    def clean_up(self) -> list[str]:
        """Remove what is not wanted any more; return a sentence for each that could not be."""
        return [
            sentence
            for resource in self.standing.leaving(self.wanted.resources)
            if (sentence := remove(self.scene, self.records, self.standing, resource))
        ]

    def take_back(self) -> list[str]:
        """Undo what was done, the last first; return a sentence for each that could not be."""
        with deferred_interrupts():
            failures = [self._undone(what, undo) for what, undo in reversed(self._undo)]
        self._undo.clear()
        return [failure for failure in failures if failure]

    def _undone(self, what: str, undo: Callable[[], None]) -> str:
        try:
            undo()
        except NotFoundError:
            log.info("was gone already: resource=%s", what)
        except (EmulatorError, OSError) as error:
            return f"{what} could not be taken back: {error}"
        return ""

    def _bring_or_explain(self, resource: Resource) -> None:
        try:
            self._bring(resource)
        except (EmulatorError, OSError, LookupError, AttributeError, TypeError, ValueError) as error:
            raise _explained(resource, error) from error

    def _bring(self, resource: Resource) -> None:
        kind = KINDS[resource.type]
        properties = plain(self.scope.resolve(resource.properties))
        before = self.standing.current(resource.logical_id)
        change = difference(kind, resource, properties, before, self.scene)
        if change is None and before is not None:
            self._keep(resource, before)
            return
        assert change is not None  # noqa: S101 - what is not there is to be added
        with self.scene.cloud.progress.step(f"{_VERBS[change.action]} {resource.logical_id} ({resource.type})"):
            if change.action == MODIFY and before is not None:
                made = self._update(resource, kind, properties, before)
            else:
                if change.action == REPLACE:
                    _check_name(kind, properties, change.physical_id)
                made = self._create(resource, kind, properties, before)
        self.scope.resources[resource.logical_id] = Facts(made.ref, made.attributes)
        self.done.append(dataclasses.replace(change, physical_id=made.physical_id))

    def _keep(self, resource: Resource, before: StackResource) -> None:
        """Note what the template now says beside the properties."""
        self._put(
            dataclasses.replace(
                before,
                depends_on=self.wanted.depends_on[resource.logical_id],
                deletion_policy=resource.deletion_policy,
                replace_policy=resource.replace_policy,
            )
        )
        self.scope.resources[resource.logical_id] = Facts(before.ref, before.attributes)

    def _create(
        self, resource: Resource, kind: Kind, properties: Properties, before: StackResource | None
    ) -> StackResource:
        rows: list[StackResource] = []

        def made(physical_id: str) -> None:
            row = self._row(resource, properties, physical_id, CREATE_IN_PROGRESS)
            with self.scene.cloud.database.transaction():
                self._put(row)
                if rows:
                    self.records.drop(self.scene.stack_name, rows.pop())
                else:
                    self._undo.append((resource.logical_id, lambda: self._unmake(kind, rows[0])))
            rows.append(row)

        facts = kind.create(Request(self.scene, resource.logical_id, properties, made))
        whole = dataclasses.replace(
            rows[0], status=CREATE_COMPLETE, ref=facts.ref, attributes=plain(dict(facts.attributes))
        )
        with self.scene.cloud.database.transaction():
            self._put(whole)
            if before is not None:
                self._let_go(before, whole)
        return whole

    def _let_go(self, before: StackResource, after: StackResource) -> None:
        """Have what was replaced leave; one with the same physical id is the new one's row by now."""
        if before.physical_id != after.physical_id:
            self._put(dataclasses.replace(before, is_leaving=True))
        self._undo.append((before.logical_id, lambda: self._put(before)))

    def _unmake(self, kind: Kind, row: StackResource) -> None:
        try:
            kind.delete(self.scene, row)
        except NotFoundError:
            log.info("was gone already: resource=%s", row.physical_id)
        self.records.drop(self.scene.stack_name, row)

    def _update(self, resource: Resource, kind: Kind, properties: Properties, before: StackResource) -> StackResource:
        restore = kind.keep(self.scene, before)

        def undo() -> None:
            restore()
            self._put(before)

        self._undo.append((f"{resource.logical_id} ({before.physical_id})", undo))
        self._put(dataclasses.replace(before, status=UPDATE_IN_PROGRESS))
        facts = kind.update(Request(self.scene, resource.logical_id, properties), before)
        row = self._row(resource, properties, before.physical_id, UPDATE_COMPLETE)
        updated = dataclasses.replace(row, ref=facts.ref, attributes=plain(dict(facts.attributes)))
        self._put(updated)
        return updated

    def _row(self, resource: Resource, properties: Properties, physical_id: str, status: str) -> StackResource:
        return StackResource(
            logical_id=resource.logical_id,
            type=resource.type,
            physical_id=physical_id,
            status=status,
            properties=properties,
            depends_on=self.wanted.depends_on[resource.logical_id],
            deletion_policy=resource.deletion_policy,
            replace_policy=resource.replace_policy,
        )

    def _put(self, row: StackResource) -> None:
        self.records.put(self.scene.stack_name, row)


class RolledBackError(Exception):
    """A deployment failed for *cause*; *failures* are what could not be taken back."""

    def __init__(self, cause: BaseException, failures: list[str]) -> None:
        super().__init__(str(cause))
        self.cause = cause
        self.failures = failures


def remove(scene: Scene, records: StackRecords, standing: Standing, resource: StackResource) -> str | None:
    """Remove what stands for a resource, with its row; return a sentence if it could not be, and the row stays."""
    if not standing.policy(resource).startswith(RETAIN):
        kind = KINDS.get(resource.type)
        try:
            with scene.cloud.progress.step(f"removing {resource.logical_id} ({resource.type})"):
                if kind is not None:
                    kind.delete(scene, resource)
        except NotFoundError:
            log.info("was gone already: resource=%s", resource.physical_id)
        except (EmulatorError, OSError) as error:
            left = dataclasses.replace(resource, status=DELETE_FAILED, is_leaving=True, replace_policy="Delete")
            records.put(scene.stack_name, left)
            return f"{resource.logical_id} ({resource.physical_id}) could not be removed: {error}"
    records.drop(scene.stack_name, resource)
    return None


def _check_name(kind: Kind, properties: Properties, physical_id: str) -> None:
    name = properties.get(kind.name_property or "")
    if name == physical_id:
        raise ValidationError(
            f"CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename {name} and"
            " update the stack again."
        )


def _explained(resource: Resource, error: Exception) -> StackFailedError:
    reason = f"required key [{error.args[0]}] not found" if isinstance(error, KeyError) else str(error)
    return StackFailedError(f"{resource.logical_id} ({resource.type}): {reason}", hint=getattr(error, "hint", None))
