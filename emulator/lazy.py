"""The names at a room's door, each imported from its module when somebody asks for it: a command pays for what it uses.

A room's `__init__` imports them for the type checker only, which is what readers see, too.
"""

import importlib
import sys
from collections.abc import Callable
from typing import Any


def lazily(package: str, **modules: str) -> Callable[[str], Any]:
    """Return a `__getattr__` for *package*; *modules* say which of them has which names, with blanks between them."""
    homes = {name: module for module, names in modules.items() for name in names.split()}

    def find(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(f"{package}.{homes[name]}"), name)
        setattr(sys.modules[package], name, value)
        return value

    return find


def later(module: str) -> Any:
    """Return what stands for *module*, of which only functions are asked for: it is imported when one is called."""

    class Later:
        def __getattr__(self, name: str) -> Callable[..., Any]:
            return lambda *args, **kwargs: getattr(importlib.import_module(module), name)(*args, **kwargs)

    return Later()
