"""The script for `nft`: what must be in it whatever the groups say. That the kernel takes it is for the real one."""

import re
from collections.abc import Sequence

import pytest

from emulator.network.ruleset import generation, ruleset
from emulator.network.security_group import Permission, Rule, SecurityGroup

A, B = "sg-0123456789abcdef0", "sg-00000000000000001"
ALL_OUT = Permission("-1", -1, -1, cidr="0.0.0.0/0")


def group(*incoming: Permission, group_id: str = A, outgoing: Sequence[Permission] = (ALL_OUT,)) -> SecurityGroup:
    rules = [Rule(f"sgr-{index}", group_id, False, one) for index, one in enumerate(incoming)]
    rules += [Rule(f"sgr-out-{index}", group_id, True, one) for index, one in enumerate(outgoing)]
    return SecurityGroup(group_id, "name", "description", tuple(rules))


def script(*groups: SecurityGroup, members: dict[str, list[str]] | None = None) -> str:
    return ruleset(groups, members or {}, "172.31.0.1", "172.31.0.0/16")


def chain(text: str, name: str) -> list[str]:
    """Return the lines of one chain, the first saying its policy."""
    found = re.search(rf"chain {name} {{\n(.*?)\n\t}}", text, re.DOTALL)
    assert found
    return [line.strip() for line in found[1].splitlines()]


def test_the_table_is_replaced_whole_and_no_other_is_touched() -> None:
    """Naming it first makes the deletion work also where there is none yet."""
    lines = script(group()).splitlines()

    assert lines[1:4] == ["table inet cloudlet", "delete table inet cloudlet", "table inet cloudlet {"]
    assert "flush" not in script(group())
    assert lines[-1] == "}"


def test_the_same_content_has_the_same_generation_whatever_the_order() -> None:
    """A rule that was taken away and put back changes nothing for an interface."""
    ssh, web = Permission("tcp", 22, 22, cidr="10.0.0.0/8"), Permission("tcp", 80, 80, peer_group=B)

    one = script(group(ssh, web), members={B: ["172.31.0.9", "172.31.0.10"]})
    other = script(group(web, ssh), members={B: ["172.31.0.10", "172.31.0.9"]})
    third = script(group(web, ssh), members={B: ["172.31.0.10"]})

    assert one == other
    assert generation(one) != generation(third)
    assert re.fullmatch(r"[0-9a-f]{16}", generation(one))


@pytest.mark.parametrize("text", ["", "table inet cloudlet", "#", "\n# 1"])
def test_a_script_without_a_generation_has_none(text: str) -> None:
    assert generation(text) == ""


def test_without_rules_only_this_machine_and_answers_come_in() -> None:
    assert chain(script(group()), "input") == [
        "type filter hook input priority filter; policy drop;",
        'iifname "lo" accept',
        "ct state established,related accept",
        "ip saddr 172.31.0.1 accept",
    ]


def test_everything_goes_out_of_a_group_that_says_so() -> None:
    assert chain(script(group()), "output") == ["type filter hook output priority filter; policy accept;"]


def test_what_one_group_lets_out_another_cannot_hold_back() -> None:
    """Rules only ever allow."""
    https = Permission("tcp", 443, 443, cidr="0.0.0.0/0")

    both = script(group(outgoing=[https]), group(group_id=B))

    assert "policy accept" in chain(both, "output")[0]


def test_a_group_that_lets_out_less_lets_out_only_that_and_names_are_still_found() -> None:
    https = Permission("tcp", 443, 443, cidr="0.0.0.0/0")

    assert chain(script(group(outgoing=[https, Permission("udp", 1, 2, peer_group=B)])), "output") == [
        "type filter hook output priority filter; policy drop;",
        'oifname "lo" accept',
        "ct state established,related accept",
        "ip daddr != 172.31.0.0/16 meta l4proto { tcp, udp } th dport 53 accept",
        "meta nfproto ipv4 tcp dport 443 accept",
        f"ip daddr @{B} udp dport 1-2 accept",
    ]


