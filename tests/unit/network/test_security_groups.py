"""The verbs of EC2 on security groups, against a state file and no engine."""

import threading
from pathlib import Path
from typing import Any

import pytest

from emulator.errors import ConflictError, EmulatorError, InvalidRequestError, NotFoundError
from emulator.network.member import Member
from emulator.network.security_group import Permission
from emulator.network.security_groups import SecurityGroups
from emulator.resources.filters import Filter
from emulator.resources.tags import read_tags
from emulator.state import Database
from tests.unit.network.conftest import Surroundings, tcp

EVERYTHING = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
NOBODY = "sg-0123456789abcdef0"


def incoming(groups: SecurityGroups, name: str) -> list[Permission]:
    return list(groups.find(name).permissions(egress=False))


def outgoing(groups: SecurityGroups, name: str) -> list[Permission]:
    return list(groups.find(name).permissions(egress=True))


def test_a_fresh_home_has_a_default_group_whose_members_reach_each_other(groups: SecurityGroups) -> None:
    (default,) = groups.describe()

    assert (default.name, default.description) == ("default", "default VPC security group")
    assert incoming(groups, "default") == [Permission("-1", -1, -1, peer_group=default.id)]
    assert outgoing(groups, "default") == [Permission("-1", -1, -1, cidr="0.0.0.0/0")]


def test_the_default_group_of_a_lost_home_comes_back_with_its_id(
    groups: SecurityGroups, surroundings: Surroundings, tmp_path: Path
) -> None:
    """The labels of instances that outlived the state file still name it; another home has another."""
    database = Database(tmp_path / "fresh.db")
    again = SecurityGroups(database, "home", tuple, surroundings.enforcing)
    other = SecurityGroups(database, "other", tuple, surroundings.enforcing)

    assert again.resolve([]) == groups.resolve([])
    assert other.default_id != groups.default_id
    database.close()


