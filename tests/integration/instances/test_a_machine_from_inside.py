"""A machine is a machine: what it is, read where its user would read it."""

import urllib.request

import pytest

from tests.conftest import wait_for
from tests.integration.instances.conftest import Machine

_CGROUP = "/sys/fs/cgroup"
_SWAP_NOT_COUNTED = 1  # `cat` finds no such file where the kernel counts no swap

_BUSY = """
usage() { if [ -f {cgroup}/cpuacct/cpuacct.usage ]; then cat {cgroup}/cpuacct/cpuacct.usage;
          else awk '/^usage_usec/ {print $2 "000"}' {cgroup}/cpu.stat; fi; }
used=$(usage); began=$(date +%s%N)
timeout 3 sh -c 'while :; do :; done' & timeout 3 sh -c 'while :; do :; done' &
allowed=$(sed -n 's/^Cpus_allowed_list:\\s*//p' /proc/$!/status); wait
echo $(( ($(usage) - used) * 1000 / ($(date +%s%N) - began) )) $allowed
"""


def _limit(machine: Machine, v2: str, v1: str) -> str:
    """Read a limit from the machine's own cgroup, of whichever version."""
    return machine.says("sh", "-c", f"cat {_CGROUP}/{v2} 2>/dev/null || cat {v1}")


@pytest.mark.parametrize(("name", "memory_mib", "cpus"), [("nano", 512, 1), ("web", 2048, 2)])
def test_the_limits_are_those_of_the_type(
    name: str, memory_mib: int, cpus: int, request: pytest.FixtureRequest
) -> None:
    """Enforced by the kernel, not told by a list."""
    machine: Machine = request.getfixturevalue(name)

    memory = _limit(machine, "memory.max", f"{_CGROUP}/memory/memory.limit_in_bytes")
    cpu = _limit(machine, "cpu.max", f"{_CGROUP}/cpu/cpu.cfs_quota_us {_CGROUP}/cpu/cpu.cfs_period_us")

    assert int(memory) == memory_mib * 1024 * 1024
    assert [int(figure) for figure in cpu.split()] == [cpus * 100_000, 100_000]


@pytest.mark.parametrize(("name", "memory_mib", "cpus"), [("nano", 512, 1), ("web", 2048, 2)])
def test_programs_inside_see_the_size_of_the_instance(
    name: str, memory_mib: int, cpus: int, request: pytest.FixtureRequest
) -> None:
    """Not that of the machine it runs on: they choose their threads and caches by it."""
    machine: Machine = request.getfixturevalue(name)

    seen = {
        "free": machine.says("free", "--mebi").splitlines()[1].split()[1],
        "nproc": machine.says("nproc"),
        "lscpu": machine.says("sh", "-c", "lscpu | sed -n 's/^CPU(s): *//p'"),
        "Python": machine.says("python3", "-c", "import os; print(os.cpu_count(), len(os.sched_getaffinity(0)))"),
        "getconf": machine.says("getconf", "_NPROCESSORS_ONLN"),
    }

    assert seen == {
        "free": str(memory_mib),
        "nproc": str(cpus),
        "lscpu": str(cpus),
        "Python": f"{cpus} {cpus}",
        "getconf": str(cpus),
    }


def test_swap_is_no_way_around_the_memory_limit(nano: Machine) -> None:
    """A machine of half a GiB has half a GiB, whatever this one swaps."""
    result = nano.run("cat", f"{_CGROUP}/memory.swap.max")
    if result.exit_code:
        result = nano.run("cat", f"{_CGROUP}/memory/memory.memsw.limit_in_bytes")

    assert (result.exit_code, result.output.strip()) in [
        (0, b"0"),
        (0, str(512 * 1024 * 1024).encode()),
        (_SWAP_NOT_COUNTED, b""),
    ]


def test_a_process_that_eats_all_memory_is_killed_and_the_instance_lives_on(nano: Machine) -> None:
    """As on a machine of that size: the kernel ends the process, not the server."""
    eaten = nano.run("python3", "-c", "print('begun', flush=True); x = bytearray(700 << 20); print('had', len(x))")

    assert eaten.output == b"begun\n"
    assert eaten.exit_code == 137
    assert nano.says("systemctl", "is-system-running") == "running"
    assert nano.cloud.instances.describe([nano.id])[0].state.label == "running"


def test_two_busy_loops_on_one_vcpu_get_one_core_between_them(nano: Machine) -> None:
    """What was used, not what was promised; how much of the core they get is for others on this machine to say."""
    thousandths, allowed = nano.says("sh", "-c", _BUSY.replace("{cgroup}", _CGROUP)).split()

    assert 0 < int(thousandths) <= 1250
    assert allowed.isdigit()  # one processor, no list or range of them


def test_systemd_is_the_first_process_and_content(web: Machine) -> None:
    """`degraded` would mean that a unit failed."""
    assert web.says("systemctl", "is-system-running") == "running"
    assert web.says("cat", "/proc/1/comm") == "systemd"


def test_the_hostname_is_made_from_the_private_address(web: Machine) -> None:
    """As EC2 does it."""
    assert web.says("hostname") == "ip-" + web.instance.launch.private_ip.replace(".", "-")
    assert web.says("hostname", "--fqdn") == web.instance.launch.private_dns_name
    assert web.instance.launch.private_ip in web.says("hostname", "-I").split()


def test_instances_reach_each_other_by_private_name(web: Machine, nano: Machine) -> None:
    """Names, not addresses, stand in configuration files."""
    name = web.instance.launch.private_dns_name

    assert nano.says("getent", "hosts", name).split()[0] == web.instance.launch.private_ip
    assert "It works" in nano.says("curl", "--silent", "--fail", f"http://{name}/")


def test_a_published_port_answers_on_loopback(web: Machine) -> None:
    """What a browser on this machine sees."""
    ((port, inside),) = web.instance.ports

    page = wait_for(lambda: urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10).read())

    assert inside == 80
    assert b"It works" in page


def test_root_inside_cannot_write_its_limits_on_cgroup_v1(nano: Machine) -> None:
    """On v2, where there is no such file, systemd needs a tree it can write: limits are no wall there."""
    result = nano.run("sh", "-c", f"echo 1G > {_CGROUP}/memory/memory.limit_in_bytes")

    assert result.exit_code != 0
