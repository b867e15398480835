"""The shipped AMI data-science: a notebook in a browser, and what is behind it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.cloud import Cloud
from emulator.engine import ContainerSpec, Kind
from emulator.images import Images
from emulator.progress import Silent
from tests.conftest import wait_for
from tests.integration.images.conftest import Boot, Booted

DEFINITIONS = Path(__file__).parents[2] / "definitions"


@pytest.fixture
def lab(boot: Boot) -> Booted:
    """A machine whose JupyterLab answers."""
    machine = boot("data-science")
    wait_for(lambda: status(machine, "") == "403")
    return machine


@pytest.fixture
def browser(cloud: Cloud) -> Iterator[str]:
    """A container with a browser."""
    images = Images(cloud.engine, cloud.home, cloud.settings, Silent(), folders=[DEFINITIONS])
    tag = images.ensure_built(images.find("browser"))
    with cloud.engine.containers.temporary(ContainerSpec(tag, Kind.BUILD)) as container_id:
        yield container_id


def status(machine: Booted, token: str) -> str:
    """Return the HTTP status that the server's list of files has for *token*."""
    url = f"http://127.0.0.1:8888/api/contents?token={token}"
    return machine.run("curl", "--silent", "--output", "/dev/null", "--write-out", "%{http_code}", url).output.decode()


def test_the_notebook_opens_in_a_browser_and_runs(cloud: Cloud, lab: Booted, browser: str) -> None:
    """All of it at once: the page, its scripts, the token, the kernel, and every package that the notebook uses."""
    address = f"http://{lab.address}:8888/lab/tree/welcome.ipynb?token={lab.says('jupyter-token')}"

    seen = cloud.engine.containers.exec(
        browser, ["python3", "/opt/notebook.py", address, "of the cases"], user="surfer"
    )

    assert seen.exit_code == 0, seen
    heading, machine, *rest = seen.output.decode().splitlines()
    assert heading == "Welcome"
    assert machine.startswith(lab.says("hostname"))
    assert [line for line in rest if re.fullmatch(r"a picture \d{3} pixels wide", line)]
    assert re.fullmatch(r"right in 9\d% of the cases", rest[-1])


def test_nobody_gets_in_without_the_token_and_each_instance_has_another(boot: Boot, lab: Booted) -> None:
    """A notebook is a shell: who gets in may do all that its user may."""
    other = boot("data-science")

    token = lab.says("jupyter-token")

    assert status(lab, token) == "200"
    assert status(lab, other.says("jupyter-token")) == "403"
    assert re.fullmatch("[0-9a-f]{48}", token)
    assert lab.says("stat", "--format", "%U %a", "/var/lib/jupyter/token") == "admin 600"


def test_the_token_can_be_set_and_stays(lab: Booted) -> None:
    """From user data: who opens it needs no look inside then."""
    lab.says("jupyter-token", "let-me.in")

    wait_for(lambda: status(lab, "let-me.in") == "200")
    lab.stop()
    lab.start()
    wait_for(lambda: status(lab, "let-me.in") == "200")
    assert lab.run("jupyter-token", "no good").exit_code == 2


def test_the_packages_are_there_for_everybody(lab: Booted) -> None:
    """In a shell as in a notebook, and more can be added from there."""
    program = "import numpy, pandas, sklearn, matplotlib.pyplot, boto3, sys; print(sys.prefix)"

    assert lab.says("bash", "-lc", f"python3 -c '{program}'", user="admin") == "/opt/venv"
    lab.says("bash", "-lc", "pip install --quiet --no-deps tomli", user="admin")
    lab.says("python3", "-c", "import tomli")


def test_notebooks_are_kept_over_a_stop(lab: Booted) -> None:
    """They are files of the one who logs in."""
    lab.says("bash", "-c", "cp ~/notebooks/welcome.ipynb ~/notebooks/mine.ipynb", user="admin")

    lab.stop()
    lab.start()

    assert lab.says("ls", "/home/admin/notebooks") == "mine.ipynb\nwelcome.ipynb"
