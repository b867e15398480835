"""What the wheel brings along: the command, and the AMIs."""

import re

from emulator import __version__
from tests.e2e.conftest import User


def test_the_installed_command_says_its_version(user: User) -> None:
    """
    One line, so that a bug report can quote it.
    """
    assert user.sees("cloudlet --version") == f"cloudlet {__version__}\n"


def test_the_shipped_amis_come_with_the_wheel(user: User) -> None:
    """
    A wheel without its data files imports well and is of no use.
    """
    listed = user.sees("cloudlet ami list --query 'Images[].[Name, ImageId]' --output text")

    names = dict(line.split("\t") for line in listed.splitlines())
    assert {"base", "web"} <= names.keys()
    assert all(re.fullmatch("ami-[0-9a-f]{17}", image_id) for image_id in names.values())


def test_an_ami_is_the_same_from_a_wheel_as_from_a_checkout(user: User) -> None:
    """
    Ids are drawn from content: where the files lie must not count.
    """
    from emulator.cloud import Cloud
    from emulator.settings import Settings

    shipped = user.sees("cloudlet ami list --query \"Images[?Name=='web'].ImageId\" --output text").strip()

    with Cloud(Settings(home=user.home)) as cloud:
        assert cloud.images.find("web").id == shipped


def test_looking_leaves_no_trace_in_the_current_folder(user: User) -> None:
    """
    Nothing is written outside the home unasked.
    """
    user.sees("cloudlet ami list && cloudlet s3 ls && cloudlet lambda list-functions && cloudlet status")

    assert list(user.folder.iterdir()) == []
