"""The stacks of one home: deployed, looked at, destroyed. One shell a stack at a time."""

import dataclasses
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from emulator.cloud import Cloud
from emulator.ids import new_request_id
from emulator.locks import locked
from emulator.network.zones import zones
from emulator.settings import ACCOUNT_ID
from emulator.stacks.deployment import Deployment, RolledBackError, remove
from emulator.stacks.errors import StackFailedError, ValidationError
from emulator.stacks.intrinsics import Scope, pseudo_parameters
from emulator.stacks.outputs import outputs
from emulator.stacks.packaging import Packager
from emulator.stacks.parameters import parameter_values, text_of, typed
from emulator.stacks.plan import REMOVE, Change, plan
from emulator.stacks.reading import read_document
from emulator.stacks.records import Stack, StackRecords, StackResource
from emulator.stacks.resources.kind import Scene
from emulator.stacks.sam import transformed
from emulator.stacks.standing import Standing
from emulator.stacks.template import Template, read_template, section
from emulator.stacks.wanted import Wanted, wanted
from emulator.units import utc_now

_NAME = re.compile(r"[a-zA-Z][-a-zA-Z0-9]{0,127}")


@dataclass(frozen=True)
class StackRequest:
    """What `deploy` is asked for."""

    template: Path
    stack_name: str
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Prepared:
    """A template that was read, with what stands of its stack."""

    stack: Stack
    template: Template
    wanted: Wanted
    scope: Scope
    changes: list[Change]


