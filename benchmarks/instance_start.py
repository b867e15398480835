"""How long an instance takes to run, and its systemd to be up, next to `docker run` of the same image."""

import time
from collections.abc import Iterator

from benchmarks.bench import Bench, bench
from benchmarks.docker_run import docker_command
from benchmarks.figures import Figure, Samples, in_turns, since, times, wait_until, within
from emulator.engine import ContainerSpec, Kind
from emulator.engine.systemd import with_systemd
from emulator.instances import LaunchRequest
from emulator.instances.instance_types import find_type

_ROUNDS = 15
_TYPE = "t3.micro"


def measure() -> Iterator[Figure]:
    """Measure both shipped AMIs: the call in this process, the command, and the way to a booted system."""
    with bench() as at:
        for image in ("base", "web"):
            at.cloud.images.ensure_built(at.cloud.images.find(image))
            taken = _in_this_process(at, image)
            yield times(
                f"run `{image}`: the call", taken["instance"], taken["container"], "Engine API create + start", 1.5
            )
            yield within(f"run `{image}`: until systemd is up", taken["booted"], 2000)
            taken = _as_process(at, image)
            yield times(f"run `{image}`: the command", taken["cloudlet"], taken["docker"], "`docker run`", 1.5)


def _in_this_process(at: Bench, image: str) -> dict[str, Samples]:
    """Launch and remove in turns, by our call and by the engine's own verbs."""
    spec = container_spec(at, image)
    containers = at.cloud.engine.containers
    booted: list[float] = []

    def launch() -> float:
        started = time.perf_counter()
        (instance,) = at.cloud.instances.run(LaunchRequest(image, _TYPE))
        taken = since(started)
        wait_until(lambda: at.is_up(instance.id), f"systemd in {instance.id}", pause_seconds=0.02)
        booted.append(since(started))
        at.cloud.instances.terminate([instance.id])
        return taken

    def run_container() -> float:
        started = time.perf_counter()
        container_id = containers.run(spec)
        taken = since(started)
        containers.remove(container_id)
        return taken

    taken = in_turns({"container": run_container, "instance": launch}, _ROUNDS)
    return taken | {"booted": Samples(tuple(booted[1:]))}


def _as_process(at: Bench, image: str) -> dict[str, Samples]:
    """Launch and remove in turns, by our command and by docker's."""
    words = docker_command(container_spec(at, image), at.cloud.home.id)

    def launch() -> float:
        started = time.perf_counter()
        instance_id = at.command("ec2", "run-instances", "--image-id", image, "--instance-type", _TYPE, "-q").strip()
        taken = since(started)
        at.cloud.instances.terminate([instance_id])
        return taken

    def run_container() -> float:
        started = time.perf_counter()
        container_id = at.process(*words).strip()
        taken = since(started)
        at.cloud.engine.containers.remove(container_id)
        return taken

    return in_turns({"docker": run_container, "cloudlet": launch}, _ROUNDS)


def container_spec(at: Bench, image: str, instance_type: str = _TYPE) -> ContainerSpec:
    """Return the same machine as one container, on a network of the same kind."""
    ami, size = at.cloud.images.find(image), find_type(instance_type)
    spec = ContainerSpec(
        image=ami.tag,
        kind=Kind.BUILD,
        memory_bytes=size.memory_bytes,
        cpus=size.vcpus,
        network=at.cloud.engine.networks.ensure_vpc(),
    )
    return with_systemd(spec, at.cloud.engine.info()) if ami.init == "systemd" else spec
