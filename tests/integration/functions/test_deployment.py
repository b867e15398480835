"""Deploying: from whatever holds the code, again and again, and from several shells at once."""

import json
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from emulator.cloud import Cloud
from emulator.errors import BuildError
from emulator.functions import Function
from emulator.functions.changes import Changes
from emulator.functions.deployment import Deployment
from emulator.functions.errors import BrokenCodeError, InvalidFunctionError
from tests.integration.functions.conftest import HANDLERS, Lab


def test_two_shells_that_deploy_one_function_at_once_leave_it_whole(cloud: Cloud, tmp_path: Path) -> None:
    """Each removes the code of older revisions: that must not be the code the other is about to name."""
    sources = [tmp_path / f"source-{number}" for number in range(4)]
    for number, source in enumerate(sources):
        source.mkdir()
        (source / "app.py").write_text(f"def handler(event, context): return {number}\n")
        for part in range(200):
            (source / f"part_{part}.py").write_text("x = 1\n" * 200)
    cloud.functions.runtime_image(deploy(cloud, sources[0]))

    for _ in range(3):
        with ThreadPoolExecutor(len(sources)) as shells:
            list(shells.map(lambda source: deploy(cloud, source), sources))

        assert (cloud.home.function_code("shared", cloud.functions.find("shared").code_id) / "app.py").is_file()


def deploy(cloud: Cloud, source: Path) -> Function:
    return cloud.functions.deploy(Deployment(source, "shared", Changes(handler="app.handler", runtime="python3.11")))


def test_a_zip_is_deployed_with_what_its_requirements_name(lab: Lab, tmp_path: Path) -> None:
    """And with the size and the digest of the zip, as on AWS."""
    path = tmp_path / "code.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in (HANDLERS / "with_requirements").iterdir():
            if file.is_file():
                archive.write(file, file.name)

    function = lab.cloud.functions.deploy(Deployment(path, "zipped"))

    assert json.loads(lab.invoke(function, b'{"number": 1234567}').payload) == "1,234,567"
    assert function.handler == "app.handler"
    assert function.code_size_bytes == path.stat().st_size


def test_a_single_file_is_deployed_without_its_neighbours(lab: Lab, tmp_path: Path) -> None:
    """The handler is the one that is in it."""
    (tmp_path / "answers.py").write_text("import os\ndef lambda_handler(event, context): return os.listdir()\n")
    (tmp_path / "neighbour.py").write_text("")

    function = lab.cloud.functions.deploy(Deployment(tmp_path / "answers.py", "single"))

    assert json.loads(lab.invoke(function).payload) == ["answers.py"]
    assert (function.runtime, function.handler) == ("python3.11", "answers.lambda_handler")


def test_the_same_again_changes_nothing(cloud: Cloud, tmp_path: Path) -> None:
    """A Makefile deploys each time, and workers must not be replaced each time."""
    (tmp_path / "app.py").write_text("def handler(event, context): return 1\n")
    settings: dict[str, Any] = {"memory_mb": 256, "description": "one", "role": "arn:aws:iam::000000000000:role/x"}
    first = cloud.functions.deploy(Deployment(tmp_path, "again", Changes(**settings)))

    again = cloud.functions.deploy(Deployment(tmp_path, "again", Changes(**settings)))
    with_defaults = cloud.functions.deploy(Deployment(tmp_path, "again"))
    other = cloud.functions.deploy(Deployment(tmp_path, "again", Changes(ephemeral_storage_mb=1024)))

    assert first == again == with_defaults
    assert (other.ephemeral_storage_mb, other.memory_mb, other.description) == (1024, 256, "one")
    assert other.revision_id != first.revision_id
    assert other.code_id == first.code_id


def test_what_cannot_be_deployed_leaves_the_function_as_it_was(cloud: Cloud, tmp_path: Path) -> None:
    """Nothing half-made, no folder, no container; and the next attempt is as good as the first."""
    (tmp_path / "app.py").write_text("def handler(event, context): return 1\n")
    before = cloud.functions.deploy(Deployment(tmp_path, "steady"))
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        archive.writestr("../app.py", "x")

    with pytest.raises(InvalidFunctionError, match="Could not unzip uploaded file"):
        cloud.functions.deploy(Deployment(tmp_path / "evil.zip", "steady"))
    with pytest.raises(InvalidFunctionError, match=r"no other\.py"):
        cloud.functions.deploy(Deployment(tmp_path, "steady", Changes(handler="other.handler")))
    with pytest.raises(BuildError):
        cloud.functions.deploy(Deployment(HANDLERS / "bad_requirements", "steady", Changes(handler="app.handler")))

    assert cloud.functions.find("steady") == before
    assert [path.name for path in cloud.home.function_codes("steady").iterdir()] == [before.code_id]
    assert list(cloud.home.scratch.iterdir()) == []
    assert [path.name for path in cloud.home.dependencies.iterdir() if "asked" in path.name] == []


def test_what_a_package_json_names_is_installed_for_node(lab: Lab, tmp_path: Path) -> None:
    """From the registry, through this machine's proxy and certificates; once, however often it is deployed."""
    (tmp_path / "package.json").write_text('{"type": "module", "dependencies": {"ms": "2.1.3"}}')
    (tmp_path / "index.mjs").write_text("import ms from 'ms'\nexport const handler = async (event) => ms(event.text)\n")
    function = lab.cloud.functions.deploy(Deployment(tmp_path, "node", Changes(timeout_seconds=30)))
    installed = {path.name for path in lab.cloud.home.dependencies.glob("nodejs*")}

    (tmp_path / "index.mjs").write_text(
        "import ms from 'ms'\nexport const handler = async (event) => -ms(event.text)\n"
    )
    changed = lab.cloud.functions.deploy(Deployment(tmp_path, "node"))

    assert (function.runtime, function.handler) == ("nodejs20.x", "index.handler")
    assert json.loads(lab.invoke(changed, b'{"text": "2 days"}').payload) == -172800000
    assert {path.name for path in lab.cloud.home.dependencies.glob("nodejs*")} == installed


def test_javascript_that_node_cannot_read_is_refused_where_that_is_asked_for(cloud: Cloud, tmp_path: Path) -> None:
    """`--watch` asks: what was deployed before goes on."""
    (tmp_path / "index.mjs").write_text("export const handler = async () => 1\n")
    before = cloud.functions.deploy(Deployment(tmp_path, "node", checks_syntax=True))

    (tmp_path / "index.mjs").write_text("export const handler = async ( => 1\n")
    with pytest.raises(BrokenCodeError, match="SyntaxError"):
        cloud.functions.deploy(Deployment(tmp_path, "node", checks_syntax=True))

    assert cloud.functions.find("node") == before