class Stacks:
    """Deploys templates. *port* is where the server listens, or will."""

    def __init__(self, cloud: Cloud, port: int, clock: Callable[[], datetime] = utc_now) -> None:
        self._cloud = cloud
        self._port = port
        self._clock = clock
        self.records = StackRecords(cloud.database)

    def plan(self, request: StackRequest) -> list[Change]:
        """Return what `deploy` would do; nothing is changed."""
        return self._prepared(request).changes

    def deploy(self, request: StackRequest) -> tuple[Stack, list[Change]]:
        """
        Make a stack, or make it what its template says now; return it and what was done.

        What fails is taken back, and the stack is as it was: StackFailedError.
        """
        with self._alone_with(request.stack_name):
            self._recover(request.stack_name)
            prepared = self._prepared(request)
            known = self.records.get(request.stack_name)
            doing = "UPDATE" if known else "CREATE"
            self.records.save(dataclasses.replace(prepared.stack, status=f"{doing}_IN_PROGRESS"))
            scene = self._scene(request.stack_name)
            standing = Standing(self.records, request.stack_name)
            deployment = Deployment(prepared.wanted, prepared.scope, scene, self.records, standing)
            try:
                deployment.run()
                told = self._outputs(prepared, deployment)
            except RolledBackError as error:
                self._note_rollback(known, prepared.stack, error)
                raise _failure(error, is_new=known is None) from error
            stack = dataclasses.replace(
                prepared.stack,
                status=f"{doing}_COMPLETE",
                updated=self._now() if known else "",
                description=prepared.template.description,
                reason="",
                outputs=told,
            )
            self.records.save(stack)
            failures = deployment.clean_up()
            if failures:
                raise StackFailedError(
                    "\n".join(failures), hint="see to it, and deploy again; all else is done", code=stack.status
                )
        return stack, [*deployment.done, *(one for one in prepared.changes if one.action == REMOVE)]

    def destroy(self, name: str, *, empties_buckets: bool = False) -> list[StackResource]:
        """Remove a stack with all that stands for it, and return that; StackFailedError lists what could not be."""
        with self._alone_with(name):
            stack = self.records.find(name)
            self._recover(name)
            standing, scene = Standing(self.records, name), self._scene(name, empties_buckets=empties_buckets)
            self.records.save(dataclasses.replace(stack, status="DELETE_IN_PROGRESS"))
            leaving = standing.leaving()
            failures = [said for one in leaving if (said := remove(scene, self.records, standing, one))]
            if failures:
                self.records.save(dataclasses.replace(stack, status="DELETE_FAILED", reason="; ".join(failures)))
                raise StackFailedError(
                    "\n".join(failures),
                    hint=f"see to it, then `cloudlet destroy {name}` again; --force empties buckets",
                    code="DELETE_FAILED",
                )
            self.records.forget(name)
        return leaving

    @contextmanager
    def _alone_with(self, name: str) -> Iterator[None]:
        _check_name(name)
        waiting = f"waiting for another deployment of {name}"
        with locked(self._cloud.home.lock(f"stack-{name}"), lambda: self._cloud.progress.step(waiting)):
            yield

    def _scene(self, name: str, *, empties_buckets: bool = False) -> Scene:
        return Scene(self._cloud, name, self._port, empties_buckets)

    def _prepared(self, request: StackRequest) -> _Prepared:
        _check_name(request.stack_name)
        cloud, name = self._cloud, request.stack_name
        known = self.records.get(name)
        stack = known or Stack(name, _stack_id(name, cloud.settings.region), "REVIEW_IN_PROGRESS", self._now())
        raw = read_document(request.template.read_bytes())
        declared = section(raw, "Parameters")
        texts = parameter_values(declared, request.parameters, stack.parameters)
        packaged = Packager(request.template.absolute().parent, cloud.home.scratch).package(raw)
        template = read_template(transformed(packaged, texts, cloud.settings.region))
        scope = Scope(
            parameters=typed(declared, texts),
            mappings=template.mappings,
            said_conditions=template.conditions,
            pseudo=pseudo_parameters(name, stack.id, cloud.settings.region),
            zones=[zone.name for zone in zones(cloud.settings.region)],
            exports=self._exports(name),
        )
        hidden = tuple(one for one, said in declared.items() if text_of(said.get("NoEcho", "")) == "true")
        asked = wanted(template, scope)
        changes = plan(asked, scope, Standing(self.records, name), self._scene(name))
        return _Prepared(dataclasses.replace(stack, parameters=texts, hidden=hidden), template, asked, scope, changes)

    def _outputs(self, prepared: _Prepared, deployment: Deployment) -> dict[str, dict[str, str]]:
        """Return the outputs; what is wrong with one takes all back."""
        try:
            return outputs(prepared.wanted.outputs, prepared.scope)
        except ValidationError as error:
            raise RolledBackError(error, deployment.take_back()) from error

    def _note_rollback(self, known: Stack | None, stack: Stack, error: RolledBackError) -> None:
        """Note what has become of a stack whose deployment failed; one of which nothing is left is forgotten."""
        reason = "; ".join([str(error.cause), *error.failures])
        self.records.save(dataclasses.replace(known or stack, status=_status(error, known is None), reason=reason))
        if known is None and not self.records.resources(stack.name):
            self.records.forget(stack.name)

    def _recover(self, name: str) -> None:
        """Remove what a shell that died was in the middle of making."""
        standing, scene = Standing(self.records, name), self._scene(name)
        for one in standing.unfinished():
            failure = remove(scene, self.records, standing, dataclasses.replace(one, deletion_policy="Delete"))
            if failure:
                raise StackFailedError(failure, hint="see to it, and try again", code="DELETE_FAILED")

    def _exports(self, but: str) -> dict[str, str]:
        others = (one for one in self.records.all() if one.name != but)
        return {
            output["ExportName"]: output["Value"]
            for stack in others
            for output in stack.outputs.values()
            if "ExportName" in output
        }

    def _now(self) -> str:
        return self._clock().strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _status(error: RolledBackError, is_new: bool) -> str:
    return f"{'' if is_new else 'UPDATE_'}ROLLBACK_{'FAILED' if error.failures else 'COMPLETE'}"


def _failure(error: RolledBackError, *, is_new: bool) -> BaseException:
    """Return what is raised for a deployment that was taken back: of Ctrl-C nobody is told what they did."""
    if isinstance(error.cause, KeyboardInterrupt) and not error.failures:
        return error.cause
    if error.failures:
        hint = "see to it; the next deployment goes on from here"
    else:
        hint = "what was made is removed again" if is_new else "all else is as it was before"
    if said := getattr(error.cause, "hint", None):
        hint = f"{said}; {hint}"
    return StackFailedError("\n".join([str(error.cause), *error.failures]), hint=hint, code=_status(error, is_new))


def _stack_id(name: str, region: str) -> str:
    return f"arn:aws:cloudformation:{region}:{ACCOUNT_ID}:stack/{name}/{new_request_id()}"


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise ValidationError(
            f"1 validation error detected: Value '{name}' at 'stackName' failed to satisfy constraint: Member must"
            f" satisfy regular expression pattern: {_NAME.pattern}",
            hint="letters, digits and '-', a letter first",
        )
