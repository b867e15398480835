"""169.254.169.254 as an instance reaches it: a container that shares the interface's network."""

import dataclasses
import json
import statistics
from collections.abc import Callable

from emulator.metadata import metadata_document, wait_applied, write_metadata
from emulator.units import MIB
from tests.conftest import wait_for
from tests.integration.metadata.conftest import Interface, restart, rules
from tests.unit.metadata.facts import FACTS, FULL

_ID = "/latest/meta-data/instance-id"

_LATENCIES = """
import http.client, json, time
took = []
for _ in range(300):
    began = time.perf_counter()
    connection = http.client.HTTPConnection("169.254.169.254")
    connection.request("GET", "/latest/meta-data/instance-id")
    connection.getresponse().read()
    connection.close()
    took.append(time.perf_counter() - began)
print(json.dumps(took))
"""
_IS_LISTENING = "import socket; socket.create_connection(('169.254.169.254', 80))"
_SILENT = """
import socket, time
began = time.monotonic()
client = socket.create_connection(("169.254.169.254", 80))
client.sendall(b"GET /latest")
assert client.recv(1) == b"", "answered"
print(time.monotonic() - began)
"""


def test_an_instance_asks_who_it_is(interface: Interface) -> None:
    """In both versions of the service, with the command people use."""
    header = "X-aws-ec2-metadata-token"
    url = "http://169.254.169.254/latest"
    token = interface.says("curl", "-sf", "-X", "PUT", "-H", f"{header}-ttl-seconds: 21600", f"{url}/api/token")

    answer = interface.says("curl", "-sf", "-H", f"{header}: {token}", f"{url}/meta-data/instance-type")

    assert interface.get(_ID) == FACTS.instance_id
    assert answer == "t3.micro"


def test_a_changed_document_is_told_with_the_next_request(interface: Interface) -> None:
    """One file is written; neither engine nor server take part."""
    for name in ("one", "two", "three"):
        write_metadata(interface.folder, metadata_document(dataclasses.replace(FACTS, instance_id=f"i-{name}")))

        assert interface.get(_ID) == f"i-{name}"


def test_an_instance_gets_its_user_data(interface: Interface) -> None:
    """Byte for byte, also bytes that are no text."""
    write_metadata(interface.folder, metadata_document(FULL))
    command = "curl -sf http://169.254.169.254/latest/user-data | od -An -c | tr -d ' \\n'"

    assert interface.says("sh", "-c", command) == "#!/bin/sh\\necho377\\0hello\\n"


def test_two_interfaces_answer_each_for_itself(
    start_interface: Callable[..., Interface], join: Callable[..., Interface]
) -> None:
    """The same address in two networks."""
    mine = join(start_interface(FACTS, rules("1")))
    other = join(start_interface(dataclasses.replace(FACTS, instance_id="i-other"), rules("1")))

    wait_applied(mine.folder, "1", 30)
    wait_applied(other.folder, "1", 30)

    assert [one.get(_ID) for one in (mine, other)] == [FACTS.instance_id, "i-other"]


def test_an_instance_may_have_a_server_on_port_80(interface: Interface) -> None:
    """On all its addresses, as web servers do, and without a word from the metadata service."""
    interface.serve(80, "my page")

    assert interface.says("curl", "-sf", "http://127.0.0.1/") == "my page"
    assert interface.says("curl", "-sf", f"http://{interface.address}/") == "my page"
    assert interface.get(_ID) == FACTS.instance_id


def test_an_interface_answers_again_after_a_restart(interface: Interface, join: Callable[..., Interface]) -> None:
    """To tokens of before, too."""
    command = ["curl", "-sf", "-X", "PUT", "-H", "X-aws-ec2-metadata-token-ttl-seconds: 21600"]
    token = interface.says(*command, "http://169.254.169.254/latest/api/token")

    restart(interface)
    wait_applied(interface.folder, "first", 30)
    join(interface)

    header = f"X-aws-ec2-metadata-token: {token}"
    answer = wait_for(lambda: interface.run("curl", "-sf", "-H", header, f"http://169.254.169.254{_ID}")[1])
    assert answer == FACTS.instance_id


def test_a_request_takes_at_most_five_milliseconds(interface: Interface) -> None:
    """The median of many, each on a connection of its own; tried again if this machine is busy."""

    def fast_enough() -> bool:
        took: list[float] = json.loads(interface.says("python3", "-c", _LATENCIES))
        return statistics.median(took) <= 0.005

    wait_for(fast_enough, deadline_seconds=120)


def test_an_idle_interface_uses_at_most_15_mib(interface: Interface) -> None:
    """Counted as `docker stats` does: without the files that the kernel may forget."""
    interface.says("python3", "-c", _LATENCIES)
    script = """
    if [ -f /sys/fs/cgroup/memory.current ]; then
      cat /sys/fs/cgroup/memory.current; awk '$1 == "inactive_file" {print $2}' /sys/fs/cgroup/memory.stat
    else
      cd /sys/fs/cgroup/memory; cat memory.usage_in_bytes; awk '$1 == "total_inactive_file" {print $2}' memory.stat
    fi"""

    used, forgettable = (int(line) for line in interface.inside("sh", "-c", script).split())

    assert used - forgettable <= 15 * MIB


def test_a_client_that_never_asks_is_let_go(interface: Interface) -> None:
    """After ten seconds; the others are served meanwhile."""
    assert 5 < float(interface.says("python3", "-c", _SILENT)) < 60


def test_an_interface_ends_at_once_when_asked_to(start_interface: Callable[..., Interface]) -> None:
    """The first process of a container hears no signal that it does not wait for."""
    polite = start_interface(script=rules("1"), stop_signal="SIGTERM")
    containers = polite.cloud.engine.containers
    wait_for(lambda: b"imds.program" in containers.exec(polite.id, ["cat", "/proc/1/cmdline"]).output)
    wait_for(lambda: containers.exec(polite.id, ["python3", "-c", _IS_LISTENING]).exit_code == 0)

    containers.stop(polite.id, timeout_seconds=60)

    assert containers.exit_code(polite.id) == 0
