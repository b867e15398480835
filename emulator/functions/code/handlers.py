"""Handlers and the files they are in: looked for before a deployment, as AWS does only when a function is run."""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from emulator.functions.code.bindings import bound_names
from emulator.functions.code.package import Package
from emulator.functions.errors import InvalidFunctionError

DEFAULT_PYTHON = "python3.11"
DEFAULT_NODE = "nodejs20.x"
DEFAULT_PROVIDED = "provided.al2023"
BOOTSTRAP = "bootstrap"

_HOW_TO_NAME = "--handler is the file without its ending, a dot, and the function's name"
_NODE_SUFFIXES = (".js", ".mjs", ".cjs")
_PYTHON_HANDLER = re.compile(
    r"^(?:async\s+def\s+|def\s+)(lambda_handler|handler)\s*\(|^(lambda_handler|handler)\s*[:=]", re.MULTILINE
)
_NODE_HANDLER = re.compile(
    r"\bexports\.(handler)\s*=|\bexport\s+(?:const|let|var|async\s+function|function)\s+(handler)\b"
    r"|\bexport\s*\{[^}]*\b(handler)\b"
)


def default_runtime(package: Package) -> str:
    """Return the runtime that the names of a package's files speak for."""
    top = {file for file in package.files if len(file.parts) == 1}
    if Path(BOOTSTRAP) in top:
        return DEFAULT_PROVIDED
    if not any(file.suffix == ".py" for file in top) and any(file.suffix in _NODE_SUFFIXES for file in top):
        return DEFAULT_NODE
    return DEFAULT_PYTHON


def default_handler(package: Package, runtime: str) -> str:
    """Return the only handler that a package has in its top folder; InvalidFunctionError if none or several."""
    if runtime.startswith("provided"):
        return BOOTSTRAP
    found = list(_handlers(package, runtime))
    if len(found) == 1:
        return found[0]
    hint = "say which function to run with --handler FILE.FUNCTION, such as app.handler"
    if found:
        raise InvalidFunctionError(f"there is more than one handler: {', '.join(found)}", hint=hint)
    raise InvalidFunctionError("no file defines a function called handler or lambda_handler", hint=hint)


def _handlers(package: Package, runtime: str) -> Iterator[str]:
    python = runtime.startswith("python")
    suffixes, pattern = ((".py",), _PYTHON_HANDLER) if python else (_NODE_SUFFIXES, _NODE_HANDLER)
    for file in package.files:
        if len(file.parts) == 1 and file.suffix in suffixes:
            text = (package.source / file).read_text(errors="replace")
            if match := pattern.search(text):
                yield f"{file.stem}.{match[match.lastindex or 0]}"


def require_handler(package: Package, handler: str, runtime: str, beside: Iterable[Path] = ()) -> None:
    """
    Raise InvalidFunctionError if neither the package nor a folder *beside* it has the file that *handler* names.

    Those are what is laid under the code: its dependencies, its layers.
    """
    if not runtime.startswith("provided") and "." not in handler.rpartition("/")[2]:
        raise InvalidFunctionError(f"the handler {handler!r} names a file and no function", hint=_HOW_TO_NAME)
    wanted = _files(handler, runtime)
    if found := next((file for file in wanted if str(file) in package), None):
        _require_name(package, found, handler, runtime)
        return
    if any((folder / file).is_file() for folder in beside for file in wanted):
        return
    raise InvalidFunctionError(
        f"there is no {wanted[0]} in the code, which the handler {handler!r} names",
        hint=f"{_HOW_TO_NAME}; it is here: " + (", ".join(str(file) for file in package.files[:5]) or "nothing"),
    )


def _require_name(package: Package, file: Path, handler: str, runtime: str) -> None:
    """Raise if the file plainly has no such function, or could not be run."""
    if file == Path(BOOTSTRAP) and runtime.startswith("provided"):
        if not os.access(package.source / file, os.X_OK):
            raise InvalidFunctionError(f"{BOOTSTRAP} cannot be executed", hint=f"chmod +x {BOOTSTRAP}")
    elif file.suffix == ".py":
        name, names = handler.rpartition(".")[2], bound_names((package.source / file).read_bytes())
        if names is not None and name not in names:
            raise InvalidFunctionError(f"there is no {name!r} in {file}, which the handler {handler!r} names")


def importable(layers: Path | None) -> list[Path]:
    """Return where a runtime finds modules in the folder that is mounted as /opt."""
    return [layers / "python", layers] if layers else []


def _files(handler: str, runtime: str) -> list[Path]:
    """Return where a runtime looks for a handler."""
    if runtime.startswith("provided"):
        return [Path(BOOTSTRAP)]
    if runtime.startswith("nodejs"):
        folder, _, name = handler.rpartition("/")
        module = name.partition(".")[0]
        return [Path(folder, f"{module}{suffix}") for suffix in _NODE_SUFFIXES]
    module = handler.rpartition(".")[0].replace(".", "/") or handler
    return [Path(f"{module}.py"), Path(module, "__init__.py"), Path(f"{module}.so")]
