"""Rules: which event goes to whom, and which rules cannot be together."""

import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

import botocore.session
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from emulator.buckets import Buckets, NotificationRules, ObjectEvent, Rule
from emulator.buckets.errors import InvalidArgumentError, NoSuchBucketError
from emulator.buckets.events import form_encoded
from emulator.buckets.notifications import (
    EVENT_NAMES,
    AmbiguousRulesError,
    Configuration,
    NoSuchRuleError,
    UnknownEventError,
    UnreachableTargetsError,
)
from emulator.buckets.notifications.errors import SameIdError, SeveralRulesError
from emulator.buckets.notifications.names import SENT
from emulator.home import Home
from emulator.settings import Settings
from emulator.state import Database
from emulator.state.migrations import migrate
from tests.unit.buckets.conftest import Recorder

ARN = "arn:aws:lambda:us-east-1:000000000000:function:resize"
HAPPENING = [name.removeprefix("s3:") for name in SENT if not name.endswith("*")]
MIGRATIONS = Path("emulator/state/migrations")


def event_of(key: str, name: str = "ObjectCreated:Put") -> ObjectEvent:
    return ObjectEvent("raw", key, name, "00", datetime(2026, 1, 1, tzinfo=UTC), "R")


def test_every_name_that_aws_knows_is_accepted() -> None:
    """
    A configuration made for AWS can be put, whatever it wants to be told of. The names are those of AWS's own model.
    """
    model = botocore.session.get_session().get_service_model("s3")

    assert set(model.shape_for("Event").enum) <= set(EVENT_NAMES)


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ("s3:ObjectCreated:*", {"Put", "Post", "Copy", "CompleteMultipartUpload"}),
        ("s3:ObjectRemoved:*", {"Delete", "DeleteMarkerCreated"}),
        ("s3:ObjectTagging:*", {"Put", "Delete"}),
        ("s3:LifecycleExpiration:*", {"Delete", "DeleteMarkerCreated"}),
    ],
)
def test_a_star_stands_for_all_of_its_type_and_nothing_else(wanted: str, told: set[str]) -> None:
    """
    An expired object is no removed one: AWS tells of it by its own type only.
    """
    rule = Rule("r", "raw", ARN, (wanted,))

    assert {name for name in HAPPENING if rule.matches(event_of("a", name))} == {
        wanted.removeprefix("s3:").replace("*", name) for name in told
    }


@pytest.mark.parametrize(
    ("prefix", "suffix", "matched", "others"),
    [
        ("in/", ".csv", ["in/a.csv", "in/b/c.csv", "in/.csv"], ["in/a.txt", "on/a.csv", "in/a.csv.gz"]),
        ("a+b/", "", ["a b/c"], ["a+b/c"]),
        ("a%2Bb/", "", ["a+b/c"], ["a b/c"]),
        ("a b/", "", [], ["a b/c", "a+b/c"]),
        ("year%3D2026/", "", ["year=2026/a"], []),
        ("year=2026/", "", [], ["year=2026/a"]),
        ("gr%C3%B6%C3%9Fe/", "%40x", ["größe/a@x"], ["größe/a"]),
        ("*", "", ["*a"], ["a"]),
        ("a.c", "a.c", ["a.c", "a.ca.c"], ["a.cd"]),
    ],
)
def test_a_filter_is_compared_with_the_key_as_a_notification_writes_it(
    prefix: str, suffix: str, matched: list[str], others: list[str]
) -> None:
    """
    So AWS's manual has it. `*` is no pattern, and a prefix and a suffix may share characters of the key.
    """
    rule = Rule("r", "raw", ARN, prefix=prefix, suffix=suffix)

    assert [key for key in matched + others if rule.matches(event_of(key))] == matched


TEXT = st.text(alphabet="ab/. +%2é", max_size=4)


