"""A ContainerSpec as a person would type it for `docker run`."""

from emulator.engine import Bind, ContainerSpec
from emulator.engine.payload import create_payload


def docker_command(spec: ContainerSpec, home_id: str) -> list[str]:
    """Return the command that does what our engine does with *spec*: the same labels, limits, mounts and network."""
    payload = create_payload(spec, home_id)
    host = payload["HostConfig"]
    words = ["docker", "run", "--detach", f"--network={spec.network}"]
    words += [f"--label={name}={value}" for name, value in payload["Labels"].items()]
    words += [f"--env={pair}" for pair in payload["Env"]]
    words += [f"--memory={host['Memory']}", f"--memory-swap={host['MemorySwap']}"]
    words += [f"--cpu-period={host['CpuPeriod']}", f"--cpu-quota={host['CpuQuota']}"]
    words += [f"--tmpfs={target}:{options}" for target, options in host["Tmpfs"].items()]
    words += [f"--volume={mount.source}:{mount.target}" for mount in spec.mounts if isinstance(mount, Bind)]
    words += [f"--cap-add={name}" for name in spec.cap_add]
    words += [f"--security-opt={option}" for option in spec.security_options]
    if spec.cgroup_namespace is not None:
        words.append(f"--cgroupns={spec.cgroup_namespace}")
    entrypoint, *arguments = spec.entrypoint or ("",)
    return [*words, *([f"--entrypoint={entrypoint}"] if entrypoint else []), spec.image, *arguments]
