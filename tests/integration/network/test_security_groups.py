"""Security groups as packets meet them: between containers on a real engine, right after each change."""

import socket
from typing import Any

import pytest

from emulator.errors import EmulatorError
from tests.conftest import wait_for
from tests.integration.network.conftest import Lan, Peer
from tests.integration.network.peer import UDP_PORT

ANYWHERE = {"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
ALL_OUT = [{"IpProtocol": "-1", **ANYWHERE}]


def tcp(port: int, **peer: Any) -> list[dict[str, Any]]:
    return [{"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **(peer or ANYWHERE)}]


def of_group(name: str) -> dict[str, Any]:
    return {"UserIdGroupPairs": [{"GroupName": name}]}


def test_members_of_the_default_group_reach_each_other_and_nobody_else_reaches_them(lan: Lan, stranger: Peer) -> None:
    """Another home's instances are on the same network, and strangers all the same."""
    first, second = lan.add(), lan.add()

    assert first.reaches(second)
    assert second.reaches(first, UDP_PORT, "udp")
    assert first.reaches(second, protocol="icmp")
    assert stranger.is_cut_from(first)
    assert stranger.is_cut_from(first, UDP_PORT, "udp")
    assert stranger.is_cut_from(first, protocol="icmp")
    assert first.is_cut_from(stranger)


def test_a_rule_opens_its_port_and_its_end_closes_it(lan: Lan, stranger: Peer) -> None:
    """Each is so when the verb returns."""
    lan.group("web")
    web = lan.add("web")
    assert stranger.is_cut_from(web)

    lan.groups.authorize("web", tcp(80))
    assert stranger.reaches(web)
    assert stranger.is_cut_from(web, 81)

    lan.groups.revoke("web", tcp(80))
    assert stranger.is_cut_from(web)


def test_a_rule_about_a_group_is_for_its_members_only(lan: Lan, stranger: Peer) -> None:
    """The database lets in web servers, not others; being in the same group lets nobody in."""
    lan.group("web")
    lan.group("db")
    web, db, other_db = lan.add("web"), lan.add("db"), lan.add("db")

    lan.groups.authorize("db", tcp(5432, **of_group("web")))

    assert web.reaches(db, 5432)
    assert web.reaches(other_db, 5432)
    assert web.is_cut_from(db, 80)
    assert db.is_cut_from(web)
    assert db.is_cut_from(other_db, 5432)
    assert stranger.is_cut_from(db, 5432)


def test_who_joins_a_group_is_let_in_and_who_leaves_is_not(lan: Lan) -> None:
    """The rule names the group; its members come and go."""
    lan.group("db")
    lan.group("web")
    lan.groups.authorize("db", tcp(5432, **of_group("web")))
    db = lan.add("db")
    web = lan.add("web")
    assert web.reaches(db, 5432)

    lan.members.pop()
    lan.network.refresh()
    lan.network.settle()

    assert web.is_cut_from(db, 5432)


def test_the_rules_of_two_groups_add_up(lan: Lan, stranger: Peer) -> None:
    lan.groups.authorize(lan.group("web"), tcp(80))
    lan.groups.authorize(lan.group("metrics"), tcp(81))

    both = lan.add("web", "metrics")

    assert stranger.reaches(both, 80)
    assert stranger.reaches(both, 81)
    assert stranger.is_cut_from(both, 5432)


def test_a_range_lets_in_who_is_in_it(lan: Lan, stranger: Peer) -> None:
    lan.group("web")
    web = lan.add("web")

    lan.groups.authorize("web", tcp(80, IpRanges=[{"CidrIp": f"{stranger.address}/32"}]))
    lan.groups.authorize("web", tcp(81, IpRanges=[{"CidrIp": "192.0.2.0/24"}]))

    assert stranger.reaches(web, 80)
    assert stranger.is_cut_from(web, 81)


def test_udp_and_icmp_are_let_in_by_rules_of_their_own(lan: Lan, stranger: Peer) -> None:
    lan.group("web")
    web = lan.add("web")

    lan.groups.authorize("web", [{"IpProtocol": "udp", "FromPort": 5000, "ToPort": 6000, **ANYWHERE}])
    assert stranger.reaches(web, UDP_PORT, "udp")
    assert stranger.is_cut_from(web, 5432, "tcp")
    assert stranger.is_cut_from(web, protocol="icmp")

    lan.groups.authorize("web", [{"IpProtocol": "icmp", "FromPort": 8, "ToPort": -1, **ANYWHERE}])
    assert stranger.reaches(web, protocol="icmp")


def test_this_machine_reaches_every_instance(lan: Lan) -> None:
    """What is published is asked for from here; who sits at this machine could do anything anyway."""
    closed = lan.add(lan.group("closed"))

    with socket.create_connection((closed.address, 80), timeout=30) as connection:
        connection.sendall(b"?")
        assert connection.recv(1) == b"?"


def test_what_may_go_out_can_be_narrowed(lan: Lan) -> None:
    """Answers to what came in still go out, and names are still found."""
    lan.group("guest")
    guest, host = lan.add("guest"), lan.add()
    lan.groups.authorize("default", tcp(80, **of_group("guest")))
    lan.groups.authorize("default", tcp(81, **of_group("guest")))
    lan.groups.authorize("guest", tcp(80, **of_group("default")))
    assert guest.reaches(host, 80)

    lan.groups.revoke("guest", ALL_OUT, egress=True)
    assert guest.is_cut_from(host, 80)
    assert host.reaches(guest, 80)

    lan.groups.authorize("guest", tcp(80, **of_group("default")), egress=True)
    assert guest.reaches(host, 80)
    assert guest.reaches(host.instance_id, 80)
    assert guest.is_cut_from(host, 81)


def test_a_connection_outlives_the_rule_that_let_it_in(lan: Lan) -> None:
    """As on AWS: only new ones are refused."""
    lan.group("web")
    web, client = lan.add("web"), lan.add()
    lan.groups.authorize("web", tcp(80))
    client.begin("hold", web.address, "80", "30")
    wait_for(lambda: "connected" in client.run("sh", "-c", "cat /tmp/held 2>/dev/null; true"))

    lan.groups.revoke("web", tcp(80))
    client.run("touch", "/tmp/go")

    assert wait_for(lambda: "?" in client.run("cat", "/tmp/held"))
    assert client.is_cut_from(web)


def test_an_interface_that_starts_again_has_its_rules(lan: Lan, stranger: Peer) -> None:
    """And those that changed meanwhile: an engine that stopped keeps nobody from changing a group."""
    lan.groups.authorize(lan.group("web"), tcp(80))
    web = lan.add("web")
    lan.cloud.engine.containers.stop(web.id, 0)

    lan.groups.authorize("web", tcp(81))
    lan.cloud.engine.containers.start(web.id)
    lan.network.settle()
    web.begin("serve")

    assert wait_for(lambda: stranger.reaches(web, 81))
    assert stranger.is_cut_from(web, 5432)


def test_a_refused_script_leaves_what_was_in_force_and_is_an_error(lan: Lan, stranger: Peer) -> None:
    """Never open for want of rules."""
    lan.groups.authorize(lan.group("web"), tcp(80))
    web = lan.add("web")
    folder = lan.folder(web.instance_id)
    (folder / "rules.nft").write_text("# broken\ntable inet cloudlet { nonsense }\n")

    with pytest.raises(EmulatorError, match=f"{web.instance_id}: .*refused"):
        lan.network.settle()

    assert stranger.reaches(web, 80)
    assert stranger.is_cut_from(web, 81)
