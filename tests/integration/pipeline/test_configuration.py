"""What a project's file says reaches those who work elsewhere: the server in the background, and the one of a call."""

import json
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.integration.pipeline.conftest import House, free_port


@pytest.fixture
def project(house: House, tmp_path: Path) -> Path:
    """A folder whose cloudlet.toml says what the environment says of other houses."""
    folder = tmp_path / "project" / "src"
    folder.mkdir(parents=True)
    port = house.environment.pop("CLOUDLET_PORT")
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        house.environment.pop(name, None)
    (folder.parent / "cloudlet.toml").write_text(f'port = {port}\nrequire_auth = true\nregion = "eu-west-1"\n')
    return folder


def test_a_server_has_the_settings_of_the_project_it_was_started_in(house: House, project: Path) -> None:
    """It works in /, where no file of the project would be found."""
    port = int((project.parent / "cloudlet.toml").read_text().split()[2])

    started = house.run("start", cwd=project)
    house.server = house.find_server()

    assert started.returncode == 0, started.stderr
    assert house.server is not None
    assert house.server.port == port
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/")
    refused.value.close()
    assert refused.value.code == 403


def test_a_variable_wins_over_the_project_in_the_server_too(house: House, project: Path) -> None:
    """What is handed on is what holds, not the file."""
    house.environment["CLOUDLET_PORT"] = str(other := free_port())

    started = house.run("start", cwd=project)
    house.server = house.find_server()

    assert house.server is not None, started.stderr
    assert house.server.port == other


def test_a_worker_without_a_server_is_in_the_project_s_region(house: House, project: Path) -> None:
    """The server of one call has them as well, and hands them on to what it starts."""
    house.deploy("echo")

    invoked = house.run("lambda", "invoke", "--function-name", "worker-bee", cwd=project)

    assert invoked.returncode == 0, invoked.stderr
    assert json.loads(invoked.stdout)["environment"]["AWS_REGION"] == "eu-west-1"
