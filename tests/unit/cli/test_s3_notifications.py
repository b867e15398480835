"""The commands that say who is told of a bucket's changes, and show what has not arrived."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.commands.s3.notifications import app
from emulator.cloud import Cloud
from emulator.errors import InvalidRequestError, NotFoundError
from emulator.settings import Settings
from tests.unit.cli.conftest import Cloudlet

HOOK = "http://127.0.0.1:9/hook"

Call = Callable[..., Any]


@pytest.fixture
def call(cloudlet: Cloudlet) -> Call:
    """Run one of the commands, in a home with the bucket `raw`; return what --output json has, or raise its error."""
    assert cloudlet("s3", "mb", "s3://raw").exit_code == 0

    def run(*words: str) -> Any:
        done = CliRunner().invoke(app, [*words, "--output", "json"])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout) if done.stdout else None

    return run


def test_a_rule_is_added_listed_and_removed(call: Call) -> None:
    """
    Keys are written as they are; how AWS encodes them is no business of who types.
    """
    words = ("--target", HOOK, "--prefix", "a b+c/", "--suffix", ".csv", "--events", "s3:ObjectRemoved:*")

    (added,) = call("add-notification", "s3://raw", *words, "s3:ObjectTagging:*")["Notifications"]

    assert added == {
        "Id": added["Id"],
        "Bucket": "raw",
        "Target": HOOK,
        "Events": ["s3:ObjectRemoved:*", "s3:ObjectTagging:*"],
        "Filter": {"Prefix": "a b+c/", "Suffix": ".csv"},
    }
    assert call("list-notifications")["Notifications"] == [added]
    assert call("list-notifications", "s3://raw/")["Notifications"] == [added]
    call("remove-notification", "s3://raw", added["Id"])
    assert call("list-notifications")["Notifications"] == []


def test_what_has_not_arrived_is_shown_and_tried_again(call: Call) -> None:
    """
    Given up is not forgotten.
    """
    call("add-notification", "s3://raw", "--target", HOOK)
    with Cloud(Settings.from_environment()) as cloud:
        (cloud.buckets.path("raw") / "a").touch()
        cloud.buckets.scan("raw")
        (waiting,) = call("list-deliveries")["Deliveries"]
        assert call("list-deliveries", "--failed")["Deliveries"] == []
        cloud.deliveries.failed(cloud.deliveries.list()[0], "no answer", for_good=True)

    (given_up,) = call("list-deliveries", "s3://raw", "--failed")["Deliveries"]

    assert (waiting["State"], waiting["Tries"], waiting["Key"]) == ("pending", 0, "a")
    assert (given_up["State"], given_up["Tries"], given_up["LastError"]) == ("given up", 1, "no answer")
    assert given_up["NextTryAt"] is None
    assert call("retry-deliveries", given_up["Name"]) == {"Retried": 1}
    assert call("list-deliveries")["Deliveries"][0]["State"] == "pending"


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("add-notification", "s3://raw/in/", "--target", HOOK), InvalidRequestError),
        (("add-notification", "s3://raw", "--target", "hook"), InvalidRequestError),
        (("add-notification", "s3://raw", "--target", "s3://raw/log/"), InvalidRequestError),
        (("add-notification", "s3://nobucket", "--target", HOOK), NotFoundError),
        (("list-notifications", "s3://nobucket"), NotFoundError),
        (("list-deliveries", "s3://nobucket"), NotFoundError),
        (("remove-notification", "s3://raw", "nothing"), NotFoundError),
        (("retry-deliveries", "nothing"), NotFoundError),
    ],
)
def test_a_mistake_is_named(call: Call, words: tuple[str, ...], error: type[Exception]) -> None:
    """
    And changes nothing.
    """
    with pytest.raises(error):
        call(*words)

    assert call("list-notifications")["Notifications"] == []
