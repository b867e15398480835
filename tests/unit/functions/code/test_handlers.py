"""Handlers are found where a runtime will look for them."""

from contextlib import nullcontext
from pathlib import Path

import pytest

from emulator.functions.code.handlers import default_handler, default_runtime, require_handler
from emulator.functions.code.package import Package, open_package
from emulator.functions.errors import InvalidFunctionError


@pytest.mark.parametrize(
    ("file", "text", "runtime", "handler"),
    [
        ("app.py", "def handler(event, context): ...", "python3.11", "app.handler"),
        (
            "lambda_function.py",
            "def lambda_handler(event, context): ...",
            "python3.11",
            "lambda_function.lambda_handler",
        ),
        ("main.py", "import x\n\nasync def handler(e, c): ...", "python3.11", "main.handler"),
        ("main.py", "handler = Mangum(app)", "python3.11", "main.handler"),
        (
            "main.py",
            "def helper(): ...\nclass A:\n    def handler(self): ...\nhandler: X = A()",
            "python3.11",
            "main.handler",
        ),
        ("index.mjs", "export const handler = async (event) => {}", "nodejs20.x", "index.handler"),
        ("index.js", "exports.handler = async function (event) {}", "nodejs20.x", "index.handler"),
        ("index.cjs", "module.exports.handler = (event) => {}", "nodejs20.x", "index.handler"),
        ("index.mjs", "const handler = 1\nexport { other, handler }", "nodejs20.x", "index.handler"),
        ("bootstrap", "#!/bin/sh", "provided.al2023", "bootstrap"),
    ],
)
def test_a_single_file_says_itself_what_runs(tmp_path: Path, file: str, text: str, runtime: str, handler: str) -> None:
    """One who tries something out should not have to say what there is only one of."""
    (tmp_path / file).write_text(text)
    (tmp_path / file).chmod(0o755)

    package = read(tmp_path / file)

    assert default_runtime(package) == runtime
    assert default_handler(package, runtime) == handler
    require_handler(package, handler, runtime)


def test_of_several_handlers_none_is_guessed(tmp_path: Path) -> None:
    """The wrong one would run, and look right."""
    (tmp_path / "one.py").write_text("def handler(event, context): ...")
    (tmp_path / "two.py").write_text("def lambda_handler(event, context): ...")

    with pytest.raises(InvalidFunctionError, match=r"more than one handler: one\.handler, two\.lambda_handler"):
        default_handler(read(tmp_path), "python3.11")


def test_without_a_handler_the_option_is_named(tmp_path: Path) -> None:
    """A function of another name can be run as well, once it is named."""
    (tmp_path / "app.py").write_text("def process(event, context): ...\n# def handler(event)\n  \nhandlers = 1\n")

    with pytest.raises(InvalidFunctionError) as refusal:
        default_handler(read(tmp_path), "python3.11")

    assert "--handler" in str(refusal.value.hint)


@pytest.mark.parametrize(
    ("handler", "runtime"),
    [
        ("app.handler", "python3.11"),
        ("helpers.handler", "python3.11"),
        ("deep.inner.handler", "python3.11"),
        ("deep/inner.handler", "python3.11"),
        ("native.handler", "python3.11"),
        ("src/index.handler", "nodejs20.x"),
        ("src/index.api.handler", "nodejs20.x"),
        ("anything", "provided.al2023"),
    ],
)
def test_a_handler_may_lie_wherever_its_runtime_finds_it(tree: Path, handler: str, runtime: str) -> None:
    """What AWS runs must not be refused."""
    require_handler(read(tree), handler, runtime)


@pytest.mark.parametrize(
    ("handler", "runtime"),
    [
        ("other.handler", "python3.11"),
        ("app", "python3.11"),
        ("helpers.deep.handler", "python3.11"),
        ("index.handler", "nodejs20.x"),
        ("app.handler", "nodejs20.x"),
    ],
)
def test_a_handler_whose_file_is_missing_is_refused_at_deployment(tree: Path, handler: str, runtime: str) -> None:
    """Earlier than AWS says it, and before anything is made."""
    with pytest.raises(InvalidFunctionError):
        require_handler(read(tree), handler, runtime)


@pytest.mark.parametrize(
    ("text", "is_there"),
    [
        ("def handler(event, context): ...", True),
        ("from other import handler", True),
        ("from other import something as handler", True),
        ("try:\n    import a\nexcept ImportError:\n    handler = None", True),
        ("if True:\n    (one, handler) = 1, 2", True),
        ("from other import *", True),
        ("globals()['hand' + 'ler'] = 1", True),
        ("def __getattr__(name): return print", True),
        ("def broken(:", True),
        ("def handle(event, context): ...", False),
        ("class A:\n    def handler(self): ...", False),
        ("def make():\n    handler = 1", False),
        ("# def handler(event, context): ...", False),
        ("", False),
    ],
)
def test_a_file_that_plainly_has_no_such_function_is_refused(tmp_path: Path, text: str, is_there: bool) -> None:
    """What only running it would tell is left to the first invocation, as on AWS."""
    (tmp_path / "app.py").write_text(text)

    with nullcontext() if is_there else pytest.raises(InvalidFunctionError, match=r"no 'handler' in app\.py"):
        require_handler(read(tmp_path), "app.handler", "python3.11")


def test_a_bootstrap_that_cannot_be_executed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bootstrap").write_text("#!/bin/sh")

    with pytest.raises(InvalidFunctionError) as refusal:
        require_handler(read(tmp_path), "anything", "provided.al2023")

    assert refusal.value.hint == "chmod +x bootstrap"


def test_a_handler_may_come_with_a_layer_or_a_requirement(tree: Path, tmp_path: Path) -> None:
    """Wrappers such as those of monitoring services are named as the handler, and import the user's."""
    (tmp_path / "layer").mkdir()
    (tmp_path / "layer" / "wrapper.py").write_text("")

    require_handler(read(tree), "wrapper.handler", "python3.11", beside=[tmp_path / "layer"])


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    tree = tmp_path / "tree"
    for name in ("app.py", "helpers/__init__.py", "deep/inner.py", "native.so", "src/index.mjs", "bootstrap"):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text("handler = 1" if name.endswith(".py") else "")
    (tree / "bootstrap").chmod(0o755)
    return tree


def read(source: Path) -> Package:
    with open_package(source, Path("/nowhere")) as package:
        return package
