"""The Dockerfile of an AMI, as text."""

import hashlib
import json
import tarfile

from emulator.images import DefinedAmi
from emulator.images.context import build_context
from emulator.images.defined import RECIPE
from emulator.images.dockerfile import instructions, render
from tests.unit.images.conftest import Look, Write

EVERYTHING = """\
run: [a]
services: [s]
ports: [1]
packages: [p]
pip: [q]
user: u
env: {E: e}
files: [{path: /f, content: c}]
"""


def words(ami: DefinedAmi, field: str) -> list[list[str]]:
    """Return the RUN steps of *field* as the engine will start them."""
    steps = [step.text for step in instructions(ami, "parent:1") if step.field == field]
    return [json.loads(text.removeprefix("RUN ")) for text in steps if text.startswith("RUN ")]


def test_packages_are_arguments_and_no_shell_text(write: Write, catalog: Look) -> None:
    """Checked already, and still nothing that a shell could read."""
    write("x", "packages: [curl, gcc]\ninit: none")

    (command,) = words(catalog().find("x"), "packages")

    assert command[:2] == ["/bin/sh", "-ec"]
    assert command[3:] == ["cloudlet", "curl", "gcc"]
    assert "curl" not in command[2]


def test_systemd_comes_with_the_packages_of_the_ami_that_first_boots_it(write: Write, catalog: Look) -> None:
    """One download for both; a child has it already."""
    write("x", "packages: [curl]")
    write("y", whole="version: 1\nname: y\nextends: x\npackages: [jq]\n")

    (first,) = words(catalog().find("x"), "packages")
    (second,) = words(catalog().find("y"), "packages")

    assert first[4:] == ["systemd", "systemd-sysv", "dbus", "curl"]
    assert second[4:] == ["jq"]


def test_what_changes_most_comes_last(write: Write, catalog: Look) -> None:
    """An edited `run` line must not fetch the packages again."""
    write("x", EVERYTHING)

    fields = [step.field for step in instructions(catalog().find("x"), "parent:1")]

    order = ["base", "packages", "pip", "user", "files.0", "env", "run.0", "services", "ports"]
    assert [field for field in dict.fromkeys(fields) if field in order] == order


def test_an_ami_without_systemd_ends_at_once_when_asked_to(write: Write, catalog: Look) -> None:
    """A sleep that is the first process hears no SIGTERM; each stop would take ten seconds."""
    write("x", "init: none")

    text = render(catalog().find("x"), "parent:1")

    assert 'STOPSIGNAL SIGKILL\nCMD ["sleep", "infinity"]' in text
    assert "systemctl" not in text


def test_an_image_says_what_it_is_at_the_start_and_at_the_end(write: Write, catalog: Look) -> None:
    """Containers of the build are found by the first label if a build is torn down; images by the last."""
    write("x")
    ami = catalog().find("x")

    lines = render(ami, "parent:1").splitlines()

    assert lines[:2] == ["FROM parent:1", "LABEL cloudlet.kind=build"]
    assert lines[-1] == (
        f'LABEL cloudlet.kind="ami" cloudlet.ami="{ami.id}" cloudlet.ami-name="x" '
        'cloudlet.ami-init="systemd" cloudlet.ami-user="root" cloudlet.ami-ports=""'
    )


def test_certificates_are_there_for_the_build_and_not_in_the_environment(write: Write, catalog: Look) -> None:
    """An image that insists on one machine's certificates would fail on the next."""
    write("x", "pip: [numpy]")
    ami = catalog().find("x")

    with_bundle, without = render(ami, "parent:1", ca_bundle=True), render(ami, "parent:1")

    assert "ARG PIP_CERT=/etc/cloudlet/ca-bundle.pem" in with_bundle
    assert "ENV PIP_CERT" not in with_bundle
    assert "ca-bundle" not in without


def test_the_environment_is_written_for_docker_and_for_systemd(write: Write, catalog: Look) -> None:
    """Each reads its own quoting; a `$` or `%` must come out as it went in."""
    write("x", """env: {A: 'a "b" $c \\ %d'}""")
    ami = catalog().find("x")

    text = render(ami, "parent:1")
    with build_context(ami, text, None) as content, tarfile.open(fileobj=content) as tar:
        files = {member.name: tar.extractfile(member) for member in tar}
        systemd = files["cloudlet/systemd.conf"]
        written = systemd.read().decode() if systemd else ""

    assert r'ENV A="a \"b\" \$c \\ %d"' in text
    assert written == '[Manager]\nDefaultEnvironment="A=a \\"b\\" $c \\\\ %%d"\n'


def test_a_changed_recipe_has_another_number(write: Write, catalog: Look) -> None:
    """Else images of an older recipe pass for new ones. If this fails: raise RECIPE, then note what it makes."""
    write("x", EVERYTHING)
    ami = catalog().find("x")

    text = "".join(step.text for step in instructions(ami, "parent:1", ca_bundle=True)[:-1])  # the last has the id
    with build_context(ami, text, None) as content:
        made = hashlib.sha256(content.read()).hexdigest()[:12]

    assert (RECIPE, made) == (b"3", "fb97e80a077f")


def test_the_context_is_the_same_bytes_each_time(write: Write, catalog: Look) -> None:
    """A time stamp in it would make the engine forget all it built."""
    write("x", "files: [{path: /f, content: c, mode: '0755'}]")
    ami = catalog().find("x")

    with build_context(ami, "FROM x", None) as one, build_context(ami, "FROM x", None) as two:
        assert one.read() == two.read()
