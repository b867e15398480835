"""What a script relies on: exit codes, clean streams."""

import pytest

from tests.e2e.conftest import User


@pytest.mark.parametrize(
    ("line", "exit_code", "said"),
    [
        ("cloudlet ami list", 0, ""),
        ("cloudlet ec2 describe-instances --instance-ids i-0123456789abcdef0", 1, "InvalidInstanceID.NotFound"),
        ("cloudlet lambda get-function --function-name nobody", 1, "ResourceNotFoundException"),
        ("cloudlet s3 ls s3://nothing", 1, "NoSuchBucket"),
        ("cloudlet ami show wep", 1, "web"),
        ("cloudlet wait", 1, "cloudlet start"),
        ("cloudlet lauch", 2, "launch|lambda|No such command"),
        ("cloudlet ami list --colour", 2, "--colour"),
        ("cloudlet ec2 run-instances --image-id web", 2, "--instance-type"),
        ("cloudlet ec2 run-instances --image-id web --instance-type t3.micro --count 0", 2, "1 and 100"),
        ("cloudlet ami list --output xml", 2, "table, json, yaml, text"),
        ("cloudlet help ec3", 2, "ec2"),
        ("CLOUDLET_PORT=high cloudlet status", 2, "CLOUDLET_PORT"),
        ("DOCKER_HOST=unix:///nowhere/docker.sock cloudlet ec2 describe-instances", 3, "/nowhere/docker.sock"),
        ("DOCKER_HOST=unix:///nowhere/docker.sock cloudlet start", 3, "/nowhere/docker.sock"),
        ("cloudlet ami list >/dev/full", 1, "error: No space left on device"),
        ("cloudlet --help >/dev/full", 1, "error: No space left on device"),
        ("cloudlet ami list >&-", 0, ""),
        ("CLOUDLET_HOME=/dev/null/home cloudlet s3 ls", 1, "error: the home /dev/null/home cannot be used: "),
        ("cloudlet ec2 exec i-0123456789abcdef0 -- true", 125, "InvalidInstanceID.NotFound"),
    ],
)
def test_the_exit_code_tells_what_kind_of_failure_it_was(user: User, line: str, exit_code: int, said: str) -> None:
    """
    Scripts branch on it: `cloudlet help exit-codes` is a promise.
    """
    done = user.types(line)

    assert done.returncode == exit_code, done.stderr
    assert not said or any(word in done.stderr for word in said.split("|")), done.stderr
    assert "Traceback" not in done.stderr


def test_a_reader_that_leaves_early_sees_no_traceback(user: User) -> None:
    """
    `| head` is how people look at long lists; a script with pipefail must not take it for a failure.
    """
    line = "cloudlet ec2 describe-instance-types --output json | head -n 1"

    done = [user.types(line) for _ in range(5)]

    assert {one.returncode for one in done} == {0}
    assert {one.stdout for one in done} == {"{\n"}
    assert {one.stderr for one in done} == {""}


def test_a_failure_says_what_then_what_to_do(user: User) -> None:
    """
    An error without a next step sends people to a search engine.
    """
    done = user.types("cloudlet ami show wep")

    first, last = done.stderr.splitlines()
    assert first.startswith("error: ")
    assert last.startswith("hint: ")
    assert done.stdout == ""


def test_an_empty_list_is_an_answer(user: User) -> None:
    """
    `for id in $(… -q)` and `jq` must work on a cloud that has nothing yet.
    """
    done = user.types("cloudlet ec2 describe-instances --output json")

    assert (done.returncode, done.stdout.split()) == (0, ["{", '"Reservations":', "[]", "}"])
    assert "cloudlet ec2 run-instances" in done.stderr


def test_no_colour_reaches_a_pipe(user: User) -> None:
    """
    Not even where colour is asked for, as CI does: a log is read as text, and `grep` looks for whole words.
    """
    line = "cloudlet ec2 describe-instance-types --instance-types t3.micro; cloudlet ami show wep || cloudlet --help"

    done = user.types(line, FORCE_COLOR="1", NO_COLOR="", TERM="xterm-256color")

    assert "t3.micro" in done.stdout
    assert "error: " in done.stderr
    assert "\x1b" not in done.stdout + done.stderr
