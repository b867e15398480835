"""The commands on AMIs, as another process sees them."""

import json
from pathlib import Path

import pytest

from emulator.cloud import Cloud
from tests.integration.images.conftest import Boot
from tests.integration.instances.conftest import cloudlet


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Away from the checkout, whose own folder of definitions would be the project's."""
    monkeypatch.chdir(tmp_path)


def test_an_image_is_listed_copied_and_deregistered(cloud: Cloud, boot: Boot) -> None:
    """The life of an image, in the words of `aws ec2`."""
    ami = cloud.images.capture(boot("minimal").id, "golden", "", "i-0123456789abcdef0")

    listed = json.loads(cloudlet(cloud, *["ec2", "describe-images", "--owners", "self", "--output", "json"]).stdout)
    copied = cloudlet(cloud, *f"ec2 copy-image --source-image-id {ami.id} --name other --source-region x".split())
    gone = cloudlet(cloud, *["ec2", "deregister-image", "--image-id", "golden"])

    (document,) = listed["Images"]
    assert (document["ImageId"], document["Name"], document["State"]) == (ami.id, "golden", "available")
    assert gone.stdout.decode() == f"{ami.id} (golden) is deregistered\n"
    left = cloudlet(cloud, *["ec2", "describe-images", "--owners", "self", "--quiet"])
    assert left.stdout == copied.stdout


def test_a_copied_definition_is_where_the_hint_says(cloud: Cloud) -> None:
    """The next thing one does is to edit it."""
    copied = cloudlet(cloud, *["ec2", "copy-image", "--source-image-id", "web", "--name", "my-web"])

    assert copied.returncode == 0
    assert "edit home/amis/my-web/ami.yaml, then launch it: " in copied.stderr.decode()
    assert (cloud.home.user_amis / "my-web" / "index.html").is_file()


def test_what_cannot_be_deregistered_says_where_it_is(cloud: Cloud) -> None:
    """A script sees AWS's code, a person the file."""
    refused = cloudlet(cloud, *["ec2", "deregister-image", "--image-id", "web"])

    assert refused.returncode == 1
    assert b"web/ami.yaml" in refused.stderr
    assert b"(OperationNotPermitted)" in refused.stderr


def test_images_of_instances_are_in_our_own_list_too(cloud: Cloud, boot: Boot) -> None:
    """With what they were made from."""
    ami = cloud.images.capture(boot("minimal").id, "golden", "", "i-0123456789abcdef0")

    shown = cloudlet(cloud, "ami", "show", "golden").stdout.decode()

    assert f"made of:     golden <- i-0123456789abcdef0 <- {ami.source_id}" in shown
    assert "golden" in cloudlet(cloud, "ami", "list").stdout.decode()


def test_reset_removes_the_images_of_its_instances(cloud: Cloud, boot: Boot) -> None:
    """They are the home's; what is built from definitions is for all."""
    ami = cloud.images.capture(boot("minimal").id, "golden", "", "i-0123456789abcdef0")
    built = cloud.images.find("minimal").tag
    (cloud.home.root / "run").mkdir(exist_ok=True)

    cloudlet(cloud, "reset", "--yes")

    assert cloud.engine.images.get(ami.tag) is None
    assert cloud.engine.images.get(built) is not None


def test_a_build_without_a_terminal_is_a_line_a_step(cloud: Cloud, tmp_path: Path) -> None:
    """In a log of continuous integration, what takes the time; and nothing at all if quiet is asked for."""
    for name in ("loud", "quiet"):
        folder = tmp_path / "amis" / name
        folder.mkdir(parents=True)
        (folder / "ami.yaml").write_text(
            f"# {tmp_path}\nversion: 1\nname: {name}\nextends: minimal\nrun: ['echo {tmp_path}/{name}']\n"
        )

    loud, quiet = cloudlet(cloud, "ami", "build", "loud"), cloudlet(cloud, "ami", "build", "quiet", "--quiet")

    for name in ("loud", "quiet"):
        cloud.engine.images.remove(cloud.images.find(name).tag)
    lines = loud.stderr.decode().splitlines()
    assert lines[0].startswith("Building the AMI loud (ami-")
    assert lines[1].startswith("  [1/3] extends: minimal … ")
    assert lines[2].startswith(f"  [2/3] run.0: echo {tmp_path}"[:40])
    assert lines[2].endswith(" s")
    assert quiet.stderr == b""
