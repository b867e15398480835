"""Stacks of what needs no engine: buckets, rules, key pairs, roles."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.cloud import Cloud
from emulator.settings import Settings
from emulator.stacks.document import described
from emulator.stacks.plan import Change
from emulator.stacks.records import StackResource
from emulator.stacks.service import StackRequest, Stacks


@dataclasses.dataclass(frozen=True)
class Desk:
    """Somebody with a template on it, and a cloud to deploy it to."""

    cloud: Cloud
    stacks: Stacks
    folder: Path

    def deploy(self, template: str, name: str = "photos", **parameters: str) -> list[Change]:
        return self.stacks.deploy(self._request(template, name, parameters))[1]

    def plan(self, template: str, name: str = "photos", **parameters: str) -> list[tuple[str, str]]:
        changes = self.stacks.plan(self._request(template, name, parameters))
        return [(one.action, one.logical_id) for one in changes]

    def standing(self, name: str = "photos") -> dict[str, StackResource]:
        """Return what stands for each resource of a stack."""
        return {one.logical_id: one for one in self.stacks.records.resources(name)}

    def outputs(self, name: str = "photos") -> dict[str, str]:
        stack = self.stacks.records.find(name)
        return {one["OutputKey"]: one["OutputValue"] for one in described(stack, [])["Outputs"]}

    def _request(self, template: str, name: str, parameters: dict[str, str]) -> StackRequest:
        path = self.folder / "template.yaml"
        path.write_text(template)
        return StackRequest(path, name, parameters)


@pytest.fixture
def desk(settings: Settings, tmp_path: Path) -> Iterator[Desk]:
    """A cloud without an engine."""
    with Cloud(dataclasses.replace(settings, engine_url=f"unix://{tmp_path}/no-engine.sock")) as cloud:
        yield Desk(cloud, Stacks(cloud, 4566), tmp_path)
