"""What the list of instances loads where there is an engine to ask: most of its time would be the engine's SDK."""

import os
import subprocess
import sys

from emulator.cloud import Cloud
from emulator.instances.launch import LaunchRequest

_LIST_MODULES = """
import sys
from cli.main import run
assert run(sys.argv[1:]) == 0
print(*sys.modules, file=sys.stderr)
"""


def test_the_list_of_instances_is_made_without_the_engine_s_sdk(cloud: Cloud) -> None:
    """Containers are read from the socket by ourselves."""
    environment = {**os.environ, "CLOUDLET_HOME": str(cloud.home.root)}
    (instance,) = cloud.instances.run(LaunchRequest("base", "t3.nano"))

    done = subprocess.run(
        [sys.executable, "-c", _LIST_MODULES, "ec2", "describe-instances"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    loaded = set(done.stderr.splitlines()[-1].split())
    assert instance.id in done.stdout
    assert "emulator.engine.reading" in loaded
    assert not loaded & {
        "docker",
        "requests",
        "urllib3",
        "boto3",
        "botocore",
        "aiohttp",
        "rich.table",
        "tomllib",
        "yaml",
    }
