"""AMIs built on the real engine: what comes out, and what is left when nothing does."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from emulator.cloud import Cloud
from emulator.engine import Kind
from emulator.engine.records import ContainerSpec
from emulator.errors import BuildError
from emulator.home import Home
from emulator.images import DefinedAmi, Images
from emulator.progress import Silent
from emulator.settings import Settings
from tests.conftest import wait_for

BASE = "base: {image: 'debian:bookworm-slim', bootstrap: bookworm}\ninit: none\n"


class Project:
    """A folder of definitions; the images made from it are removed in the end."""

    def __init__(self, cloud: Cloud, folder: Path) -> None:
        self.cloud = cloud
        self.folder = folder
        self.images = Images(cloud.engine, cloud.home, cloud.settings, Silent(), cwd=folder)
        self._amis: list[DefinedAmi] = []

    def ami(self, name: str, lines: str) -> DefinedAmi:
        """Write a definition that no other test shares, and find it."""
        path = self.folder / "amis" / name
        path.mkdir(parents=True, exist_ok=True)
        (path / "ami.yaml").write_text(f"# {self.folder}\nversion: 1\nname: {name}\n{lines}\n")
        self._amis.insert(0, self.images.find_defined(name))
        return self._amis[0]

    def output(self, ami: DefinedAmi, *command: str) -> str:
        """Return what *command* prints in a container of *ami*."""
        containers = self.cloud.engine.containers
        found = containers.run(ContainerSpec(ami.tag, Kind.BUILD, network="none"))
        try:
            result = containers.exec(found, command)
        finally:
            containers.remove(found)
        assert result.exit_code == 0, result.errors
        return result.output.decode()

    def clean(self) -> None:
        for ami in self._amis:
            self.cloud.engine.images.remove(ami.tag)


@pytest.fixture
def project(cloud: Cloud, tmp_path: Path) -> Iterator[Project]:
    made = Project(cloud, tmp_path / "project")
    try:
        yield made
    finally:
        made.clean()


def test_files_user_and_environment_arrive_as_written(project: Project) -> None:
    """Every quoting on the way is undone exactly once."""
    ami = project.ami(
        "all",
        BASE
        + """\
user: clerk
env: {ODD: 'a "b" $HOME `id` \\ %h #'}
files:
  - {path: "/opt/two words/file", content: "$HOME\\n", mode: "0640", owner: clerk}
run:
  - echo "$ODD" > /opt/ran
""",
    )

    project.images.ensure_built(ami)

    script = 'printf "%s|" "$ODD"; cat /opt/ran; stat -c "%a %U:%G" "/opt/two words/file"; id -un clerk'
    value = 'a "b" $HOME `id` \\ %h #'
    assert project.output(ami, "sh", "-c", script) == f"{value}|{value}\n640 clerk:clerk\nclerk\n"


def test_a_child_is_built_on_its_parent_and_a_second_build_does_nothing(project: Project) -> None:
    """The store is asked, not the engine's builder: a build that exists costs milliseconds."""
    project.ami("parent", BASE + "run: ['echo parent > /who']")
    child = project.ami("child", "extends: parent\nrun: ['echo child >> /who']")
    project.images.ensure_built(child)
    first = project.cloud.engine.images.get(child.tag)

    project.images.ensure_built(child)

    second = project.cloud.engine.images.get(child.tag)
    assert project.output(child, "cat", "/who") == "parent\nchild\n"
    assert first is not None
    assert second is not None
    assert first.id == second.id
    assert first.labels["cloudlet.kind"] == "ami"
    assert first.labels["cloudlet.ami"] == child.id
    assert project.images.is_built(child)
    assert child.id in project.images.built_ids()


def test_pip_packages_are_on_the_path(project: Project) -> None:
    """Through the machine's proxy and certificates, if it has any."""
    ami = project.ami("pip", BASE + "packages: [python3]\npip: [tomli]")

    project.images.ensure_built(ami)

    assert project.output(ami, "python3", "-c", "import sys, tomli; print(sys.prefix)") == "/opt/venv\n"
    assert project.output(ami, "sh", "-lc", "command -v python3") == "/opt/venv/bin/python3\n"
    environment = project.output(ami, "env")
    assert not [name for name in ("PIP_CERT", "SSL_CERT_FILE", "DEBIAN_FRONTEND", "PROXY") if name in environment]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("packages:\n  - make\n  - nosuchpkg", "ami.yaml:8: packages.1: E: Unable to locate package nosuchpkg"),
        ("run:\n  - 'true'\n  - echo oh >&2; exit 3", "ami.yaml:8: run.1: oh"),
        (
            "packages: [python3]\npip:\n  - nosuchpkg-of-cloudlet",
            "ami.yaml:8: pip.0: ERROR: Could not find a version that satisfies the requirement nosuchpkg-of-cloudlet",
        ),
    ],
)
def test_a_failing_step_names_its_line_and_leaves_nothing(project: Project, lines: str, expected: str) -> None:
    """The distribution's own words say what is wrong; half an image must never pass for a whole one."""
    ami = project.ami("bad", BASE + lines)

    with pytest.raises(BuildError) as caught:
        project.images.ensure_built(ami)

    assert expected in caught.value.message
    assert caught.value.log
    assert not project.images.is_built(ami)
    assert containers_named_by(project.cloud, project.folder) == []


