"""Four ways in which an engine cannot be used, four sentences, four remedies."""

import pytest

from emulator.engine.connection import Connection
from emulator.engine.find import EngineAddress
from emulator.engine.unavailable import EngineAbsentError, EngineUnreachableError, explain


def test_no_engine_at_all_leads_to_doctor() -> None:
    """
    The first message of all on a fresh machine.
    """
    with pytest.raises(EngineAbsentError, match="no container engine was found on this machine") as raised:
        _ = Connection(None).api

    assert raised.value.hint == "install and start one with `cloudlet doctor --fix`"


def test_a_context_without_an_engine_names_the_context() -> None:
    """
    `docker context use` in another shell is easily forgotten.
    """
    with pytest.raises(EngineUnreachableError, match="context gone names no Docker context that exists") as raised:
        _ = Connection(EngineAddress("", "context gone", named=True)).api

    assert raised.value.hint == "choose this machine's own with `docker context use default`"


@pytest.mark.parametrize(
    ("source", "way_out"),
    [
        ("DOCKER_HOST", "unset DOCKER_HOST"),
        ("DOCKER_CONTEXT=desktop", "unset DOCKER_CONTEXT"),
        ("context desktop", "`docker context use default`"),
    ],
)
def test_a_named_engine_that_is_silent_says_who_named_it(source: str, way_out: str) -> None:
    """
    The remedy is another one for each of the three places that may name an engine.
    """
    error = explain(EngineAddress("unix:///gone.sock", source, named=True), ConnectionRefusedError())

    assert isinstance(error, EngineUnreachableError)
    assert error.message == f"no container engine answers at unix:///gone.sock, which {source} names"
    assert way_out in str(error.hint)


def test_an_engine_on_another_machine_is_refused_with_the_reason() -> None:
    """
    Buckets and code are folders that containers mount: an engine behind ssh does not see them.
    """
    error = explain(EngineAddress("ssh://server", "DOCKER_HOST", named=True), OSError())

    assert "on another machine" in error.message
    assert "sees this machine's files" in str(error.hint)


def test_a_forbidden_podman_is_not_answered_with_docker_s_group() -> None:
    """
    Podman has no such group; each user has an engine of their own instead.
    """
    error = explain(EngineAddress("unix:///run/podman/podman.sock", "/run/podman/podman.sock"), PermissionError())

    assert "systemctl --user" in str(error.hint)
