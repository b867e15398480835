"""A home written as a template, with the code of its functions beside it."""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emulator.cloud import Cloud
from emulator.errors import ConflictError
from emulator.stacks.errors import ValidationError
from emulator.stacks.export.buckets import BUCKET, add_buckets
from emulator.stacks.export.draft import Draft
from emulator.stacks.export.functions import FUNCTION, LAYER, add_functions, outputs
from emulator.stacks.export.machines import MACHINES, add_machines, contents_left_out
from emulator.stacks.export.words import written
from emulator.stacks.records import StackRecords
from emulator.stacks.sam import TRANSFORM

TEMPLATE = "template.yaml"


@dataclass(frozen=True)
class Export:
    """What was written, and what could not be said."""

    template: Path
    resources: int
    left_out: tuple[str, ...]


def export(cloud: Cloud, folder: Path, *, keeps_names: bool = False) -> Export:
    """
    Write what stands in *cloud* into *folder*, which must hold no other template or code.

    All of it is written, or, if something fails, nothing.
    """
    for name in (TEMPLATE, "functions", "layers"):
        if (folder / name).exists():
            raise ConflictError(f"{folder / name} is here already", hint="choose another folder, or remove it")
    cloud.home.scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="export-", dir=cloud.home.scratch) as building:
        draft = Draft(Path(building), keeps_names, ids=_ids_in_stacks(cloud))
        add_buckets(cloud, draft)
        add_functions(cloud, draft)
        add_machines(cloud, draft)
        if not draft.resources:
            raise ValidationError("there is nothing to export", hint="make something first: see `cloudlet --help`")
        draft.left_out += contents_left_out(draft)
        (Path(building) / TEMPLATE).write_text(written(_template(cloud, draft)))
        folder.mkdir(parents=True, exist_ok=True)
        for path in Path(building).iterdir():
            shutil.move(path, folder / path.name)
    return Export(folder / TEMPLATE, len(draft.resources), tuple(draft.left_out))


def _ids_in_stacks(cloud: Cloud) -> dict[tuple[str, str], str]:
    """Return what resources are called in the stacks that they belong to; a name that two have is left to neither."""
    records = StackRecords(cloud.database)
    found = [one for stack in records.all() for one in records.resources(stack.name) if one.is_whole]
    names = [one.logical_id for one in found]
    kinds = {"AWS::Lambda::Function": FUNCTION}
    return {
        (kinds.get(one.type, one.type), one.physical_id): one.logical_id
        for one in found
        if names.count(one.logical_id) == 1 and one.type in (BUCKET, "AWS::Lambda::Function", *MACHINES)
    }


def _template(cloud: Cloud, draft: Draft) -> dict[str, Any]:
    is_sam = any(one["Type"] in (FUNCTION, LAYER) for one in draft.resources.values())
    template: dict[str, Any] = {"AWSTemplateFormatVersion": "2010-09-09"}
    if is_sam:
        template["Transform"] = TRANSFORM
    template["Description"] = f"What stood in the cloud {cloud.home.root.name}"
    if draft.parameters:
        template["Parameters"] = draft.parameters
    template["Resources"] = draft.resources
    if said := outputs(draft):
        template["Outputs"] = said
    return template
