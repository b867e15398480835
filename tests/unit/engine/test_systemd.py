"""How systemd gets what it needs, on each kind of engine."""

import dataclasses

import pytest

from emulator.engine import Bind, ContainerSpec, EngineInfo, Kind, Tmpfs
from emulator.engine.systemd import with_systemd

_SPEC = ContainerSpec("image", Kind.INSTANCE, environment={"A": "1"})
_DOCKER_V1 = EngineInfo(
    name="docker",
    version="20.10",
    api_version="1.41",
    url="",
    source="",
    cgroup_version=1,
    cgroup_driver="cgroupfs",
    cpus=2,
    memory_bytes=1,
    memory_limit=True,
    cpu_quota=True,
    apparmor=False,
)
_DOCKER_V2 = dataclasses.replace(_DOCKER_V1, cgroup_version=2)
_PODMAN = dataclasses.replace(_DOCKER_V2, name="podman")


def _binds(spec: ContainerSpec) -> list[str]:
    return [mount.target for mount in spec.mounts if isinstance(mount, Bind)]


def test_on_cgroup_v1_only_systemds_own_hierarchy_is_opened() -> None:
    """In the others root inside could write its own limits."""
    spec = with_systemd(_SPEC, _DOCKER_V1)

    assert _binds(spec) == ["/sys/fs/cgroup/systemd"]
    assert spec.cap_add == ()
    assert spec.entrypoint is None


def test_on_cgroup_v2_the_capability_that_opens_the_cgroup_is_dropped_again() -> None:
    """systemd and all below it never have it."""
    spec = with_systemd(_SPEC, _DOCKER_V2)

    assert _binds(spec) == []
    assert spec.cgroup_namespace == "private"
    assert spec.cap_add == ("SYS_ADMIN",)
    assert "--bounding-set -sys_admin" in (spec.entrypoint or ())[-1]


@pytest.mark.parametrize(("apparmor", "options"), [(True, ("apparmor=unconfined",)), (False, ())])
def test_apparmor_is_told_only_where_there_is_one(apparmor: bool, options: tuple[str, ...]) -> None:
    """It forbids mounting; an engine without it refuses the option."""
    spec = with_systemd(_SPEC, dataclasses.replace(_DOCKER_V2, apparmor=apparmor))

    assert spec.security_options == options


def test_podman_knows_systemd_by_itself() -> None:
    """Anything more would be in its way."""
    spec = with_systemd(_SPEC, _PODMAN)

    assert (_binds(spec), spec.cap_add, spec.entrypoint) == ([], (), None)


@pytest.mark.parametrize("engine", [_DOCKER_V1, _DOCKER_V2, _PODMAN])
def test_run_is_memory_and_the_rest_of_the_container_stays(engine: EngineInfo) -> None:
    """systemd's runtime files must be gone after a stop."""
    spec = with_systemd(_SPEC, engine)

    assert {mount.target for mount in spec.mounts if isinstance(mount, Tmpfs)} == {"/run", "/run/lock"}
    assert spec.environment == {"A": "1", "container": "docker"}
