"""Volumes of instances that were really launched, by the command line where two shells are needed."""

import os
import subprocess
import sys
from pathlib import Path

from emulator.cloud import Cloud
from emulator.instances import LaunchRequest
from emulator.volumes import BlockDevice, VolumeRequest

_CLOUDLET = (sys.executable, "-c", "from cli.main import main; main()")


def _launch(cloud: Cloud, *devices: BlockDevice) -> str:
    (instance,) = cloud.instances.run(LaunchRequest("minimal", "t3.nano", block_devices=devices))
    return instance.id


def test_data_survives_terminate_and_comes_back_on_another_instance(cloud: Cloud) -> None:
    """What was made with the instance ends with it, unless it was to stay."""
    first = _launch(cloud, BlockDevice("/dev/sdf", 8, delete_on_termination=False), BlockDevice("/dev/sdg", 8))
    cloud.instances.exec(first, ["sh", "-c", "echo precious > /volumes/sdf/data"])

    cloud.instances.terminate([first])
    (kept,) = cloud.volumes.describe()
    second = _launch(cloud)
    cloud.volumes.attach(kept.id, second, "/dev/sdh")

    assert cloud.instances.exec(second, ["cat", "/volumes/sdh/data"]).output == b"precious\n"


def test_data_survives_a_terminate_after_the_state_file_was_lost(cloud: Cloud) -> None:
    """Nothing says any more that there was a volume, nor that it was to stay: its folder is one all the same."""
    first = _launch(cloud, BlockDevice("/dev/sdf", 8, delete_on_termination=False))
    cloud.instances.exec(first, ["sh", "-c", "echo precious > /volumes/sdf/data"])
    cloud.database.close()
    for path in cloud.home.root.glob(f"{cloud.home.state_file.name}*"):
        path.unlink()

    with Cloud(cloud.settings) as later:
        later.instances.terminate([first])
        (kept,) = later.volumes.describe()
        second = _launch(later)
        later.volumes.attach(kept.id, second, "/dev/sdh")

        assert later.instances.exec(second, ["cat", "/volumes/sdh/data"]).output == b"precious\n"


def test_of_two_shells_that_attach_one_volume_one_wins(cloud: Cloud) -> None:
    """At the same instant, to two instances; the other one is told why not."""
    instances = [_launch(cloud), _launch(cloud)]
    volume = cloud.volumes.create(VolumeRequest("us-east-1a", 8))
    environment = {**os.environ, "CLOUDLET_HOME": str(cloud.home.root)}
    words = (*_CLOUDLET, "ec2", "attach-volume", "--volume-id", volume.id, "--device", "/dev/sdf", "--instance-id")

    shells = [
        subprocess.Popen([*words, one], env=environment, cwd=Path.cwd(), stderr=subprocess.PIPE, text=True)
        for one in instances
    ]
    told = [shell.communicate(timeout=120)[1] for shell in shells]

    assert sorted(shell.returncode for shell in shells) == [0, 1]
    loser = next(index for index, shell in enumerate(shells) if shell.returncode)
    assert "VolumeInUse" in told[loser]
    assert cloud.instances.exec(instances[1 - loser], ["ls", "/volumes"]).output == b"sdf\n"
    assert cloud.instances.exec(instances[loser], ["ls", "/volumes"]).output == b""


def test_a_container_that_was_removed_from_outside_keeps_no_volume(cloud: Cloud) -> None:
    """Its volumes are available again as soon as somebody wants one of them."""
    first, second = _launch(cloud), _launch(cloud)
    volume = cloud.volumes.create(VolumeRequest("us-east-1a", 8))
    cloud.volumes.attach(volume.id, first, "/dev/sdf")
    (instance,) = cloud.instances.describe([first])
    assert instance.container_id is not None
    cloud.engine.containers.remove(instance.container_id)

    attached = cloud.volumes.attach(volume.id, second, "/dev/sdf")

    assert attached.instance_id == second
