"""Where an engine is looked for, and in which order."""

import dataclasses
import json
from pathlib import Path

import pytest

from emulator.engine.find import DOCKER_SOCKET, EngineAddress, find_engine, find_socket, usual_sockets
from emulator.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a user with a Docker configuration of their own, still empty."""
    return Settings(home=tmp_path / "home", docker_config=tmp_path / "docker")


def add_context(settings: Settings, name: str, url: str, *, chosen: bool = False) -> None:
    """Write what `docker context create` and `docker context use` leave behind."""
    folder = settings.docker_config / "contexts" / "meta" / f"hash-of-{name}"
    folder.mkdir(parents=True)
    (folder / "meta.json").write_text(json.dumps({"Name": name, "Endpoints": {"docker": {"Host": url}}}))
    if chosen:
        (settings.docker_config / "config.json").write_text(json.dumps({"currentContext": name}))


def test_docker_host_wins_over_a_chosen_context(settings: Settings) -> None:
    """
    As it does for the docker command: what runs in one shell must not depend on a file.
    """
    add_context(settings, "desktop", "unix:///desktop.sock", chosen=True)
    settings = dataclasses.replace(settings, engine_url="unix:///mine.sock")

    found = find_engine(settings)

    assert found == EngineAddress("unix:///mine.sock", "DOCKER_HOST", named=True)


def test_the_chosen_context_is_found_in_docker_s_own_files(settings: Settings) -> None:
    """
    Docker Desktop, Colima and rootless engines are reached through a context only.
    """
    add_context(settings, "other", "unix:///other.sock")
    add_context(settings, "desktop", "unix:///desktop.sock", chosen=True)

    found = find_engine(settings)

    assert found == EngineAddress("unix:///desktop.sock", "context desktop", named=True)


def test_docker_context_in_the_environment_wins_over_the_chosen_one(settings: Settings) -> None:
    """
    The order of the docker command again.
    """
    add_context(settings, "other", "unix:///other.sock")
    add_context(settings, "desktop", "unix:///desktop.sock", chosen=True)

    found = find_engine(dataclasses.replace(settings, docker_context="other"))

    assert found == EngineAddress("unix:///other.sock", "DOCKER_CONTEXT=other", named=True)


def test_a_context_that_does_not_exist_is_not_replaced_by_a_socket(settings: Settings) -> None:
    """
    Containers must not appear on an engine that the user did not choose.
    """
    found = find_engine(dataclasses.replace(settings, docker_context="gone"))

    assert found == EngineAddress("", "DOCKER_CONTEXT=gone", named=True)


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"currentContext": ""}', '{"currentContext": "default"}'])
def test_a_configuration_without_a_context_leads_to_the_sockets(settings: Settings, content: str) -> None:
    """
    Most users have a config.json that only holds credentials, some have a broken one.
    """
    settings.docker_config.mkdir()
    (settings.docker_config / "config.json").write_text(content)

    found = find_engine(settings)

    assert found is None or not found.named


def test_a_broken_context_file_does_not_hide_the_others(settings: Settings) -> None:
    """
    Docker tolerates leftovers of other tools in its folder.
    """
    add_context(settings, "desktop", "unix:///desktop.sock", chosen=True)
    broken = settings.docker_config / "contexts" / "meta" / "broken" / "meta.json"
    broken.parent.mkdir()
    broken.write_text('["no context"]')

    found = find_engine(settings)

    assert found is not None
    assert found.url == "unix:///desktop.sock"


def test_the_first_socket_that_is_there_is_taken(tmp_path: Path) -> None:
    """
    A machine may have both Docker and podman.
    """
    second, third = tmp_path / "second.sock", tmp_path / "third.sock"
    second.touch()
    third.touch()

    found = find_socket([tmp_path / "first.sock", second, third])

    assert found == EngineAddress(f"unix://{second}", str(second))


def test_no_trace_of_an_engine_is_none(tmp_path: Path) -> None:
    """
    A fresh machine: nothing to connect to, and no error yet.
    """
    assert find_socket([tmp_path / "docker.sock", tmp_path / "missing" / "podman.sock"]) is None


def test_a_users_own_podman_comes_before_the_system_s(tmp_path: Path) -> None:
    """
    The system's belongs to root: asking it first would end in "you may not", though there is one that they may use.
    """
    sockets = usual_sockets(tmp_path)

    assert sockets[0] == DOCKER_SOCKET
    assert sockets[1] == tmp_path / "podman" / "podman.sock"
