"""A shell is killed while a container moves data for it: that container must not go on by itself."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from emulator.cloud import Cloud
from emulator.engine import Kind
from emulator.progress import Silent
from emulator.volumes import VolumeRequest, Volumes
from emulator.volumes.model import VolumeState
from tests.conftest import wait_for
from tests.integration.volumes.conftest import mover
from tests.unit.volumes.conftest import ZONES, Machines

_LONG_ATTACHING = """
import sys
from pathlib import Path
from emulator.cloud import Cloud
from emulator.progress import Silent
from emulator.settings import Settings
from emulator.units import utc_now
from emulator.volumes.claims import Claims
from emulator.volumes.model import Attachment, VolumeState
from emulator.volumes.mover import InContainer
from emulator.volumes.places import Places
from emulator.volumes.records import VolumeRecords

volume_id, instance_id = sys.argv[1:]
with Cloud(Settings.from_environment()) as cloud, Claims(cloud.home, Silent()).hold(volume_id) as claim:
    places, attachment = Places(cloud.home), Attachment(volume_id, instance_id, "/dev/sdf", utc_now())
    VolumeRecords(cloud.database).begin(volume_id, VolumeState.ATTACHING, attachment)
    script = 'sleep 60; mv -T "$1" "$2"'
    way = InContainer(cloud.home, lambda: cloud.engine, cloud.images.holder_image)
    way.run(claim, script, places.free(volume_id), places.attached(attachment))
"""


def test_the_container_of_a_killed_shell_is_ended_and_its_deed_undone(cloud: Cloud, machines: Machines) -> None:
    """Or it would move the volume long after everybody was told that it is available."""
    volumes = Volumes(cloud.home, cloud.database, mover(cloud, "container"), ZONES, machines.find, Silent())
    volume, instance_id = volumes.create(VolumeRequest("us-east-1a", 8)), machines.launch()
    words = [sys.executable, "-c", _LONG_ATTACHING, volume.id, instance_id]
    with subprocess.Popen(words, cwd=Path.cwd(), env=_environment(cloud)) as shell:
        wait_for(lambda: [one for one in cloud.engine.containers.list(Kind.MOVER) if one.state == "running"])
        alive = volumes.describe()[0].state
        shell.send_signal(signal.SIGKILL)

    (settled,) = volumes.describe()

    assert alive is VolumeState.ATTACHING
    assert (settled.state, settled.attachment) == (VolumeState.AVAILABLE, None)
    assert cloud.engine.containers.list(Kind.MOVER) == []
    assert (cloud.home.volumes / volume.id).is_dir()


def test_ctrl_c_ends_the_container_that_moves_data(cloud: Cloud, machines: Machines) -> None:
    """Before the command ends, so that whoever settles what it left is the only one at it."""
    volumes = Volumes(cloud.home, cloud.database, mover(cloud, "container"), ZONES, machines.find, Silent())
    volume, instance_id = volumes.create(VolumeRequest("us-east-1a", 8)), machines.launch()
    words = [sys.executable, "-c", _LONG_ATTACHING, volume.id, instance_id]
    with subprocess.Popen(words, cwd=Path.cwd(), env=_environment(cloud), stderr=subprocess.DEVNULL) as shell:
        wait_for(lambda: [one for one in cloud.engine.containers.list(Kind.MOVER) if one.state == "running"])
        shell.send_signal(signal.SIGINT)
        exit_code = shell.wait(60)

    assert exit_code == -signal.SIGINT
    assert cloud.engine.containers.list(Kind.MOVER) == []
    assert [one.state for one in volumes.describe()] == [VolumeState.AVAILABLE]


def _environment(cloud: Cloud) -> dict[str, str]:
    return {**os.environ, "CLOUDLET_HOME": str(cloud.home.root)}
