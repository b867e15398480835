"""Lambda's operations are imported at their first request: that each of them is there must be known before."""

import importlib
import inspect
import re

import pytest

from emulator.http.lambda_ import operations

_NAMED = sorted(set(re.findall(r"\b(functions|layers|settings|urls)\.(\w+)", inspect.getsource(operations))))
_MODULES = {
    "functions": "function_operations",
    "layers": "layer_operations",
    "settings": "setting_operations",
    "urls": "url_operations",
}


@pytest.mark.parametrize(("room", "name"), _NAMED)
def test_each_is_where_the_table_says(room: str, name: str) -> None:
    """The type checker does not look behind a module that is imported later."""
    assert callable(getattr(importlib.import_module(f"emulator.http.lambda_.{_MODULES[room]}"), name))


def test_the_table_names_them_all() -> None:
    """Or the test above would look at nothing."""
    assert len(_NAMED) > 30