def test_a_unit_that_is_not_there_names_its_line(project: Project) -> None:
    """In systemd's own words."""
    ami = project.ami("bad", "extends: base\nservices:\n  - ssh\n  - nosuch")

    with pytest.raises(BuildError, match=r"ami\.yaml:7: services\.1: Failed to enable unit.* nosuch\.service"):
        project.images.ensure_built(ami)


def test_ctrl_c_leaves_no_container_and_no_image(project: Project) -> None:
    """The step under way is ended by the engine as soon as the connection is gone."""
    marker = f"{project.folder}/interrupted"
    ami = project.ami("slow", BASE + f"run: ['echo {project.folder}/first', 'sleep 600 && echo {marker}']")
    program = (
        "import sys; from pathlib import Path; from emulator.cloud import Cloud; from emulator.images import Images; "
        "from emulator.settings import Settings; c = Cloud(Settings.from_environment()); "
        "i = Images(c.engine, c.home, c.settings, c.progress, cwd=Path(sys.argv[1])); i.ensure_built(i.find('slow'))"
    )
    environment = {**os.environ, "CLOUDLET_HOME": str(project.cloud.home.root)}
    build = subprocess.Popen(
        [sys.executable, "-c", program, str(project.folder)], env=environment, stderr=subprocess.PIPE
    )
    with build:
        (layer, *_) = wait_for(lambda: containers_named_by(project.cloud, marker))

        build.send_signal(signal.SIGINT)

        assert b"KeyboardInterrupt" in build.communicate()[1]
    wait_for(lambda: not containers_named_by(project.cloud, marker), deadline_seconds=20)
    assert not project.images.is_built(ami)
    assert project.cloud.engine.images.get(layer) is None


def test_a_failed_build_leaves_no_half_image(project: Project) -> None:
    """Half a gigabyte for each try would fill the disk unseen."""
    ami = project.ami("half", BASE + f"run:\n  - echo {project.folder}\n  - exit 3")

    with pytest.raises(BuildError) as caught:
        project.images.ensure_built(ami)

    layers = [line.split()[-1] for line in caught.value.log if re.fullmatch(r"\s*---> [0-9a-f]{12}", line)]
    assert len(layers) > 1
    assert project.cloud.engine.images.get(layers[-1]) is None


def test_two_shells_that_build_the_same_ami_both_succeed(project: Project, settings: Settings) -> None:
    """`make -j` and two terminals do this; one builds and the other waits for it."""
    ami = project.ami("twice", BASE + "run: ['sleep 1; date +%N > /when']")
    titles: list[str] = []
    clouds = [Cloud(settings) for _ in range(2)]
    failures: list[BaseException] = []

    def build(cloud: Cloud) -> None:
        try:
            Images(cloud.engine, Home(settings.home), settings, Told(titles), cwd=project.folder).ensure_built(ami)
        except BaseException as error:  # noqa: BLE001 - handed to the test
            failures.append(error)

    threads = [threading.Thread(target=build, args=[cloud]) for cloud in clouds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    for cloud in clouds:
        cloud.close()
    assert failures == []
    assert len([title for title in titles if title.startswith("Building")]) == 1
    assert len([title for title in titles if title.startswith("Waiting for another shell")]) == 1


def test_a_build_tells_its_steps_as_the_definition_has_them(project: Project) -> None:
    """People know the fields they wrote, not the instructions that become of them."""
    ami = project.ami("told", BASE + f"env: {{A: b}}\nrun:\n  - echo {project.folder}\n  - 'true'")
    titles: list[str] = []
    cloud = project.cloud

    Images(cloud.engine, cloud.home, cloud.settings, Told(titles), cwd=project.folder).ensure_built(ami)

    steps = [title for title in titles if title.startswith("[")]
    assert [step.partition("/")[0] for step in steps] == [f"[{number}" for number in range(1, 6)]
    assert [step.partition("] ")[2].partition(":")[0] for step in steps] == ["base", "env", "run.0", "run.1", "init"]
    assert steps[2].startswith("[3/5] run.0: echo /")


class Told(Silent):
    """Remembers the steps it was told of."""

    def __init__(self, titles: list[str]) -> None:
        self._titles = titles

    def step(self, title: str) -> AbstractContextManager[object]:
        self._titles.append(title)
        return super().step(title)


def containers_named_by(cloud: Cloud, text: object) -> list[str]:
    """Return the images of the build containers whose command contains *text*; they belong to no home."""
    with cloud.engine._connection.translated("list containers") as api:
        rows = api.containers(all=True, trunc=False, filters={"label": "cloudlet.kind=build"})
    return [row["ImageID"] for row in rows if str(text) in row["Command"]]