@given(
    st.lists(st.tuples(st.sets(st.sampled_from(SENT), min_size=1, max_size=2), TEXT, TEXT), max_size=6),
    st.lists(TEXT, min_size=1, max_size=8),
)
@example([({"s3:ObjectCreated:*"}, "a", "b"), ({"s3:ObjectCreated:Put"}, "ab", "ab")], ["ab"])
@example([({"s3:ObjectCreated:*"}, "a%2", ""), ({"s3:ObjectCreated:Put"}, "a%2B", "")], ["a+"])
def test_no_event_matches_two_rules_that_may_be_together(
    wanted: list[tuple[set[str], str, str]], texts: list[str]
) -> None:
    """
    AWS's error is there so that each event has one target: what passes it must keep that promise.
    """
    kept: list[Rule] = []
    for number, (events, prefix, suffix) in enumerate(wanted):
        rule = Rule(str(number), "raw", ARN, tuple(events), prefix, suffix)
        try:
            for other in kept:
                rule.check_overlap(other)
        except AmbiguousRulesError:
            continue
        kept.append(rule)
    keys = [one + two for one in texts for two in ["", *texts, *(rule.plain_suffix for rule in kept)]]
    keys += [rule.plain_prefix + text + rule.plain_suffix for rule in kept for text in texts]

    for key in keys:
        for name in HAPPENING:
            assert sum(rule.matches(event_of(key, name)) for rule in kept) <= 1


@given(st.data())
def test_rules_that_one_event_can_match_are_refused_together(data: st.DataObject) -> None:
    """
    The other way about: no two that really overlap get past the check.
    """
    key = data.draw(st.text(alphabet="abc/.", min_size=1, max_size=8))
    name = data.draw(st.sampled_from(HAPPENING))
    rules = [
        Rule(
            str(number),
            "raw",
            ARN,
            (data.draw(st.sampled_from([f"s3:{name}", f"s3:{name.partition(':')[0]}:*"])),),
            key[: data.draw(st.integers(0, len(key)))],
            key[data.draw(st.integers(0, len(key))) :],
        )
        for number in range(2)
    ]

    assert all(rule.matches(event_of(key, name)) for rule in rules)
    for one, other in combinations(rules, 2):
        with pytest.raises(AmbiguousRulesError):
            one.check_overlap(other)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=6), st.data())
def test_a_filter_that_is_a_part_of_an_encoded_key_can_match(key: str, data: st.DataObject) -> None:
    """
    Who writes another is warned: on AWS it would never match either, and nothing would say so.
    """
    encoded = form_encoded(key)
    prefix = encoded[: data.draw(st.integers(0, len(encoded)))]
    suffix = encoded[data.draw(st.integers(0, len(encoded))) :]

    assert Rule("r", "raw", ARN, prefix=prefix, suffix=suffix).can_match
    for wrong in (" ", "=", "@", "é", "~", "%2b", "%zz", "a%"):
        assert not Rule("r", "raw", ARN, prefix=f"a{wrong}b").can_match


@pytest.fixture
def rules(buckets: Buckets, raw: Path) -> NotificationRules:
    buckets.create_bucket("other")
    return buckets.rules


def test_a_configuration_replaces_what_aws_can_say_and_nothing_else(rules: NotificationRules) -> None:
    """
    A web server that is told has no place in AWS's document: who puts that back changed must not lose it.
    """
    hook = rules.add(Rule.plain("raw", "http://localhost/hook", ["s3:ObjectRemoved:*"]))
    rules.add(Rule.plain("raw", ARN))
    wanted = Configuration((Rule("csv", "raw", ARN, suffix=".csv"), Rule("", "raw", ARN, suffix=".txt")), True)

    rules.configure("raw", wanted)

    found = rules.configuration("raw")
    assert [rule.suffix for rule in found.rules] == [".csv", ".txt"]
    assert found.rules[0].id == "csv"
    assert found.rules[1].id
    assert found.event_bridge
    assert hook in rules.list("raw")

    rules.configure("raw", Configuration())

    assert rules.configuration("raw") == Configuration()
    assert rules.list() == [hook]


