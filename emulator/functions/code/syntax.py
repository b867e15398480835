"""Whether what was saved can be loaded at all: asked before it takes the place of code that runs."""

import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

from emulator.engine import Bind, ContainerSpec, Engine, Kind
from emulator.functions.code.package import Package
from emulator.functions.errors import BrokenCodeError
from emulator.functions.runtimes.registry import Runtime

_PYTHON = ".py"
_NODE = (".js", ".mjs", ".cjs")
_CHECK_EACH = 'node=$1; shift; for file; do "$node" --check "$file" || exit 1; done'
_TASK = "/var/task/"
_COMPILE = (
    "import sys\n"
    "for name in sys.argv[1:]:\n"
    "    try: compile(open(name, 'rb').read(), name, 'exec', dont_inherit=True)\n"
    "    except (SyntaxError, ValueError) as error: sys.exit(f'{type(error).__name__}: {error}')\n"
)


def check_syntax(package: Package, current: Path | None, runtime: Runtime, image: str, engine: Engine) -> None:
    """Raise BrokenCodeError if a file that is not as it is in the folder *current* has a mistake in its grammar."""
    changed = [file for file in package.files if _differs(package.source / file, current and current / file)]
    if runtime.name.startswith("python"):
        _check_python(package, [file for file in changed if file.suffix == _PYTHON], runtime, image, engine)
    elif runtime.name.startswith("nodejs"):
        scripts = [file for file in changed if file.suffix in _NODE]
        if scripts:
            _ask(package, scripts, ("/bin/sh", "-c", _CHECK_EACH, "check", runtime.command[0]), image, engine)


def _differs(file: Path, current: Path | None) -> bool:
    return current is None or not current.is_file() or file.read_bytes() != current.read_bytes()


def _check_python(package: Package, files: Sequence[Path], runtime: Runtime, image: str, engine: Engine) -> None:
    for file in files:
        try:
            with warnings.catch_warnings(action="ignore"):
                compile((package.source / file).read_bytes(), str(file), "exec", dont_inherit=True)
        except (SyntaxError, ValueError) as error:
            if _is_newer_than_ours(runtime):  # it may know a grammar that this Python does not
                _ask(package, [file], (runtime.command[0], "-c", _COMPILE), image, engine)
                continue
            where = f", line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
            what = error.msg if isinstance(error, SyntaxError) else str(error)
            raise BrokenCodeError(f"{file}{where}: {what}") from error


def _is_newer_than_ours(runtime: Runtime) -> bool:
    version = tuple(int(part) for part in runtime.name.removeprefix("python").split("."))
    return version > sys.version_info[:2]


def _ask(package: Package, files: Sequence[Path], command: Sequence[str], image: str, engine: Engine) -> None:
    """Have the runtime itself read *files*."""
    spec = ContainerSpec(
        image=image,
        kind=Kind.BUILD,
        entrypoint=tuple(command),
        command=tuple(str(file) for file in files),
        working_dir=_TASK,
        mounts=(Bind(package.source.resolve(), _TASK, read_only=True),),
        read_only=True,
    )
    with engine.containers.temporary(spec) as container_id:
        log = [line.rstrip() for line in engine.containers.follow(container_id)]
        if engine.containers.wait(container_id) != 0:
            raise BrokenCodeError(_reason(log) or f"{files[0]} cannot be read")


def _reason(log: Sequence[str]) -> str:
    """Return where and what is wrong, of all that node says: `index.mjs:1: SyntaxError: Unexpected token '=>'`."""
    where = next((line.replace("file://", "").removeprefix(_TASK) for line in log if _TASK in line), "")
    what = next((line for line in log if "Error: " in line), " ".join(log))
    return what if where in ("", what) else f"{where}: {what}"
