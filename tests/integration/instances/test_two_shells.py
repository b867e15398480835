"""Two shells that do as they like with the same instances leave nothing behind, whoever of them came first."""

import ast
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from emulator.cloud import Cloud
from emulator.instances import InstanceState
from emulator.instances.records import Records
from tests.conftest import wait_for
from tests.integration.instances.conftest import environment

_SECONDS = 60
_KILLED_SECONDS = 20

_AT_RANDOM = """
import contextlib, io, random, sys, time
from cli.main import run

chance = random.Random(int(sys.argv[1]))
end = time.monotonic() + float(sys.argv[2])
counts = {}

def cloudlet(*words):
    output, errors = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
        code = run(["ec2", *words])
    counts[words[0], code] = counts.get((words[0], code), 0) + 1
    if code not in (0, 1):
        print(words, code, errors.getvalue(), file=sys.__stderr__, flush=True)
    return output.getvalue().split()

while time.monotonic() < end:
    found = cloudlet("describe-instances", "--filters", "Name=instance-state-name,Values=pending,running,stop*", "-q")
    verbs = ["stop", "start", "terminate", "terminate", "reboot"] if found else []
    verb = chance.choice(["run", *verbs]) if len(found) < 6 else "terminate"
    if verb == "run":
        count = str(chance.randint(1, 3))
        cloudlet("run-instances", "--image-id", "minimal", "--instance-type", "t3.nano", "--count", count,
                 "--block-device-mappings", "DeviceName=/dev/sdf,Ebs={VolumeSize=1}")
    else:
        chosen = chance.sample(found, chance.randint(1, min(3, len(found))))
        cloudlet(f"{verb}-instances", "--instance-ids", *chosen)
print({f"{verb} {code}": count for (verb, code), count in sorted(counts.items())})
sys.exit(any(code not in (0, 1) for _, code in counts))
"""


def _shell(cloud: Cloud, seed: int, seconds: float) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", _AT_RANDOM, str(seed), str(seconds)]
    return subprocess.Popen(
        command,
        env=environment(cloud),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    )


@pytest.mark.timeout(600)
def test_two_shells_at_random_leave_nothing(cloud: Cloud) -> None:
    """No container, folder, volume or record but those of what is still alive, and those go with it."""
    cloud.images.ensure_built(cloud.images.find("minimal"))
    seed = random.randrange(10**6)
    shells = [_shell(cloud, seed + number, _SECONDS) for number in range(2)]

    said = [shell.communicate(timeout=500) for shell in shells]

    assert [shell.returncode for shell in shells] == [0, 0], (seed, said)
    counts = [ast.literal_eval(output.splitlines()[-1]) for output, _ in said]
    for verb in ("run", "describe", "stop", "start", "terminate"):
        assert sum(count.get(f"{verb}-instances 0", 0) for count in counts) > 0, (seed, counts)
    _everything_ends(cloud, seed)


@pytest.mark.timeout(600)
def test_a_shell_that_is_killed_at_any_moment_leaves_nothing(cloud: Cloud) -> None:
    """The next one that looks sees to what it had begun."""
    cloud.images.ensure_built(cloud.images.find("minimal"))
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    end = time.monotonic() + _KILLED_SECONDS
    while time.monotonic() < end:
        with _shell(cloud, chance.randrange(10**6), 60) as shell:
            time.sleep(chance.uniform(0.5, 4))
            os.killpg(shell.pid, signal.SIGKILL)

    _everything_ends(cloud, seed)


def _everything_ends(cloud: Cloud, seed: int) -> None:
    """Check that what is listed is what there is, and that nothing is left when all of it is terminated."""
    # An engine finishes what it was asked for by who is dead; the next look sees to that.
    wait_for(lambda: not _under_way(cloud) and _contained(cloud) <= _alive(cloud))
    ids = _alive(cloud)
    assert {path.name for path in _folder(cloud)} == ids, seed

    cloud.instances.terminate(sorted(ids))

    wait_for(lambda: not _alive(cloud) and not _contained(cloud))
    assert _folder(cloud) == [], seed
    assert cloud.volumes.describe() == [], seed
    assert Records(cloud.database).members() == [], seed
    assert list(cloud.home.locks.glob("shell-*")) == [], seed


def _under_way(cloud: Cloud) -> str:
    changing = (InstanceState.PENDING, InstanceState.STOPPING, InstanceState.SHUTTING_DOWN)
    states = {one.id: one.state.label for one in cloud.instances.describe() if one.state in changing}
    return json.dumps(states) if states else ""


def _alive(cloud: Cloud) -> set[str]:
    return {one.id for one in cloud.instances.describe() if one.state is not InstanceState.TERMINATED}


def _contained(cloud: Cloud) -> set[str]:
    return {container.labels["cloudlet.instance"] for container in cloud.engine.containers.list()}


def _folder(cloud: Cloud) -> list[Path]:
    return list(cloud.home.instances.iterdir()) if cloud.home.instances.exists() else []
