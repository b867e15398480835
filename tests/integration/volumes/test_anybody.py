"""Volumes for a user who is not root: who may use the engine, and nothing else."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.cloud import Cloud
from emulator.home import Home
from emulator.settings import Settings
from tests.integration.volumes.conftest import Boot, Machine

_NOBODY = 65534

# What is imported on the way is loaded first: a Python that is installed for root alone cannot be read by others.
_AS_NOBODY = """
import os, sys
from cli.commands.ec2 import snapshots, volumes
from cli.commands.removal import remove_home
from cli.main import run
from emulator.cloud import Cloud
from emulator.engine import ContainerSpec, Kind
from emulator.settings import Settings
from emulator.volumes import InstanceFacts, document, removal
from emulator.volumes.records import VolumeRecords
from tests.unit.volumes.conftest import ZONES

def play(*words):
    with Cloud(Settings.from_environment()) as cloud:
        cloud.volumes._find_instance = lambda instance_id: InstanceFacts(instance_id, ZONES[0], "running")
        match words:
            case ["attach", volume, instance]:
                cloud.volumes.attach(volume, instance, "/dev/sdf")
            case ["release", instance]:
                cloud.volumes.of_instances.release(instance)
            case ["forget", volume]:
                VolumeRecords(cloud.database).remove(volume)
            case ["reset"]:
                remove_home(cloud)
            case _:
                return run(words)

with Cloud(Settings.from_environment()) as cloud:
    spec = ContainerSpec(cloud.images.holder_image(), Kind.MOVER, command=("true",), network="none")
    with cloud.engine.containers.temporary(spec) as container:
        cloud.engine.containers.wait(container)
        cloud.engine.containers.logs(container)
group, user, *lines = sys.argv[1:]
if os.geteuid() == 0:
    os.setgroups([int(group)])
    os.setgid(int(user))
    os.setuid(int(user))
assert os.geteuid() != 0
for line in lines:
    if code := play(*line.split()):
        sys.exit(code)
"""


@pytest.fixture
def home() -> Iterator[Home]:
    """A home where nobody, the user, may write."""
    folder = Path(tempfile.mkdtemp(prefix="cloudlet-"))
    home = Home(folder / "home")
    try:
        yield home
    finally:
        shutil.rmtree(folder, ignore_errors=os.geteuid() != 0)


@pytest.fixture
def cloud(home: Home, settings: Settings) -> Iterator[Cloud]:
    with Cloud(Settings(home=home.root, engine_url=settings.engine_url)) as cloud:
        cloud.images.holder_image()
        cloud.home.create()
        give_to_nobody(home.root.parent)
        try:
            yield cloud
        finally:
            cloud.engine.containers.remove_all()
            cloud.remove_volumes()


def give_to_nobody(folder: Path) -> None:
    """Have a folder belong to the user that the test plays, if it plays one."""
    if os.geteuid() == 0:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, _NOBODY, _NOBODY)


@pytest.fixture
def boot_for_nobody(boot: Boot, cloud: Cloud) -> Boot:
    """Start a machine whose folder belongs to that user, too."""

    def boot_for_nobody() -> Machine:
        machine = boot()
        give_to_nobody(cloud.home.instances)
        return machine

    return boot_for_nobody


def as_nobody(cloud: Cloud, *lines: str) -> str:
    """Have a user who is not root do *lines*, which are command lines or what a launch does, and return the output."""
    socket = Path((cloud.engine.url or "").removeprefix("unix://"))
    words = [sys.executable, "-c", _AS_NOBODY, str(socket.stat().st_gid), str(_NOBODY), *lines]
    environment = {**os.environ, "CLOUDLET_HOME": str(cloud.home.root), "CLOUDLET_OUTPUT": "table"}
    done = subprocess.run(
        words, env=environment, cwd=Path.cwd(), capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_volumes_need_no_root_on_this_machine(cloud: Cloud, boot_for_nobody: Boot) -> None:
    """What root and others in a machine own is copied whole, moved and removed by a user who could do none of it."""
    volume_id = as_nobody(cloud, "ec2 create-volume --size 8 --availability-zone us-east-1a --quiet")
    machine = boot_for_nobody()
    as_nobody(cloud, f"attach {volume_id} {machine.instance_id}")
    machine.says("install -d -o 999 -m 0700 /volumes/sdf/data && echo row > /volumes/sdf/data/table")
    machine.says("chown 999 /volumes/sdf && chmod 0700 /volumes/sdf && touch /volumes/mine && chmod 0700 /volumes")

    snapshot_id = as_nobody(cloud, f"ec2 create-snapshot --volume-id {volume_id} --quiet")
    copy_id = as_nobody(cloud, f"ec2 create-volume --snapshot-id {snapshot_id} --availability-zone us-east-1a --quiet")
    machine.remove()
    as_nobody(cloud, f"release {machine.instance_id}", f"ec2 delete-volume --volume-id {volume_id} --quiet")
    second = boot_for_nobody()
    as_nobody(cloud, f"attach {copy_id} {second.instance_id}")

    assert second.says("cd /volumes/sdf && stat -c '%u %a %n' . data data/table && cat data/table") == (
        "999 700 .\n999 700 data\n0 644 data/table\nrow"
    )
    assert as_nobody(cloud, "ec2 describe-volumes --quiet") == copy_id
    assert not (cloud.home.instances / machine.instance_id / "released").exists()


def test_volumes_are_found_where_only_root_may_look(cloud: Cloud, boot_for_nobody: Boot) -> None:
    """One that was renamed is itself; one of which nothing is written down is a volume again."""
    made = ["ec2 create-volume --size 8 --availability-zone us-east-1a --quiet"] * 2
    renamed, lost = as_nobody(cloud, *made).split()
    first, second = boot_for_nobody(), boot_for_nobody()
    as_nobody(cloud, f"attach {renamed} {first.instance_id}", f"attach {lost} {second.instance_id}", f"forget {lost}")
    for machine in (first, second):
        machine.says("install -d -m 0700 /volumes/sdf/data && echo row > /volumes/sdf/data/table")
        machine.says("mv /volumes/sdf /volumes/mine && chown -R 999 /volumes && chmod 0700 /volumes")
        machine.remove()

    as_nobody(cloud, f"release {first.instance_id}", f"release {second.instance_id}")
    ids = as_nobody(cloud, "ec2 describe-volumes --quiet").split()
    last = boot_for_nobody()

    assert len(ids) == 2
    assert renamed in ids
    for volume_id in ids:
        as_nobody(cloud, f"attach {volume_id} {last.instance_id}")
        assert last.says("cat /volumes/sdf/data/table") == "row"
        as_nobody(cloud, f"ec2 detach-volume --volume-id {volume_id} --quiet")


def test_reset_removes_what_root_in_a_machine_owned(cloud: Cloud, boot_for_nobody: Boot) -> None:
    """Attached, detached and copied; nothing of it is left for a user who may not remove it."""
    lines = ["ec2 create-volume --size 8 --availability-zone us-east-1a --quiet"] * 2
    attached, detached = as_nobody(cloud, *lines).split()
    machine = boot_for_nobody()
    as_nobody(cloud, f"attach {attached} {machine.instance_id}", f"ec2 create-snapshot --volume-id {detached} --quiet")
    machine.says("install -d -o 999 -m 0700 /volumes/sdf/data && touch /volumes/sdf/data/table")

    as_nobody(cloud, "reset")

    assert not cloud.home.root.exists()
    assert cloud.engine.containers.list() == []
