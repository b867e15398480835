"""A ContainerSpec in the Engine API's own words. Pure: what a container will be can be read without an engine."""

from typing import Any

from emulator.engine import labels
from emulator.engine.records import Bind, ContainerSpec

# Said to every engine, whatever its default: another driver may keep everything, or let nobody read it. A byte that is
# printed takes up to 71 in the file, so that what one file holds is never less than the 64 KiB of a console.
_LOG = {"Type": "json-file", "Config": {"max-size": "5m", "max-file": "2"}}


def create_payload(spec: ContainerSpec, home_id: str) -> dict[str, Any]:
    """Return the body of `POST /containers/create`."""
    owns_network = spec.network is None or not spec.network.startswith("container:")
    payload: dict[str, Any] = {
        "Image": spec.image,
        "Labels": {labels.HOME: home_id, labels.KIND: str(spec.kind), **spec.labels},
        "Env": [f"{name}={value}" for name, value in spec.environment.items()],
        "HostConfig": _host_config(spec),
    }
    optional = {
        "Cmd": list(spec.command) if spec.command is not None else None,
        "Entrypoint": list(spec.entrypoint) if spec.entrypoint is not None else None,
        "User": spec.user,
        "WorkingDir": spec.working_dir,
        "StopSignal": spec.stop_signal,
        "Hostname": spec.hostname if owns_network else None,
        "Domainname": spec.domain if owns_network else None,
        "MacAddress": spec.mac_address if owns_network else None,
        "Tty": spec.tty or None,
    }
    payload |= {name: value for name, value in optional.items() if value is not None}
    if spec.ports:
        payload["ExposedPorts"] = {f"{inside}/tcp": {} for _, inside in spec.ports}
    if spec.network and owns_network and spec.network != "none":
        payload["NetworkingConfig"] = {"EndpointsConfig": {spec.network: _endpoint(spec)}}
    return payload


def cpu_limit(cpus: float, period_us: int) -> dict[str, int]:
    """
    Return the CFS quota for *cpus* processors; the kernel takes no quota under a millisecond.

    Never NanoCpus: engines refuse more of them than the machine has, and a container made with them
    cannot be given another size later.
    """
    return {"CpuPeriod": period_us, "CpuQuota": max(1000, round(cpus * period_us))}


def _endpoint(spec: ContainerSpec) -> dict[str, Any]:
    endpoint: dict[str, Any] = {"Aliases": list(spec.aliases)}
    if spec.ip_address:
        endpoint["IPAMConfig"] = {"IPv4Address": spec.ip_address}
    return endpoint


def _host_config(spec: ContainerSpec) -> dict[str, Any]:
    config: dict[str, Any] = {
        "NetworkMode": spec.network or "default",
        "ReadonlyRootfs": spec.read_only,
        "Mounts": [_bind(mount) for mount in spec.mounts if isinstance(mount, Bind)],
        "Tmpfs": {mount.target: mount.options for mount in spec.mounts if not isinstance(mount, Bind)},
        "CapAdd": list(spec.cap_add),
        "CapDrop": list(spec.cap_drop),
        "SecurityOpt": list(spec.security_options),
        "Ulimits": [{"Name": name, "Soft": limit, "Hard": limit} for name, limit in spec.ulimits.items()],
        "PortBindings": _port_bindings(spec.ports),
        "LogConfig": _LOG,
    }
    if spec.memory_bytes is not None:
        config |= {"Memory": spec.memory_bytes, "MemorySwap": spec.memory_bytes}
    if spec.cpus is not None:
        config |= cpu_limit(spec.cpus, spec.cpu_period_us)
    if spec.pids is not None:
        config["PidsLimit"] = spec.pids
    if spec.cgroup_namespace is not None:
        config["CgroupnsMode"] = spec.cgroup_namespace
    if spec.shared_memory_bytes is not None:
        config["ShmSize"] = spec.shared_memory_bytes
    if spec.processors is not None:
        config["CpusetCpus"] = spec.processors
    if spec.restart is not None:
        config["RestartPolicy"] = {"Name": spec.restart}
    return config


def _port_bindings(ports: tuple[tuple[int, int], ...]) -> dict[str, list[dict[str, str]]]:
    bindings: dict[str, list[dict[str, str]]] = {}
    for outside, inside in ports:
        binding = {"HostIp": "127.0.0.1", "HostPort": str(outside) if outside else ""}
        bindings.setdefault(f"{inside}/tcp", []).append(binding)
    return bindings


def _bind(mount: Bind) -> dict[str, Any]:
    return {"Type": "bind", "Source": str(mount.source), "Target": mount.target, "ReadOnly": mount.read_only}
