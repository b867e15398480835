"""AWS::Events::Rule: a schedule, and the functions that it runs."""

from typing import ClassVar

from emulator.errors import ConflictError
from emulator.schedules.model import ENABLED, Rule, parse_target
from emulator.stacks.intrinsics import Facts
from emulator.stacks.records import StackResource
from emulator.stacks.resources.kind import Kind, Properties, Request, Scene, is_found
from emulator.stacks.shape import ANY


class EventRule(Kind):
    """A rule by the clock."""

    type = "AWS::Events::Rule"
    shape: ClassVar[Properties] = {
        "Description": ANY,
        "Name": ANY,
        "ScheduleExpression": ANY,
        "State": ANY,
        "Targets": [{"Arn": ANY, "Id": ANY, "Input": ANY}],
    }
    required = ("ScheduleExpression",)
    replacing = frozenset({"Name"})
    name_property = "Name"
    attributes = ("Arn",)

    def create(self, request: Request) -> Facts:
        name = request.name("Name", 64)
        with request.cloud.database.transaction():
            if is_found(lambda: request.cloud.schedules.find(name)):
                raise ConflictError(f"the rule {name} is here already", hint="give it another Name")
            rule = self._put(request, name)
            request.made(name)
        return self._facts(request, rule)

    def update(self, request: Request, before: StackResource) -> Facts:
        return self._facts(request, self._put(request, before.physical_id))

    def delete(self, scene: Scene, resource: StackResource) -> None:
        schedules, name = scene.cloud.schedules, resource.physical_id
        with scene.cloud.database.transaction():
            schedules.remove_targets(name, [target.id for target in schedules.targets(name)])
            schedules.delete(name)

    def is_there(self, scene: Scene, resource: StackResource) -> bool:
        return is_found(lambda: scene.cloud.schedules.find(resource.physical_id))

    def _put(self, request: Request, name: str) -> Rule:
        """Make the rule what the properties say, and no target more."""
        said, schedules = request.properties, request.cloud.schedules
        targets = [parse_target(one) for one in said.get("Targets", ())]
        with request.cloud.database.transaction():
            rule = schedules.put_rule(
                name,
                str(said["ScheduleExpression"]),
                state=str(said.get("State", ENABLED)),
                description=str(said.get("Description", "")),
            )
            kept = {target.id for target in targets}
            schedules.remove_targets(name, [one.id for one in schedules.targets(name) if one.id not in kept])
            schedules.put_targets(name, targets)
        return rule

    def _facts(self, request: Request, rule: Rule) -> Facts:
        return Facts(rule.name, {"Arn": rule.arn(request.scene.region)})
