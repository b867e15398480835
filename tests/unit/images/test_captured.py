"""AMIs made from instances, as far as no engine is needed."""

from datetime import UTC, datetime

import pytest

from emulator.images.captured import CapturedAmi, MalformedAmiNameError, check_ami_name
from emulator.images.document import FILTERS, fields, image

AMI = CapturedAmi(
    id="ami-0123456789abcdef0",
    name="golden image",
    created_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    init="systemd",
    user="admin",
    ports=(22, 80),
    description='with "quotes" and $dollars',
    source_id="ami-11111111111111111",
    source_instance_id="i-0123456789abcdef0",
)


def test_labels_say_all_about_an_image() -> None:
    """There is no other place where it is kept."""
    assert CapturedAmi.from_labels(AMI.labels("somehome")) == AMI


def test_an_image_of_an_instance_from_before_is_one_too() -> None:
    """Images that an older cloudlet built do not say who logs in, nor which ports they serve."""
    labels = {
        name: value
        for name, value in AMI.labels("somehome").items()
        if not name.endswith(("-init", "-user", "-ports", "-source"))
    }

    ami = CapturedAmi.from_labels(labels)

    assert (ami.init, ami.user, ami.ports, ami.source_id) == ("systemd", "root", (), None)


@pytest.mark.parametrize("name", ["abc", "x" * 128, "a (b) [c] d./-'@_", "My Image 2026-01-02"])
def test_names_that_aws_allows_are_allowed(name: str) -> None:
    check_ami_name(name)


@pytest.mark.parametrize("name", ["", "ab", "x" * 129, "a\nb", "a;b", "ü" * 5])
def test_names_that_aws_refuses_are_refused(name: str) -> None:
    with pytest.raises(MalformedAmiNameError, match="between 3 and 128 characters"):
        check_ami_name(name)


def test_it_is_described_in_amazons_words() -> None:
    """Scripts that read describe-images find what they look for."""
    document = image(AMI, {"Team": "data"}, built=True)

    assert document["ImageId"] == AMI.id
    assert document["SourceInstanceId"] == AMI.source_instance_id
    assert document["SourceImageId"] == AMI.source_id
    assert document["Tags"] == [{"Key": "Team", "Value": "data"}]
    assert (document["State"], document["Public"]) == ("available", False)
    assert document["CreationDate"] == "2026-01-02T03:04:05.000Z"
    assert [one["DeviceName"] for one in document["BlockDeviceMappings"]] == [document["RootDeviceName"]]


def test_every_filter_is_one_that_an_image_has() -> None:
    """A filter that finds nothing in anything would be a lie."""
    assert set(fields(AMI)) == set(FILTERS)
