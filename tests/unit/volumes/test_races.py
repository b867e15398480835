"""Several shells at once: each volume is in one place, and everybody is told the same about it."""

import dataclasses
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from emulator.errors import EmulatorError
from emulator.home import Home
from emulator.units import utc_now
from emulator.volumes import Attachment, Volume, Volumes
from tests.conftest import wait_for
from tests.unit.volumes.conftest import Machines, Make, OpenShell, Steps

_SHELL = """
import itertools, random, sys
from pathlib import Path
from emulator.errors import EmulatorError
from emulator.home import Home
from emulator.progress import Silent
from emulator.state import Database
from emulator.volumes import InstanceFacts, Volumes
from emulator.volumes.mover import Here, Mover

home = Home(Path(sys.argv[1]))
volumes = Volumes(
    home,
    Database(home.state_file),
    Mover(Here()),
    ["us-east-1a"],
    lambda instance_id: InstanceFacts(instance_id, "us-east-1a", "running"),
    Silent(),
)
print("ready", flush=True)
"""

_ATTACH = f"""{_SHELL}
sys.stdin.readline()
try:
    volumes.attach(sys.argv[2], sys.argv[3], sys.argv[4])
except EmulatorError as error:
    print(error.code)
else:
    print("attached")
"""

_PLAY = f"""{_SHELL}
made, instances = sys.argv[3].split(), sys.argv[4].split()
chance = random.Random(sys.argv[2])
while True:
    volume = chance.choice(made)
    try:
        match chance.randrange(4):
            case 0:
                volumes.attach(volume, chance.choice(instances), chance.choice(["/dev/sdf", "/dev/sdg"]))
            case 1:
                volumes.detach(volume)
            case 2:
                volumes.snapshots.create(volume)
            case _:
                for snapshot in volumes.snapshots.describe()[:1]:
                    volumes.snapshots.delete(snapshot.id)
    except EmulatorError as error:
        if error.code not in ("VolumeInUse", "IncorrectState", "InvalidParameterValue", "InvalidSnapshot.NotFound"):
            raise
"""


_TO_AND_FRO = """
import os, sys
print("ready", flush=True)
while True:
    os.rename(sys.argv[1], sys.argv[2])
    os.rename(sys.argv[2], sys.argv[1])
"""


