"""What can be asked about an instance, and changed of it, one thing at a time."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import botocore.session
import pytest
from botocore.validate import ParamValidator

from emulator.cloud import Cloud
from tests.integration.instances.conftest import Machine, cloudlet, launch

_EC2 = botocore.session.get_session().get_service_model("ec2")
_SCRIPT = b"#!/bin/sh\necho again\n"


@pytest.fixture(scope="module")
def machine(shared: Cloud) -> Iterator[Machine]:
    """A stopped instance."""
    (machine,) = launch(shared, "minimal", "t3.nano")
    shared.instances.stop([machine.id])
    yield machine
    shared.instances.terminate([machine.id])


def _asked(machine: Machine, attribute: str) -> dict[str, object]:
    words = ("describe-instance-attribute", "--instance-id", machine.id, "--attribute", attribute)
    answered = cloudlet(machine.cloud, "ec2", *words, "--output", "json")
    assert answered.returncode == 0, answered.stderr
    document: dict[str, object] = json.loads(answered.stdout)
    assert document.pop("InstanceId") == machine.id
    return document


@pytest.mark.parametrize("attribute", _EC2.shape_for("InstanceAttributeName").enum)
def test_every_attribute_of_aws_is_answered_in_its_shape(machine: Machine, attribute: str) -> None:
    document = _asked(machine, attribute)

    report = ParamValidator().validate(document, _EC2.shape_for("InstanceAttribute"))
    assert not report.has_errors(), report.generate_report()
    assert len(document) == 1


def test_attributes_say_what_is_true(machine: Machine) -> None:
    """What an instance has not is an empty structure, as from AWS."""
    assert _asked(machine, "rootDeviceName") == {"RootDeviceName": {"Value": "/dev/xvda"}}
    assert _asked(machine, "sourceDestCheck") == {"SourceDestCheck": {"Value": True}}
    assert _asked(machine, "ebsOptimized") == {"EbsOptimized": {"Value": False}}
    assert _asked(machine, "kernel") == {"KernelId": {}}
    assert _asked(machine, "groupSet") == {"Groups": [{"GroupId": machine.instance.groups[0].id}]}


@pytest.mark.parametrize(
    ("words", "attribute", "told", "value"),
    [
        (("--attribute", "instanceType", "--value", "t3.micro"), "instanceType", "t3.micro", "t3.micro"),
        (("--instance-type", "t3.small"), "instanceType", "t3.small", "t3.small"),
        (("--attribute", "disableApiTermination", "--value", "true"), "disableApiTermination", "true", True),
        (("--no-disable-api-termination",), "disableApiTermination", "false", False),
        (
            ("--attribute", "userData", "--value", base64.b64encode(_SCRIPT).decode()),
            "userData",
            f"{len(_SCRIPT)} bytes",
            base64.b64encode(_SCRIPT).decode(),
        ),
    ],
)
def test_a_change_says_on_stderr_what_has_changed(
    machine: Machine, words: tuple[str, ...], attribute: str, told: str, value: object
) -> None:
    """As aws, it says nothing on stdout."""
    changed = cloudlet(machine.cloud, "ec2", "modify-instance-attribute", "--instance-id", machine.id, *words)

    assert (changed.returncode, changed.stdout) == (0, b""), changed.stderr
    assert changed.stderr.decode() == f"{machine.id}: {attribute} is now {told}\n"
    ((_, shown),) = _asked(machine, attribute).items()
    assert shown == {"Value": value}


def test_user_data_that_will_do_nothing_is_warned_about(machine: Machine, tmp_path: Path) -> None:
    """A file in base64 is for `--value`: as user data, it is kept as it is."""
    (tmp_path / "setup.b64").write_bytes(base64.encodebytes(_SCRIPT))
    words = ("modify-instance-attribute", "--instance-id", machine.id)

    as_it_is = cloudlet(machine.cloud, "ec2", *words, "--user-data", f"file://{tmp_path}/setup.b64")
    decoded = cloudlet(
        machine.cloud, "ec2", *words, "--attribute", "userData", "--value", f"file://{tmp_path}/setup.b64"
    )

    assert (as_it_is.returncode, decoded.returncode) == (0, 0)
    assert as_it_is.stderr.startswith(b"warning: ")
    assert b"warning: " not in decoded.stderr
    assert machine.cloud.instances.user_data(machine.id) == _SCRIPT


def test_options_without_a_change_are_none(machine: Machine) -> None:
    nothing = cloudlet(machine.cloud, "ec2", "modify-instance-metadata-options", "--instance-id", machine.id)

    assert (nothing.returncode, nothing.stdout) == (2, b"")
    assert b"(MissingParameter)" in nothing.stderr
    assert b"modify-instance-metadata-options --help" in nothing.stderr