def test_a_rule_taken_from_the_default_group_stays_away(groups: SecurityGroups) -> None:
    """It is made once, not whenever it is looked at."""
    groups.revoke("default", [{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupName": "default"}]}])

    assert incoming(groups, "default") == []


def test_a_new_group_lets_nothing_in_and_everything_out(groups: SecurityGroups) -> None:
    made = groups.create("web", "Web servers", tags={"stage": "test"})

    assert made.tags == {"stage": "test"}
    assert incoming(groups, "web") == []
    assert outgoing(groups, "web") == [Permission("-1", -1, -1, cidr="0.0.0.0/0")]


def test_a_name_is_given_once(groups: SecurityGroups) -> None:
    groups.create("web", "one")

    with pytest.raises(ConflictError, match="The security group 'web' already exists for VPC 'vpc-") as caught:
        groups.create("web", "two")

    assert caught.value.code == "InvalidGroup.Duplicate"


def test_a_group_is_made_in_the_default_vpc_or_nowhere(groups: SecurityGroups) -> None:
    groups.create("here", "x", groups.vpc_id)

    with pytest.raises(NotFoundError, match="The vpc ID 'vpc-0123456789abcdef0' does not exist"):
        groups.create("there", "x", "vpc-0123456789abcdef0")
    with pytest.raises(InvalidRequestError, match="expecting"):
        groups.create("nowhere", "x", "vpc")


@pytest.mark.parametrize("description", ["", "it's", "x" * 256])
def test_a_group_needs_a_description_that_aws_allows(groups: SecurityGroups, description: str) -> None:
    with pytest.raises(InvalidRequestError):
        groups.create("web", description)


def test_a_dry_run_changes_nothing(groups: SecurityGroups, surroundings: Surroundings) -> None:
    """And says what AWS says."""
    groups.create("web", "x")
    before = groups.all()

    for attempt in (
        lambda: groups.create("db", "x", dry_run=True),
        lambda: groups.authorize("web", tcp(80), dry_run=True),
        lambda: groups.revoke("web", EVERYTHING, egress=True, dry_run=True),
        lambda: groups.delete("web", dry_run=True),
    ):
        with pytest.raises(EmulatorError) as caught:
            attempt()
        assert caught.value.code == "DryRunOperation"

    assert groups.all() == before
    assert surroundings.enforced == 0


def test_a_dry_run_of_what_would_fail_fails(groups: SecurityGroups) -> None:
    with pytest.raises(NotFoundError):
        groups.authorize("web", tcp(80), dry_run=True)


def test_rules_are_answered_with_their_ids_and_are_in_force(groups: SecurityGroups, surroundings: Surroundings) -> None:
    groups.create("web", "x")

    (rule,) = groups.authorize("web", tcp(80, "10.1.2.3/8"))

    assert rule.id.startswith("sgr-")
    assert incoming(groups, "web") == [Permission("tcp", 80, 80, cidr="10.0.0.0/8")]
    assert surroundings.enforced == 1


def test_a_rule_may_be_about_another_group_by_its_name_or_id(groups: SecurityGroups) -> None:
    web = groups.create("web", "x")
    groups.create("db", "x")

    groups.authorize("db", tcp(5432, group="web"))
    groups.authorize("db", tcp(5433, group=web.id))

    assert [one.peer_group for one in incoming(groups, "db")] == [web.id, web.id]


def test_a_rule_about_a_group_that_is_not_here_is_refused(groups: SecurityGroups) -> None:
    groups.create("web-1", "x")

    with pytest.raises(
        NotFoundError, match=r"The security group 'web-2' does not exist in default VPC 'vpc-"
    ) as caught:
        groups.authorize("web-1", tcp(80, group="web-2"))

    assert caught.value.code == "InvalidGroup.NotFound"
    assert caught.value.hint == "did you mean web-1?"


@pytest.mark.parametrize(
    ("structure", "spelled"),
    [
        (tcp(22)[0], "peer: 0.0.0.0/0, TCP, from port: 22, to port: 22, ALLOW"),
        (EVERYTHING[0], "peer: 0.0.0.0/0, ALL, ALLOW"),
        (
            {"IpProtocol": "icmp", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]},
            "peer: 0.0.0.0/0, ICMP, type: ALL, code: ALL, ALLOW",
        ),
    ],
)
def test_a_rule_that_is_there_is_refused_in_awss_words(
    groups: SecurityGroups, structure: dict[str, Any], spelled: str
) -> None:
    groups.create("web", "x")
    groups.authorize("web", [structure])

    with pytest.raises(ConflictError) as caught:
        groups.authorize("web", [structure])

    assert caught.value.message == f'the specified rule "{spelled}" already exists'
    assert caught.value.code == "InvalidPermission.Duplicate"


def test_another_description_makes_no_other_rule(groups: SecurityGroups) -> None:
    groups.create("web", "x")
    groups.authorize("web", tcp(22))

    with pytest.raises(ConflictError):
        groups.authorize("web", tcp(22, IpRanges=[{"CidrIp": "0.0.0.0/0", "Description": "ssh"}]))


def test_one_wrong_rule_of_several_leaves_none(groups: SecurityGroups) -> None:
    groups.create("web", "x")
    groups.authorize("web", tcp(22))

    with pytest.raises(ConflictError):
        groups.authorize("web", [*tcp(80), *tcp(22)])
    with pytest.raises(InvalidRequestError, match="must not appear multiple times"):
        groups.authorize("web", [*tcp(81), *tcp(81)])

    assert [one.from_port for one in incoming(groups, "web")] == [22]


def test_a_group_holds_sixty_rules_each_way(groups: SecurityGroups) -> None:
    """The others do not count."""
    groups.create("web", "x")
    groups.authorize("web", [one for port in range(60) for one in tcp(port)])

    with pytest.raises(ConflictError) as caught:
        groups.authorize("web", tcp(60))
    groups.authorize("web", tcp(60), egress=True)

    assert caught.value.code == "RulesPerSecurityGroupLimitExceeded"
    assert len(incoming(groups, "web")) == 60


def test_a_rule_is_revoked_as_it_was_described(groups: SecurityGroups, surroundings: Surroundings) -> None:
    groups.create("web", "x")
    groups.authorize("web", [*tcp(22, "10.0.0.0/8"), *tcp(80)])

    revoked = groups.revoke("web", tcp(22, "10.9.9.9/8"))

    assert [one.permission.from_port for one in revoked] == [22]
    assert [one.from_port for one in incoming(groups, "web")] == [80]
    assert surroundings.enforced == 2


def test_a_rule_is_revoked_by_its_id(groups: SecurityGroups) -> None:
    groups.create("web", "x")
    first, second = groups.authorize("web", [*tcp(22), *tcp(80)])

    assert groups.revoke("web", rule_ids=[first.id]) == [first]
    assert groups.describe_rules([second.id]) == [second]


def test_a_rule_named_twice_is_revoked_once(groups: SecurityGroups) -> None:
    groups.create("web", "x")
    (rule,) = groups.authorize("web", tcp(22))

    assert groups.revoke("web", tcp(22), [rule.id]) == [rule]


def test_revoking_what_is_not_there_is_an_error_and_changes_nothing(groups: SecurityGroups) -> None:
    groups.create("web", "x")
    (rule,) = groups.authorize("web", tcp(22))

    with pytest.raises(NotFoundError) as by_rule:
        groups.revoke("web", [*tcp(22), *tcp(80)])
    with pytest.raises(NotFoundError) as by_id:
        groups.revoke("web", rule_ids=[rule.id, "sgr-0123456789abcdef0"])
    with pytest.raises(NotFoundError):
        groups.revoke("web", rule_ids=[rule.id], egress=True)
    with pytest.raises(InvalidRequestError) as by_nothing:
        groups.revoke("web")

    assert by_rule.value.code == "InvalidPermission.NotFound"
    assert by_id.value.code == "InvalidSecurityGroupRuleId.NotFound"
    assert "'sgr-0123456789abcdef0'" in by_id.value.message
    assert by_nothing.value.code == "MissingParameter"
    assert len(incoming(groups, "web")) == 1


def test_a_group_is_deleted_with_its_rules_and_tags(groups: SecurityGroups, database: Database) -> None:
    """One that is about itself, too."""
    made = groups.create("web", "x", tags={"stage": "test"})
    groups.authorize("web", tcp(80, group="web"))

    groups.delete(made.id)

    assert [group.name for group in groups.all()] == ["default"]
    assert made.id not in read_tags(database)
    assert len(groups.describe_rules()) == 2


def test_the_default_group_stays(groups: SecurityGroups) -> None:
    with pytest.raises(ConflictError, match='name: "default" cannot be deleted by a user') as caught:
        groups.delete("default")

    assert caught.value.code == "CannotDelete"


def test_a_group_with_members_stays_and_they_are_named(groups: SecurityGroups, surroundings: Surroundings) -> None:
    made = groups.create("web", "x")
    surroundings.members = [
        Member("i-00000000000000002", "172.31.0.5", (groups.default_id, made.id)),
        Member("i-00000000000000001", "172.31.0.4", (groups.default_id,)),
    ]

    with pytest.raises(ConflictError) as caught:
        groups.delete("web")

    assert caught.value.code == "DependencyViolation"
    assert caught.value.message == f"resource {made.id} has a dependent object: i-00000000000000002"


def test_a_group_that_a_rule_of_another_is_about_stays(groups: SecurityGroups) -> None:
    groups.create("web", "x")
    database = groups.create("db", "x")
    groups.authorize("db", tcp(5432, group="web"))

    with pytest.raises(ConflictError) as caught:
        groups.delete("web")
    groups.revoke("db", tcp(5432, group="web"))
    groups.delete("web")

    assert caught.value.code == "DependencyViolation"
    assert database.id in caught.value.message


def test_groups_of_an_instance_are_called_by_id_or_name(groups: SecurityGroups) -> None:
    """Each counts once, in the order in which they were named; none means the default group."""
    web, db = groups.create("web", "x"), groups.create("db", "x")

    assert groups.resolve(["db", web.id, db.id]) == [db.id, web.id]
    assert groups.resolve([]) == [groups.default_id]
    assert groups.names([web.id, NOBODY]) == {web.id: "web"}


def test_an_instance_is_in_five_groups_at_most(groups: SecurityGroups) -> None:
    names = [groups.create(f"group-{number}", "x").name for number in range(6)]

    assert len(groups.resolve(names[:5])) == 5
    with pytest.raises(ConflictError) as caught:
        groups.resolve(names)
    assert caught.value.code == "SecurityGroupsPerInterfaceLimitExceeded"


def test_all_ids_that_are_not_here_are_named(groups: SecurityGroups) -> None:
    other = "sg-00000000000000000"

    with pytest.raises(NotFoundError, match=rf"The security groups '{NOBODY}, {other}' do not exist") as caught:
        groups.describe([NOBODY, groups.default_id, other])

    assert caught.value.code == "InvalidGroup.NotFound"


@pytest.mark.parametrize("text", ["web", "sg-web", "sg-0123"])
def test_what_is_no_id_is_said_to_be_none(groups: SecurityGroups, text: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        groups.describe(ids=[text])

    assert caught.value.code == "InvalidGroupId.Malformed"
    assert caught.value.message == f'Invalid id: "{text}" (expecting "sg-...")'


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("group-name", "w*", ["web"]),
        ("description", "Data*", ["db"]),
        ("tag:stage", "test", ["web"]),
        ("vpc-id", "vpc-*", ["default", "web", "db"]),
        ("ip-permission.to-port", "80", ["web"]),
        ("ip-permission.protocol", "tcp", ["web", "db"]),
        ("ip-permission.cidr", "10.0.0.0/8", ["web"]),
        ("ip-permission.group-name", "web", ["db"]),
        ("ip-permission.cidr", "0.0.0.0/0", []),
        ("egress.ip-permission.cidr", "0.0.0.0/0", ["default", "web", "db"]),
        ("egress.ip-permission.ipv6-cidr", "::/0", ["db"]),
    ],
)
def test_groups_are_found_by_what_they_let_through(
    groups: SecurityGroups, name: str, value: str, expected: list[str]
) -> None:
    groups.create("web", "Web servers", tags={"stage": "test"})
    groups.create("db", "Databases")
    groups.authorize("web", tcp(80, "10.0.0.0/8"))
    groups.authorize("db", tcp(5432, group="web"))
    groups.authorize("db", [{"IpProtocol": "-1", "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}], egress=True)

    assert [group.name for group in groups.describe(filters=[Filter(name, (value,))])] == expected


def test_rules_are_found_by_group_and_way(groups: SecurityGroups) -> None:
    web = groups.create("web", "x")
    (rule,) = groups.authorize("web", tcp(80))

    found = groups.describe_rules(filters=[Filter("group-id", (web.id,)), Filter("is-egress", ("false",))])

    assert found == [rule]


def test_two_shells_that_add_the_same_rule_add_it_once(groups: SecurityGroups) -> None:
    """One of them hears that it is there."""
    groups.create("web", "x")
    outcomes: list[str] = []

    def add() -> None:
        try:
            groups.authorize("web", tcp(80))
            outcomes.append("added")
        except ConflictError as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["InvalidPermission.Duplicate"] * 3 + ["added"]
    assert len(incoming(groups, "web")) == 1
