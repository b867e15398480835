"""What is taken and stands for nothing: here nobody is refused what a role or a permission would let them do."""

from typing import ClassVar

from emulator.settings import ACCOUNT_ID
from emulator.stacks.intrinsics import Facts
from emulator.stacks.records import StackResource
from emulator.stacks.resources.kind import Kind, Properties, Request, Scene
from emulator.stacks.shape import EVERY, FREE


class Nominal(Kind):
    """A type whose resources are only names."""

    shape: ClassVar[Properties] = {EVERY: FREE}

    def create(self, request: Request) -> Facts:
        name = request.name(self.name_property or "", 64)
        request.made(name)
        return self.facts(name, request.properties)

    def update(self, request: Request, before: StackResource) -> Facts:
        return self.facts(before.physical_id, request.properties)

    def delete(self, scene: Scene, resource: StackResource) -> None:
        pass

    def facts(self, name: str, properties: Properties) -> Facts:
        """Return what is known of it."""
        return Facts(name, {})


class Role(Nominal):
    """An IAM role: its ARN is what functions have as theirs."""

    type = "AWS::IAM::Role"
    name_property = "RoleName"
    replacing = frozenset({"RoleName", "Path"})
    attributes = ("Arn", "RoleId")

    def facts(self, name: str, properties: Properties) -> Facts:
        arn = f"arn:aws:iam::{ACCOUNT_ID}:role{properties.get('Path', '/')}{name}"
        return Facts(name, {"Arn": arn, "RoleId": f"AROA{name[-12:].upper()}"})


class InstanceProfile(Nominal):
    """An instance profile: here it is called as its role is."""

    type = "AWS::IAM::InstanceProfile"
    name_property = "InstanceProfileName"
    replacing = frozenset({"InstanceProfileName", "Path"})
    attributes = ("Arn",)

    def facts(self, name: str, properties: Properties) -> Facts:
        arn = f"arn:aws:iam::{ACCOUNT_ID}:instance-profile{properties.get('Path', '/')}{name}"
        return Facts(name, {"Arn": arn})


class ManagedPolicy(Nominal):
    """A policy of its own."""

    type = "AWS::IAM::ManagedPolicy"
    name_property = "ManagedPolicyName"

    def facts(self, name: str, properties: Properties) -> Facts:
        return Facts(f"arn:aws:iam::{ACCOUNT_ID}:policy/{name}", {})


class Policy(Nominal):
    """A policy of a role."""

    type = "AWS::IAM::Policy"


class FunctionPermission(Nominal):
    """Who may invoke a function."""

    type = "AWS::Lambda::Permission"


NOMINAL = (Role(), InstanceProfile(), ManagedPolicy(), Policy(), FunctionPermission())