def _at_once(home: Home, attempts: list[tuple[str, str, str]]) -> list[str]:
    """Attach in as many processes, and return what each was told."""
    shells = [
        subprocess.Popen(
            [sys.executable, "-c", _ATTACH, str(home.root), *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path.cwd(),
        )
        for words in attempts
    ]
    for shell in shells:
        assert shell.stdout
        assert shell.stdout.readline() == "ready\n"
    for shell in shells:
        assert shell.stdin
        shell.stdin.write("\n")
        shell.stdin.flush()
    return [shell.communicate(timeout=60)[0].strip() for shell in shells]


def test_one_of_two_shells_gets_the_volume(volumes: Volumes, machines: Machines, make: Make, home: Home) -> None:
    """The other is told that it is in use."""
    volume, first, second = make(), machines.launch(), machines.launch()

    told = _at_once(home, [(volume.id, first, "/dev/sdf"), (volume.id, second, "/dev/sdf")])

    assert sorted(told) == ["VolumeInUse", "attached"]
    (seen,) = volumes.describe()
    winner = (first, second)[told.index("attached")]
    assert seen.is_attached_to(winner)
    assert (machines.inside(winner) / "sdf" / "who").read_text() == volume.id


def test_one_of_two_volumes_gets_the_device(volumes: Volumes, machines: Machines, make: Make, home: Home) -> None:
    """The other stays available."""
    first, second, instance_id = make(), make(), machines.launch()

    told = _at_once(home, [(first.id, instance_id, "/dev/sdf"), (second.id, instance_id, "/dev/sdf")])

    assert sorted(told) == ["InvalidParameterValue", "attached"]
    assert sorted(one.status for one in volumes.describe()) == ["available", "in-use"]
    winner = (first, second)[told.index("attached")]
    assert (machines.inside(instance_id) / "sdf" / "who").read_text() == winner.id


def test_a_volume_is_looked_for_while_others_come_and_go(
    machines: Machines, make: Make, steps: Steps, home: Home
) -> None:
    """What was listed a moment ago may be gone when it is looked at."""
    volume, other, instance_id = make(), make(), machines.launch()
    (home.volumes / volume.id).rename(machines.inside(instance_id) / "sdg")
    lost = dataclasses.replace(volume, attachment=Attachment(volume.id, instance_id, "/dev/sdg", utc_now()), inode=-1)
    places = (str(home.volumes / other.id), str(machines.inside(instance_id) / "sdf"))

    with subprocess.Popen([sys.executable, "-c", _TO_AND_FRO, *places], stdout=subprocess.PIPE, text=True) as shell:
        try:
            assert shell.stdout
            assert shell.stdout.readline() == "ready\n"
            found = {steps.places.find(lost, []) for _ in range(3000)}
        finally:
            shell.kill()

    assert [place.path.name for place in found if place] == ["sdg"]


def test_whatever_shells_do_at_random_no_volume_is_lost_or_taken_for_another(
    volumes: Volumes, open_shell: OpenShell, machines: Machines, make: Make, home: Home
) -> None:
    """Attach, detach, copy and look, in several threads; refusals are answers, too."""
    made = [make() for _ in range(3)]
    instances = [machines.launch() for _ in range(2)]
    unexpected: list[BaseException] = []

    def play(seed: int) -> None:
        chance, shell = random.Random(seed), open_shell()
        for _ in range(25):
            volume, instance_id = chance.choice(made).id, chance.choice(instances)
            deeds: list[Callable[[], object]] = [
                partial(shell.attach, volume, instance_id, chance.choice(["/dev/sdf", "/dev/sdg"])),
                partial(shell.detach, volume),
                partial(shell.snapshots.create, volume),
                shell.describe,
            ]
            try:
                chance.choice(deeds)()
            except EmulatorError as error:
                if error.code not in ("VolumeInUse", "IncorrectState", "InvalidParameterValue"):
                    unexpected.append(error)

    players = [threading.Thread(target=play, args=(seed,)) for seed in range(4)]
    for player in players:
        player.start()
    for player in players:
        player.join()

    assert unexpected == []
    _check(volumes, machines, home, made, instances)


def test_shells_that_are_killed_at_random_lose_nothing(
    volumes: Volumes, machines: Machines, make: Make, home: Home
) -> None:
    """With -9, in whatever they are at: what they leave, those after them set right."""
    made = [make() for _ in range(3)]
    instances = [machines.launch() for _ in range(2)]
    chance = random.Random(1)

    for turn in range(6):
        shells = [
            subprocess.Popen(
                [
                    *(sys.executable, "-c", _PLAY, str(home.root), f"{turn} {number}"),
                    " ".join(one.id for one in made),
                    " ".join(instances),
                ],
                stdout=subprocess.PIPE,
                text=True,
                cwd=Path.cwd(),
            )
            for number in range(3)
        ]
        for shell in shells:
            assert shell.stdout
            assert shell.stdout.readline() == "ready\n"
        for shell in shells:
            time.sleep(chance.uniform(0.02, 0.2))  # not to wait for anything: to kill at no moment in particular
            assert shell.poll() is None
            shell.kill()
            shell.communicate()

    wait_for(lambda: all(one.state.is_settled for one in volumes.describe()))
    wait_for(lambda: all(one.state.is_settled for one in volumes.snapshots.describe()))
    _check(volumes, machines, home, made, instances)


def _check(volumes: Volumes, machines: Machines, home: Home, made: list[Volume], instances: list[str]) -> None:
    """See that every volume and snapshot is whole, where it is said to be, and nothing else is there."""
    assert [one.id for one in volumes.describe()] == [one.id for one in made]
    for volume in volumes.describe():
        attached = volume.attachment
        folder = (
            machines.inside(attached.instance_id) / attached.device.removeprefix("/dev/")
            if attached
            else home.volumes / volume.id
        )
        assert volume.status == ("in-use" if attached else "available")
        assert (folder / "who").read_text() == volume.id
    for snapshot in volumes.snapshots.describe():
        assert (home.snapshots / snapshot.id / "who").read_text() == snapshot.volume_id
    for instance_id in instances:
        volumes.of_instances.release(instance_id)
    assert sorted(path.name for path in home.volumes.iterdir()) == sorted(one.id for one in made)
    known = sorted(one.id for one in volumes.snapshots.describe())
    assert sorted(path.name for path in home.snapshots.iterdir()) == known
