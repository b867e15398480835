"""The table of the HTTP door against AWS's own description of Lambda's API."""

import pytest

from emulator.http.lambda_.operations import OPERATIONS, Operation
from tests.aws_shapes import operation_model

_NAMES = {
    "{FunctionName}": "{name}",
    "{Name}": "{alias}",
    "{Resource}": "{arn}",
    "{LayerName}": "{layer}",
    "{VersionNumber}": "{version}",
}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_an_operation_is_where_awss_is(operation: Operation) -> None:
    """boto3 sends requests there, and takes another status for a failure."""
    http = operation_model(operation.name, "lambda").http
    path = http["requestUri"]
    for theirs, ours in _NAMES.items():
        path = path.replace(theirs, ours)

    assert (http["method"], path.rstrip("/")) == (operation.method, operation.path)
    # AWS deletes a function with 204, whatever its description says.
    assert operation.status == (204 if operation.name == "DeleteFunction" else http.get("responseCode", 200))
