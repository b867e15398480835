"""Stacks and plans in the shape of CloudFormation's answers."""

from collections.abc import Sequence
from typing import Any

from emulator.stacks.plan import REMOVE, REPLACE, RETAIN, Change
from emulator.stacks.records import Stack, StackResource

Document = dict[str, Any]
_HIDDEN = "****"


def change_set(name: str, changes: Sequence[Change]) -> Document:
    """Return the answer of DescribeChangeSet, as much of it as is known."""
    return {"StackName": name, "Changes": [{"Type": "Resource", "ResourceChange": _change(one)} for one in changes]}


def described(stack: Stack, resources: Sequence[StackResource]) -> Document:
    """Return the answer of DescribeStacks for one stack, with its resources."""
    document: Document = {
        "StackId": stack.id,
        "StackName": stack.name,
        "Description": stack.description,
        "Parameters": [
            {"ParameterKey": name, "ParameterValue": _HIDDEN if name in stack.hidden else value}
            for name, value in stack.parameters.items()
        ],
        "CreationTime": stack.created,
        "LastUpdatedTime": stack.updated,
        "StackStatus": stack.status,
        "StackStatusReason": stack.reason,
        "Outputs": [_output(name, said) for name, said in stack.outputs.items()],
    }
    kept = {name: value for name, value in document.items() if value != ""}
    return kept | {"StackResources": [_resource(one) for one in resources]}


def _change(change: Change) -> Document:
    is_replaced = change.action == REPLACE
    document: Document = {
        "Action": "Modify" if is_replaced else change.action,
        "LogicalResourceId": change.logical_id,
        "ResourceType": change.type,
        "Details": [{"Target": {"Attribute": "Properties", "Name": name}} for name in change.properties],
    }
    if change.physical_id:
        document["PhysicalResourceId"] = change.physical_id
    if change.action in ("Modify", REPLACE):
        document["Replacement"] = str(is_replaced)
    if change.action == REMOVE:
        document["PolicyAction"] = RETAIN if change.is_retained else "Delete"
    return document


def _output(name: str, said: Any) -> Document:
    document = {"OutputKey": name, "OutputValue": said["Value"]}
    return document | {key: said[key] for key in ("Description", "ExportName") if key in said}


def _resource(resource: StackResource) -> Document:
    return {
        "LogicalResourceId": resource.logical_id,
        "PhysicalResourceId": resource.physical_id,
        "ResourceType": resource.type,
        "ResourceStatus": resource.status,
    }
