"""What the engine is asked for, word for word."""

from pathlib import Path
from typing import Any

import pytest

from emulator.engine import Bind, ContainerSpec, Kind, Tmpfs
from emulator.engine.payload import create_payload

_PLAIN = ContainerSpec("image", Kind.INSTANCE)


def _payload(**changes: Any) -> dict[str, Any]:
    return create_payload(ContainerSpec(**{"image": "image", "kind": Kind.INSTANCE, **changes}), "home")


def _at(payload: dict[str, Any], path: str) -> Any:
    for key in path.split("."):
        payload = payload.get(key, {})
    return payload


@pytest.mark.parametrize(
    ("changes", "path", "wanted"),
    [
        ({"memory_bytes": 5}, "HostConfig.Memory", 5),
        ({"memory_bytes": 5}, "HostConfig.MemorySwap", 5),  # swap included: no more than this
        ({"cpus": 0.5}, "HostConfig.CpuQuota", 50_000),
        ({"cpus": 0.5}, "HostConfig.CpuPeriod", 100_000),
        ({"cpus": 192}, "HostConfig.CpuQuota", 19_200_000),  # more than any machine here has
        ({"cpus": 0.0001}, "HostConfig.CpuQuota", 1000),  # the kernel takes no less
        ({"cpus": 64}, "HostConfig.NanoCpus", {}),
        ({"pids": 9}, "HostConfig.PidsLimit", 9),
        ({"command": ()}, "Cmd", []),
        ({"entrypoint": ("a", "b")}, "Entrypoint", ["a", "b"]),
        ({"environment": {"A": "1"}}, "Env", ["A=1"]),
        ({"hostname": "h"}, "Hostname", "h"),
        ({"user": "1000"}, "User", "1000"),
        ({"stop_signal": "SIGKILL"}, "StopSignal", "SIGKILL"),
        ({"restart": "on-failure"}, "HostConfig.RestartPolicy.Name", "on-failure"),
        ({"processors": "0,2"}, "HostConfig.CpusetCpus", "0,2"),
        ({"shared_memory_bytes": 1 << 30}, "HostConfig.ShmSize", 1 << 30),
        ({"tty": True}, "Tty", True),
        ({"mac_address": "02:42:ac:1f:00:05"}, "MacAddress", "02:42:ac:1f:00:05"),
        ({"read_only": True}, "HostConfig.ReadonlyRootfs", True),
        ({"cgroup_namespace": "private"}, "HostConfig.CgroupnsMode", "private"),
        ({"ulimits": {"nofile": 8}}, "HostConfig.Ulimits", [{"Name": "nofile", "Soft": 8, "Hard": 8}]),
        ({"network": "container:abc"}, "HostConfig.NetworkMode", "container:abc"),
        ({"network": "container:abc", "hostname": "h"}, "Hostname", {}),  # the owner of the network has it
        ({"network": "container:abc"}, "NetworkingConfig", {}),
        ({"network": "none"}, "NetworkingConfig", {}),
        ({"mounts": (Tmpfs("/run", "rw"),)}, "HostConfig.Tmpfs", {"/run": "rw"}),
        (
            {"mounts": (Bind(Path("/a"), "/b", read_only=True),)},
            "HostConfig.Mounts",
            [{"Type": "bind", "Source": "/a", "Target": "/b", "ReadOnly": True}],
        ),
        (
            {"network": "net", "ip_address": "10.0.0.4", "aliases": ("x",)},
            "NetworkingConfig.EndpointsConfig",
            {"net": {"Aliases": ["x"], "IPAMConfig": {"IPv4Address": "10.0.0.4"}}},
        ),
    ],
)
def test_each_wish_has_its_place(changes: dict[str, Any], path: str, wanted: object) -> None:
    """A misplaced key is ignored by the engine without a word."""
    assert _at(_payload(**changes), path) == wanted


@pytest.mark.parametrize(
    "path", ["Cmd", "Entrypoint", "User", "StopSignal", "HostConfig.Memory", "HostConfig.CpuQuota"]
)
def test_what_is_not_wished_for_is_left_to_the_image(path: str) -> None:
    """An empty value would overrule it."""
    assert _at(create_payload(_PLAIN, "home"), path) == {}


def test_ports_are_published_on_loopback_only() -> None:
    """Nobody else in the café may reach them."""
    payload = _payload(ports=((8080, 80), (0, 22)))

    assert payload["ExposedPorts"] == {"80/tcp": {}, "22/tcp": {}}
    assert payload["HostConfig"]["PortBindings"] == {
        "80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8080"}],
        "22/tcp": [{"HostIp": "127.0.0.1", "HostPort": ""}],
    }


def test_one_port_may_be_published_twice() -> None:
    """The second must not take the first one's place."""
    bindings = _payload(ports=((8080, 80), (8081, 80)))["HostConfig"]["PortBindings"]

    assert [binding["HostPort"] for binding in bindings["80/tcp"]] == ["8080", "8081"]


def test_output_is_kept_in_a_way_that_can_be_read_and_has_an_end() -> None:
    """Whatever the engine's own way is: it may be to keep everything, or to let nobody read it."""
    log = _at(_payload(), "HostConfig.LogConfig")

    assert log["Type"] == "json-file"
    assert log["Config"].keys() == {"max-size", "max-file"}


def test_everything_carries_its_home_and_kind() -> None:
    """By these labels a home finds what is its own, and nothing else."""
    payload = _payload(labels={"cloudlet.instance": "i-1"})

    assert payload["Labels"] == {
        "cloudlet.home": "home",
        "cloudlet.kind": "instance",
        "cloudlet.instance": "i-1",
    }
