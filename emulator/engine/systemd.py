"""How systemd becomes PID 1 of a container without the run of the machine: a recipe for each kind of engine.

Root inside can still raise its own limits where it may write its cgroup: a size is emulated, not walled in.
"""

import dataclasses
from pathlib import Path

from emulator.engine.records import Bind, ContainerSpec, EngineInfo, Tmpfs

_MEMORY_FOLDERS = (Tmpfs("/run", "rw,nosuid,nodev,mode=755"), Tmpfs("/run/lock", "rw,nosuid,nodev,noexec"))

_V1_HIERARCHY = Bind(Path("/sys/fs/cgroup/systemd"), "/sys/fs/cgroup/systemd")

# Docker mounts a v2 cgroup read-only. The capability that opens it is dropped before systemd sees the day.
_V2_INIT = (
    "mount -o remount,rw /sys/fs/cgroup && exec setpriv --bounding-set -sys_admin --inh-caps -sys_admin /sbin/init"
)
_V1_INIT = "exec /sbin/init"


def with_systemd(spec: ContainerSpec, engine: EngineInfo, before: str = ":") -> ContainerSpec:
    """
    Return *spec* with what systemd needs on *engine*, and nothing it does not.

    *before* is a shell's command that has to end before systemd begins; podman, which must see systemd itself being
    started, does without.
    """
    spec = dataclasses.replace(
        spec, mounts=(*spec.mounts, *_MEMORY_FOLDERS), environment={**spec.environment, "container": "docker"}
    )
    if engine.name == "podman":  # it recognises /sbin/init and does the rest
        return spec
    if engine.cgroup_version == 1:
        # Only the named hierarchy: in the others root inside could write its own limits.
        mounts = (*spec.mounts, _V1_HIERARCHY)
        return dataclasses.replace(spec, mounts=mounts, command=("/bin/sh", "-c", f"{before}; {_V1_INIT}"))
    return dataclasses.replace(
        spec,
        cgroup_namespace="private",
        cap_add=(*spec.cap_add, "SYS_ADMIN"),
        entrypoint=("/bin/sh", "-c", f"{before}; {_V2_INIT}"),
        security_options=(*spec.security_options, *(["apparmor=unconfined"] if engine.apparmor else [])),
    )
