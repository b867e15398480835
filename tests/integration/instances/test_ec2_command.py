"""`cloudlet ec2` from launch to end, as a shell script uses it."""

import json
import signal
import subprocess
import sys

from emulator.cloud import Cloud
from emulator.errors import EmulatorError
from emulator.instances import InstanceState
from tests.conftest import wait_for
from tests.integration.instances.conftest import CLOUDLET, Machine, cloudlet, environment


def _json(cloud: Cloud, *words: str) -> dict[str, list[dict[str, object]]]:
    result = cloudlet(cloud, "ec2", *words, "--output", "json")
    assert result.returncode == 0, result.stderr
    parsed: dict[str, list[dict[str, object]]] = json.loads(result.stdout)
    return parsed


def test_the_story_of_two_instances(cloud: Cloud) -> None:
    """Each answer in AWS's shape, ids in, ids out."""
    words = ("run-instances", "--image-id", "base", "--instance-type", "t3.micro", "--count", "2")
    run = _json(cloud, *words, "--tag-specifications", "ResourceType=instance,Tags=[{Key=team,Value=data}]")
    ids = [str(instance["InstanceId"]) for instance in run["Instances"]]

    stopped = _json(cloud, "stop-instances", "--instance-ids", *ids)
    started = _json(cloud, "start-instances", "--instance-ids", ids[0])
    states = cloudlet(
        cloud, "ec2", "describe-instances", "--query", "Reservations[].Instances[].State.Name", "--output", "text"
    )
    quiet = cloudlet(cloud, "ec2", "describe-instances", "-q")
    ended = cloudlet(cloud, "ec2", "terminate-instances", "--instance-ids", *quiet.stdout.decode().split())

    assert [instance["Tags"] for instance in run["Instances"]] == [[{"Key": "team", "Value": "data"}]] * 2
    assert [change["InstanceId"] for change in stopped["StoppingInstances"]] == ids
    assert started["StartingInstances"] == [
        {
            "InstanceId": ids[0],
            "CurrentState": {"Code": 16, "Name": "running"},
            "PreviousState": {"Code": 80, "Name": "stopped"},
        }
    ]
    assert states.stdout == b"running\tstopped\n"
    assert quiet.stdout.decode().split() == ids
    assert ended.stdout.decode().count("terminated") == 2


def test_the_table_shows_what_people_look_for(shared: Cloud, web: Machine, nano: Machine) -> None:
    """Name, state, type, AMI, address and ports, in one line an instance."""
    table = cloudlet(shared, "ec2", "describe-instances").stdout.decode()

    port = web.instance.ports[0][0]
    line = next(line for line in table.splitlines() if line.startswith(web.id))
    assert line.split() == [web.id, "web", "running", "t3.small", "web", web.instance.launch.private_ip, f"{port}->80"]


def test_a_launch_says_what_to_do_next_on_stderr(cloud: Cloud) -> None:
    """And only ids on stdout when that is all that was asked for."""
    words = ("ec2", "run-instances", "--image-id", "base", "--instance-type", "t3.micro")

    talkative = cloudlet(cloud, *words)
    quiet = cloudlet(cloud, *words, "--quiet")

    ids = [instance.id for instance in cloud.instances.describe()]
    assert f"cloudlet ec2 exec {ids[0]} -- bash" in talkative.stderr.decode()
    assert (quiet.stdout.decode(), quiet.stderr) == (f"{ids[1]}\n", b"")


def _is_waited_for(cloud: Cloud) -> bool:
    """Tell whether somebody waits inside an instance for its user data."""
    try:
        seen = [
            cloud.instances.exec(one.id, ("sh", "-c", "cat /proc/[0-9]*/cmdline")) for one in cloud.instances.describe()
        ]
    except EmulatorError:  # it does not run yet
        return False
    return any(b"timeout" in one.output for one in seen)


def test_ctrl_c_ends_the_waiting_for_user_data_and_nothing_else(cloud: Cloud) -> None:
    """The ids come all the same: without them, the instance would be lost to a script."""
    words = ("--image-id", "minimal", "--instance-type", "t3.nano", "--user-data", "#!/bin/sh\nexec sleep 1000\n")
    command = (*CLOUDLET, "ec2", "run-instances", *words, "--wait-for-user-data", "--quiet")
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment(cloud), stdout=pipe, stderr=pipe, text=True) as process:
        wait_for(lambda: _is_waited_for(cloud))

        process.send_signal(signal.SIGINT)
        output, said = process.communicate(timeout=60)

    (instance,) = cloud.instances.describe()
    assert instance.state is InstanceState.RUNNING
    assert (process.returncode, output) == (130, f"{instance.id}\n")
    assert said == f"interrupted; still running, user data included: {instance.id}\n"


def test_an_empty_list_is_no_failure(cloud: Cloud) -> None:
    """Valid, empty JSON on stdout, a hint on stderr."""
    result = cloudlet(cloud, "ec2", "describe-instances", "--output", "json")

    assert result.returncode == 0
    assert json.loads(result.stdout) == {"Reservations": []}
    assert b"launch one" in result.stderr


def test_unknown_things_have_exit_code_1_and_awss_code(shared: Cloud, web: Machine) -> None:
    """The code is for scripts, the hint for people."""
    unknown_id = cloudlet(shared, "ec2", "stop-instances", "--instance-ids", "i-00000000000000000")
    unknown_name = cloudlet(shared, "ec2", "stop-instances", "--instance-ids", "wbe")
    unknown_ami = cloudlet(shared, "ec2", "run-instances", "--image-id", "wbe", "--instance-type", "t3.micro")

    assert [result.returncode for result in (unknown_id, unknown_name, unknown_ami)] == [1, 1, 1]
    assert b"(InvalidInstanceID.NotFound)" in unknown_id.stderr
    assert b"hint: did you mean web?" in unknown_name.stderr
    assert b"(InvalidAMIID.NotFound)" in unknown_ami.stderr


def test_looking_at_instances_needs_no_sdk(shared: Cloud, nano: Machine) -> None:
    """It would be a third of what the most frequent command takes."""
    script = "import sys; from cli.main import run; run(sys.argv[1:]); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", script, "ec2", "describe-instances", "--instance-ids", nano.id, "--quiet"],
        env=environment(shared),
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.strip() == nano.id
    assert not {"docker", "requests", "urllib3"} & {*done.stderr.splitlines()[-1].split()}
