"""AMIs made from the disk of an instance, and copies of AMIs, on the real engine."""

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest

from emulator.cloud import Cloud
from emulator.errors import InvalidRequestError, NotFoundError
from emulator.images import CapturedAmi
from emulator.images.captured import DuplicateAmiNameError, MalformedAmiNameError
from emulator.images.copies import DefinitionKeptError
from emulator.resources.dry_run import DryRunError
from emulator.resources.filters import Filter
from emulator.settings import Settings
from tests.integration.images.conftest import Boot, Booted

INSTANCE = "i-0123456789abcdef0"


@pytest.fixture
def account(cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    """The cloud of the test, seen from a folder without definitions."""
    monkeypatch.chdir(tmp_path)
    return cloud


@pytest.fixture
def machine(account: Cloud, boot: Boot) -> Booted:
    """A machine with a file on its disk, and labels as instances have them."""
    machine = boot("minimal", labels={"cloudlet.instance": INSTANCE}, environment={"SECRET": "of-this-one"})
    machine.write("/root/made", "by hand")
    return machine


def capture(cloud: Cloud, machine: Booted, name: str = "golden (v1)", description: str = "with a file") -> CapturedAmi:
    return cloud.images.capture(machine.id, name, description, INSTANCE)


def start_config(cloud: Cloud, tag: str) -> dict[str, Any]:
    """Return what the engine starts in a container of the image *tag*."""
    with cloud.engine._connection.translated("look at an image") as api:
        config: dict[str, Any] = api.inspect_image(tag)["Config"]
    names = ("Cmd", "Entrypoint", "User", "ExposedPorts", "StopSignal", "WorkingDir", "Volumes")
    return {name: config.get(name) or None for name in names}


def test_an_image_has_the_disk_and_knows_where_it_comes_from(account: Cloud, machine: Booted, boot: Boot) -> None:
    """Set one machine up by hand, launch many like it."""
    ami = capture(account, machine)

    (found,) = account.image_registry.describe([ami.id])
    other = boot("golden (v1)")
    minimal = account.images.find("minimal")
    assert re.fullmatch("ami-[0-9a-f]{17}", ami.id)
    assert other.says("cat", "/root/made") == "by hand"
    assert found.ami == ami
    assert found.built
    assert (ami.source_id, ami.source_instance_id, ami.description) == (minimal.id, INSTANCE, "with a file")
    assert (ami.init, ami.user, ami.ports) == (minimal.init, minimal.user, minimal.ports)


def test_an_image_starts_as_the_one_it_was_made_from(account: Cloud, boot: Boot) -> None:
    """First process, stop signal, ports: a machine from it boots, and shuts down in order."""
    machine = boot("web")
    ami = capture(account, machine)

    assert start_config(account, ami.tag) == start_config(account, account.images.find("web").tag)
    assert (ami.init, ami.user, ami.ports) == ("systemd", "admin", (22, 80))
    other = boot(ami.id)
    assert other.says("systemctl", "is-active", "nginx") == "active"


def test_an_image_of_an_image_is_one_too(account: Cloud, machine: Booted, boot: Boot) -> None:
    """Each keeps its parent."""
    first = capture(account, machine)
    machine = boot(first.id)
    machine.write("/root/more", "later")

    second = capture(account, machine, "golden (v2)")

    account.image_registry.deregister(first.id)
    assert second.source_id == first.id
    assert second.init == "none"
    assert boot(second.name).says("cat", "/root/made", "/root/more") == "by handlater"


def test_an_image_carries_nothing_else_of_its_instance(account: Cloud, machine: Booted) -> None:
    """What finds instances by their labels must not find whatever is made from their images."""
    ami = capture(account, machine)

    image = account.engine.images.get(ami.tag)
    assert image is not None
    assert image.labels["cloudlet.home"] == ""
    assert image.labels["cloudlet.instance"] == ""
    assert image.labels["cloudlet.kind"] == "ami"


@pytest.mark.parametrize("name", ["ab", "x" * 129, "new\nline", "a*b", "naïve"])
def test_a_name_that_aws_refuses_is_refused(account: Cloud, machine: Booted, name: str) -> None:
    """Before anything is made."""
    with pytest.raises(MalformedAmiNameError) as caught:
        capture(account, machine, name)

    assert caught.value.code == "InvalidAMIName.Malformed"
    assert account.images.captures.list() == []


def test_a_name_is_used_once(account: Cloud, machine: Booted) -> None:
    """Neither another image's nor a definition's: `--image-id NAME` means one thing."""
    first = capture(account, machine)

    with pytest.raises(DuplicateAmiNameError, match=f"AMI name golden .v1. is already in use by AMI {first.id}"):
        capture(account, machine)
    with pytest.raises(DuplicateAmiNameError, match="AMI name web is already in use"):
        capture(account, machine, "web")

    assert account.images.captures.list() == [first]


def test_a_description_has_255_characters_at_most(account: Cloud, machine: Booted) -> None:
    with pytest.raises(InvalidRequestError, match="256 characters"):
        capture(account, machine, description="x" * 256)


def test_a_deregistered_image_leaves_its_instances_running(account: Cloud, machine: Booted, boot: Boot) -> None:
    """And it is gone from the disk as soon as they are, at the next change."""
    ami, other_ami = capture(account, machine), capture(account, machine, "another")
    image = account.engine.images.get(ami.tag)
    running = boot(ami.id)

    account.image_registry.deregister(ami.name)

    with pytest.raises(NotFoundError, match=re.escape(f"The image id '[{ami.id}]' does not exist")):
        account.images.find(ami.id)
    running.stop()
    running.start()
    assert running.says("cat", "/root/made") == "by hand"
    running.remove()
    account.image_registry.deregister(other_ami.id)
    assert image is not None
    assert account.engine.images.get(image.id) is None


def test_homes_do_not_see_each_others_images(
    account: Cloud, machine: Booted, settings: Settings, tmp_path: Path
) -> None:
    """As accounts do not; the engine's store is one."""
    ami = capture(account, machine)

    with Cloud(dataclasses.replace(settings, home=tmp_path / "other")) as other:
        assert other.images.captures.list() == []
        with pytest.raises(NotFoundError):
            other.images.find(ami.id)


def test_a_copy_of_an_image_outlives_it(account: Cloud, machine: Booted, boot: Boot) -> None:
    """Another id, another name, the same disk."""
    ami = capture(account, machine)

    copy = account.image_registry.copy(ami.name, "golden copy", 'a "copy" of $it', {"Team": "data"})

    account.image_registry.deregister(ami.id)
    (found,) = account.image_registry.describe(["golden copy"])
    assert copy.id != ami.id
    assert found.ami == copy
    assert (found.ami.description, found.ami.source_id) == ('a "copy" of $it', ami.id)
    assert found.tags == {"Team": "data"}
    assert boot(copy.id).says("cat", "/root/made") == "by hand"
    assert start_config(account, copy.tag) == start_config(account, account.images.find("minimal").tag)


def test_a_copy_of_a_definition_is_a_folder_to_edit(account: Cloud) -> None:
    """The start of an own AMI: with the comments, and the files beside it."""
    copy = account.image_registry.copy("web", "my-web", "mine")

    folder = account.home.user_amis / "my-web"
    text = (folder / "ami.yaml").read_text()
    assert copy.origin == "home"
    assert copy.description == "mine"
    assert "# A web server on port 80." in text
    assert "name: my-web\n" in text
    assert "It works" in (folder / "index.html").read_text()
    assert (account.images.find("my-web").ports, copy.user) == ((22, 80), "admin")


def test_a_copy_of_a_definition_needs_a_definitions_name(account: Cloud) -> None:
    """It becomes a folder's."""
    with pytest.raises(MalformedAmiNameError, match="a folder of that name, and 'My Web'"):
        account.image_registry.copy("web", "My Web")
    with pytest.raises(DuplicateAmiNameError):
        account.image_registry.copy("web", "base")


def test_a_copy_is_deregistered_with_its_folder_unless_somebody_edited_it(account: Cloud) -> None:
    """A command must not throw away what a person wrote."""
    registry = account.image_registry
    folder = account.home.user_amis
    registry.copy("web", "my-web", tags={"a": "b"})
    registry.copy("web", "edited")
    with (folder / "edited" / "ami.yaml").open("a") as file:
        file.write("# more\n")

    gone = registry.deregister("my-web")
    with pytest.raises(DefinitionKeptError, match="was changed since it was copied") as caught:
        registry.deregister("edited")

    assert caught.value.hint is not None
    assert f"rm -r '{folder / 'edited'}'" in caught.value.hint
    assert sorted(path.name for path in folder.iterdir()) == ["edited"]
    assert registry.copy("web", "my-web").id == gone.id
    assert registry.describe(["my-web"])[0].tags == {}


def test_a_copy_that_others_extend_is_kept(account: Cloud) -> None:
    """Else they would be broken."""
    account.image_registry.copy("minimal", "mine")
    child = account.home.user_amis / "child"
    child.mkdir()
    (child / "ami.yaml").write_text("version: 1\nname: child\nextends: mine\n")

    with pytest.raises(Exception, match="is extended by child") as caught:
        account.image_registry.deregister("mine")

    assert getattr(caught.value, "code", "") == "DependencyViolation"


def test_what_comes_with_cloudlet_is_not_deregistered(account: Cloud) -> None:
    """AWS does not let one deregister Amazon's either."""
    with pytest.raises(DefinitionKeptError, match=r"web/ami\.yaml") as caught:
        account.image_registry.deregister("web")

    assert caught.value.code == "OperationNotPermitted"


def test_a_dry_run_changes_nothing(account: Cloud, machine: Booted) -> None:
    """And says that it would have worked."""
    ami = capture(account, machine)

    with pytest.raises(DryRunError):
        account.image_registry.deregister(ami.id, dry_run=True)
    with pytest.raises(DryRunError):
        account.image_registry.copy("web", "my-web", dry_run=True)

    assert account.images.captures.list() == [ami]
    assert not account.home.user_amis.exists()


def test_images_are_listed_by_owner_and_filter(account: Cloud, machine: Booted) -> None:
    """In AWS's words."""
    ami = capture(account, machine)
    describe = account.image_registry.describe

    assert [one.ami for one in describe(owners=["self"])] == [ami]
    assert {"base", "web", "minimal"} <= {one.ami.name for one in describe(owners=["amazon"])}
    assert [one.ami.id for one in describe(filters=[Filter("name", ("golden*",))])] == [ami.id]
    assert [one.ami.id for one in describe(filters=[Filter("source-instance-id", (INSTANCE,))])] == [ami.id]
    assert describe(filters=[Filter("state", ("pending",))]) == []
    with pytest.raises(InvalidRequestError, match="The filter 'nmae' is invalid"):
        describe(filters=[Filter("nmae", ("x",))])
    with pytest.raises(NotFoundError):
        describe(["ami-0123456789abcdef0"])


def test_a_lost_image_is_an_unknown_one(account: Cloud, machine: Booted) -> None:
    """Somebody removed it with the engine's own command: there is no definition to build it from."""
    ami = capture(account, machine)
    account.engine.images.untag(ami.tag)

    with pytest.raises(NotFoundError, match=ami.id):
        account.images.ensure_built(ami)

    assert account.image_registry.describe(owners=["self"]) == []


def test_a_container_of_an_image_belongs_to_nobody(account: Cloud, machine: Booted) -> None:
    """`docker run` of it is the user's own affair; `reset` must not end it."""
    ami = capture(account, machine)
    before = {container.id for container in account.engine.containers.list()}
    spec = {"Image": ami.tag, "Cmd": ["sleep", "60"]}
    with account.engine._connection.translated("make a container of the user's") as api:
        foreign = api.create_container_from_config(spec)["Id"]

        seen = {container.id for container in account.engine.containers.list()}

        api.remove_container(foreign)
    assert seen == before
