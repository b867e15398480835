"""A template beside its code, and a cloud to deploy it to."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.cloud import Cloud
from emulator.stacks.document import described
from emulator.stacks.plan import Change
from emulator.stacks.records import StackResource
from emulator.stacks.service import StackRequest, Stacks


class Desk:
    """Somebody with a folder of templates."""

    def __init__(self, cloud: Cloud, folder: Path) -> None:
        self.cloud = cloud
        self.folder = folder
        self.stacks = Stacks(cloud, 4566)

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def deploy(self, template: str, name: str = "photos", **parameters: str) -> list[tuple[str, str]]:
        """Deploy, and return what was done to which resource, roles and permissions left out."""
        self.write("template.yaml", template)
        request = StackRequest(self.folder / "template.yaml", name, parameters)
        return [_told(one) for one in self.stacks.deploy(request)[1] if not one.type.startswith("AWS::IAM")]

    def standing(self, name: str = "photos") -> dict[str, StackResource]:
        return {one.logical_id: one for one in self.stacks.records.resources(name)}

    def outputs(self, name: str = "photos") -> dict[str, str]:
        found = described(self.stacks.records.find(name), [])["Outputs"]
        return {one["OutputKey"]: one["OutputValue"] for one in found}


def _told(change: Change) -> tuple[str, str]:
    return change.action, change.logical_id


@pytest.fixture
def desk(cloud: Cloud, tmp_path: Path) -> Iterator[Desk]:
    yield Desk(cloud, tmp_path / "desk")