@pytest.mark.parametrize(
    ("permission", "line"),
    [
        (Permission("tcp", 22, 22, cidr="10.0.0.0/8"), "ip saddr { 10.0.0.0/8 } tcp dport 22 accept"),
        (Permission("udp", 80, 90, cidr="0.0.0.0/0"), "meta nfproto ipv4 udp dport 80-90 accept"),
        (Permission("tcp", 5432, 5432, peer_group=B), f"ip saddr @{B} tcp dport 5432 accept"),
        (Permission("-1", -1, -1, peer_group=A), f"ip saddr @{A} accept"),
        (Permission("-1", -1, -1, cidr="0.0.0.0/0"), "meta nfproto ipv4 accept"),
        (Permission("icmp", -1, -1, cidr="0.0.0.0/0"), "meta nfproto ipv4 meta l4proto 1 accept"),
        (Permission("icmp", 8, -1, cidr="0.0.0.0/0"), "meta nfproto ipv4 icmp type 8 accept"),
        (Permission("icmp", 3, 4, cidr="0.0.0.0/0"), "meta nfproto ipv4 icmp type 3 icmp code 4 accept"),
        (Permission("50", -1, -1, cidr="9.9.9.9/32"), "ip saddr { 9.9.9.9/32 } meta l4proto 50 accept"),
    ],
)
def test_a_permission_becomes_a_line(permission: Permission, line: str) -> None:
    assert chain(script(group(permission)), "input")[4:] == [line]


def test_ranges_for_the_same_traffic_share_a_line_and_do_not_overlap() -> None:
    """The kernel refuses a set in which they do."""
    cidrs = ("10.0.0.0/8", "10.1.0.0/16", "192.168.0.0/17", "192.168.128.0/17", "1.2.3.4/32")
    permissions = [Permission("tcp", 80, 80, cidr=cidr) for cidr in cidrs]

    lines = chain(script(group(*permissions)), "input")[4:]

    assert lines == ["ip saddr { 1.2.3.4/32, 10.0.0.0/8, 192.168.0.0/16 } tcp dport 80 accept"]


def test_members_of_a_group_are_a_set_also_where_there_are_none() -> None:
    """A group without members lets in nobody; one that is in no rule is not mentioned."""
    rules = group(Permission("tcp", 1, 1, peer_group=A), Permission("tcp", 2, 2, peer_group=B))

    text = script(rules, members={A: ["172.31.0.9"], "sg-00000000000000002": ["172.31.0.7"]})

    assert f"\tset {A} {{\n\t\ttype ipv4_addr\n\t\telements = {{ 172.31.0.9 }}\n\t}}" in text
    assert f"\tset {B} {{\n\t\ttype ipv4_addr\n\t}}" in text
    assert "172.31.0.7" not in text


def test_ipv6_stays_out_whatever_a_rule_says() -> None:
    """The VPC has none; a rule for it is kept, as on AWS, and opens nothing."""
    rule = Permission("tcp", 22, 22, cidr="::/0")

    assert script(group(rule)) == script(group())


def test_an_instance_whose_groups_are_lost_is_closed() -> None:
    """Not open: nobody knows what its groups said."""
    text = script()

    assert len(chain(text, "input")) == 4
    assert "policy drop" in chain(text, "output")[0]


def test_the_rules_of_several_groups_add_up_once() -> None:
    ssh = Permission("tcp", 22, 22, cidr="0.0.0.0/0")
    web = Permission("tcp", 80, 80, cidr="0.0.0.0/0")

    lines = chain(script(group(ssh), group(ssh, web, group_id=B)), "input")[4:]

    assert lines == ["meta nfproto ipv4 tcp dport 22 accept", "meta nfproto ipv4 tcp dport 80 accept"]
