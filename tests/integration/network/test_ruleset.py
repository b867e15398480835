"""Scripts for the packet filter as `nft` itself reads them."""

import random
from pathlib import Path

import pytest

from emulator.engine import Bind, ContainerSpec, Kind
from emulator.network.ruleset import ruleset
from emulator.network.security_group import Permission, Rule, SecurityGroup
from tests.integration.network.conftest import Lan

_IDS = [f"sg-{number:017x}" for number in range(5)]
_CIDRS = [
    "0.0.0.0/0",
    "10.0.0.0/8",
    "10.1.0.0/16",
    "10.255.255.255/32",
    "128.0.0.0/1",
    "0.0.0.0/1",
    "::/0",
    "fe80::/10",
]


def permission(chance: random.Random) -> Permission:
    """Return anything that a rule may be."""
    protocol = chance.choice(["tcp", "udp", "icmp", "icmpv6", "-1", "0", "50", "132", "255"])
    first, last = -1, -1
    if protocol in ("tcp", "udp"):
        first, last = sorted((chance.choice([0, 22, 80, 65535]), chance.choice([0, 22, 80, 65535])))
    elif protocol in ("icmp", "icmpv6"):
        first = chance.choice([-1, 0, 8, 128, 255])
        last = -1 if first == -1 else chance.choice([-1, 0, 255])
    if chance.random() < 0.3:
        return Permission(protocol, first, last, peer_group=chance.choice(_IDS))
    return Permission(protocol, first, last, cidr=chance.choice(_CIDRS))


def group(group_id: str, chance: random.Random, size: int) -> SecurityGroup:
    permissions = {permission(chance): chance.random() < 0.5 for _ in range(size)}
    rules = [Rule(f"sgr-{index}", group_id, egress, one) for index, (one, egress) in enumerate(permissions.items())]
    return SecurityGroup(group_id, "x", "x", tuple(rules))


def scripts() -> dict[str, str]:
    """Return scripts of all sizes, the largest that there can be among them."""
    found = {}
    for seed in range(60):
        chance = random.Random(seed)
        groups = [group(one, chance, chance.choice([0, 1, 5, 60])) for one in _IDS[: chance.randrange(6)]]
        members = {one: [f"172.31.0.{chance.randrange(4, 255)}" for _ in range(chance.randrange(9))] for one in _IDS}
        found[f"seed-{seed}"] = ruleset(groups, members, "172.31.0.1", "172.31.0.0/16")
    everyone = [f"172.31.{third}.{fourth}" for third in range(16) for fourth in range(4, 255)]
    largest = [group(one, random.Random(one), 120) for one in _IDS]
    found["largest"] = ruleset(largest, dict.fromkeys(_IDS, everyone), "172.31.0.1", "172.31.0.0/16")
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, script in scripts().items():
        (tmp_path / f"{name}.nft").write_text(script)
    return tmp_path


def test_nft_takes_every_script(lan: Lan, folder: Path) -> None:
    """Each in the place of the one before, as an interface does it."""
    spec = ContainerSpec(
        image=lan.image,
        kind=Kind.BUILD,
        command=("sleep", "600"),
        network="none",
        mounts=(Bind(folder, "/scripts", read_only=True),),
        cap_add=("NET_ADMIN",),
        stop_signal="SIGKILL",
    )
    apply_all = 'for one in /scripts/*.nft; do nft -c -f "$one" && nft -f "$one" || echo "$one"; done 2>&1'

    with lan.cloud.engine.containers.temporary(spec) as container_id:
        result = lan.cloud.engine.containers.exec(container_id, ("sh", "-c", apply_all))

    assert result.output.decode() == ""


def test_no_other_table_is_touched(lan: Lan) -> None:
    """The guard of the metadata address has one of its own."""
    instance = lan.add()
    before = instance.run("nft", "list", "table", "inet", "cloudlet_metadata")

    lan.groups.authorize("default", [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}])

    assert "meta nfproto ipv4 accept" in instance.run("nft", "list", "table", "inet", "cloudlet")
    assert instance.run("nft", "list", "table", "inet", "cloudlet_metadata") == before
