"""Where base images come from when neither the local store nor a registry has them."""

import shutil
import subprocess

import pytest

from emulator.cloud import Cloud
from emulator.engine import Kind
from emulator.engine.records import ContainerSpec
from emulator.errors import BuildError, EngineError
from emulator.images.base import BaseImages
from emulator.progress import Progress, Silent

NOWHERE = "cloudlet-test.invalid/debian:nosuch"
"""A name under .invalid: no registry can ever answer to it."""


REPOSITORY = "cloudlet/test-base"
"""Not the one that a user's images may stand on."""


def bases(cloud: Cloud, progress: Progress | None = None) -> BaseImages:
    return BaseImages(cloud.engine, cloud.home, progress or Silent(), REPOSITORY)


class Interrupting(Silent):
    """Is interrupted once it is told of *word*, as a user at a terminal would be."""

    def __init__(self, word: str) -> None:
        self._word = word

    def detail(self, line: str) -> None:
        if self._word in line:
            raise KeyboardInterrupt


def test_a_base_that_is_in_the_store_is_taken_as_it_is(cloud: Cloud) -> None:
    """What a user pulled or imported is what they mean."""
    tag = cloud.images.holder_image()

    assert cloud.engine.images.get(tag) is not None
    assert cloud.images.base() == tag


def test_a_base_is_made_from_packages_when_no_registry_answers(cloud: Cloud) -> None:
    """A laptop behind a strict proxy can build its AMIs all the same."""
    containers = cloud.engine.containers
    try:
        tag = bases(cloud).ensure(NOWHERE, "bookworm")

        container = containers.run(ContainerSpec(tag, Kind.HOLDER, command=("sleep", "60"), network="none"))
        release = containers.exec(container, ["cat", "/etc/os-release"]).output.decode()
        image = cloud.engine.images.get(tag)
        containers.remove(container)
    finally:
        cloud.engine.images.remove(f"{REPOSITORY}:bookworm")
    assert tag == f"{REPOSITORY}:bookworm"
    assert "ID=debian" in release
    assert image is not None
    assert image.labels["cloudlet.kind"] == "base"
    assert cloud.engine.images.get(NOWHERE) is None


def test_a_suite_that_is_not_there_gives_the_mirrors_own_words(cloud: Cloud) -> None:
    """And leaves no large file behind."""
    with pytest.raises(BuildError, match=r"could not make Debian nosuchsuite: .*nosuchsuite"):
        cloud.images.base(NOWHERE, "nosuchsuite")

    assert list(cloud.home.scratch.iterdir()) == []


def test_without_a_suite_the_image_is_asked_for(cloud: Cloud) -> None:
    """Nothing else can be done, so it is said what the user can do."""
    with pytest.raises(EngineError, match="neither in the local store nor in a registry") as caught:
        cloud.images.base(NOWHERE, None)

    assert "docker load" in (caught.value.hint or "")


def test_without_mmdebstrap_the_command_that_installs_it_is_the_hint(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One command further it works."""
    monkeypatch.setenv("PATH", "/nonexistent")
    assert shutil.which("mmdebstrap") is None

    with pytest.raises(EngineError) as caught:
        bases(cloud).ensure(NOWHERE, "bookworm")

    assert "sudo apt-get install mmdebstrap" in (caught.value.hint or "")


def test_ctrl_c_while_packages_are_fetched_leaves_nothing_mounted(cloud: Cloud) -> None:
    """A half-made root has the machine's /proc and /sys mounted in it: a careless `rm` there would be a disaster."""
    with pytest.raises(KeyboardInterrupt):
        bases(cloud, Interrupting("installing")).ensure(NOWHERE, "bookworm")

    mounts = subprocess.run(["findmnt", "--list", "--output", "TARGET"], capture_output=True, text=True, check=True)
    assert str(cloud.home.root) not in mounts.stdout
    assert "mmdebstrap" not in mounts.stdout
    assert list(cloud.home.scratch.iterdir()) == []