def test_a_configuration_that_is_refused_changes_nothing(rules: NotificationRules) -> None:
    """
    All or nothing, as on AWS.
    """
    before = rules.add(Rule.plain("raw", ARN, prefix="kept/"))
    hook = rules.add(Rule.plain("raw", "http://localhost/hook", prefix="hook/"))
    same_id = Configuration((Rule("x", "raw", ARN, prefix="a"), Rule("x", "raw", ARN, prefix="b")))
    overlapping = Configuration((Rule("x", "raw", ARN), Rule("y", "raw", ARN, suffix=".csv")))
    as_the_hook = Configuration((Rule("x", "raw", ARN, prefix="hook/in/"),))
    unknown = Configuration((Rule("x", "raw", ARN, ("s3:ObjectMade:*",)),))

    for wanted, error in [
        (same_id, SameIdError),
        (overlapping, AmbiguousRulesError),
        (as_the_hook, AmbiguousRulesError),
        (unknown, UnknownEventError),
    ]:
        with pytest.raises(error):
            rules.configure("raw", wanted)
    with pytest.raises(NoSuchBucketError):
        rules.configure("nobucket", Configuration())

    assert sorted(rules.list("raw"), key=lambda rule: rule.prefix) == [hook, before]


def test_targets_are_asked_for_unless_that_is_to_be_skipped(database: Database, raw: Path) -> None:
    """
    The core does not know functions; whoever does is asked.
    """

    def nobody(targets: object) -> None:
        raise UnreachableTargetsError({ARN: "Not authorized"})

    rules = NotificationRules(database, nobody)
    wanted = Configuration((Rule("x", "raw", ARN),))

    with pytest.raises(UnreachableTargetsError) as refused:
        rules.configure("raw", wanted)
    rules.configure("raw", wanted, validate=False)

    assert refused.value.fields == {"ArgumentName1": f"{ARN}, null", "ArgumentValue1": "Not authorized"}
    assert rules.configuration("raw") == wanted


def test_an_id_is_a_bucket_s_own(rules: NotificationRules) -> None:
    """
    People give the same configuration to two buckets.
    """
    for bucket in ("raw", "other"):
        rules.add(Rule.plain(bucket, ARN, rule_id="csv"))

    with pytest.raises(SeveralRulesError, match="other, raw"):
        rules.remove("csv")
    assert rules.remove("csv", "other").bucket == "other"
    assert rules.remove("csv").bucket == "raw"
    with pytest.raises(NoSuchRuleError):
        rules.remove("csv")


def test_rules_of_a_home_from_before_go_on_matching_plain_keys(tmp_path: Path) -> None:
    """
    They were written before filters were compared with encoded keys.
    """
    folder = tmp_path / "steps"
    folder.mkdir()
    steps = sorted(MIGRATIONS.glob("[0-9]*.sql"))
    for step in steps:
        if step.name < "0015":
            (folder / step.name).write_text(step.read_text())
    connection = sqlite3.connect(tmp_path / "state.db", isolation_level=None)
    migrate(connection, folder)
    connection.execute("INSERT INTO bucket (name, created_at) VALUES ('raw', 0)")
    connection.execute(
        "INSERT INTO notification_rule VALUES ('old', 'raw', ?, ?, 'größe b/', '.csv')",
        (ARN, json.dumps(["s3:ObjectCreated:*"])),
    )
    connection.close()

    database = Database(tmp_path / "state.db")

    (rule,) = NotificationRules(database).list()
    assert (rule.id, rule.plain_prefix, rule.plain_suffix) == ("old", "größe b/", ".csv")
    assert rule.matches(event_of("größe b/a.csv"))
    database.close()


@pytest.fixture
def home_of_rules(home: Home, settings: Settings, recorder: Recorder) -> Iterator[Buckets]:
    database = Database(home.state_file)
    yield Buckets(database, home, settings, on_event=recorder)
    database.close()


def test_the_rules_of_a_bucket_go_with_it(home_of_rules: Buckets) -> None:
    """
    A bucket of the same name that is made later is another one.
    """
    home_of_rules.create_bucket("gone")
    home_of_rules.rules.configure("gone", Configuration((Rule("x", "gone", ARN),), True))
    home_of_rules.delete_bucket("gone")
    home_of_rules.create_bucket("gone")

    assert home_of_rules.rules.configuration("gone") == Configuration()


def test_an_unknown_event_is_refused_by_name(rules: NotificationRules) -> None:
    """
    A typo is found where it is made.
    """
    with pytest.raises(InvalidArgumentError, match="ObjectCreated:Putt"):
        rules.add(Rule.plain("raw", ARN, ["s3:ObjectCreated:Putt"]))
