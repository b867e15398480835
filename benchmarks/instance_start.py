"""How long an instance takes to run, and its system to be up, next to `docker run` of the same image."""

import time
from collections.abc import Iterator

from benchmarks.bench import Bench, bench
from benchmarks.docker_run import docker_command
from benchmarks.figures import Figure, Samples, in_turns, since, times, wait_until, within
from emulator.engine import ContainerSpec, Kind
from emulator.engine.systemd import with_systemd
from emulator.instances import LaunchRequest
from emulator.instances.instance_types import find_type
from emulator.userdata import WAIT_COMMAND

_ROUNDS = 15
_TYPE = "t3.micro"
_USER_DATA = b"#!/bin/sh\n"


def measure() -> Iterator[Figure]:
    """Measure shipped AMIs: the call in this process, the way to a booted system, and the command."""
    with bench() as at:
        for image in ("base", "web"):
            yield from _called(at, image, "systemd is up", 2000)
            taken = _as_process(at, image)
            yield times(f"run `{image}`: the command", taken["cloudlet"], taken["docker"], "`docker run`", 1.5)
        yield from _called(at, "minimal", "user data has run", 600)


def _called(at: Bench, image: str, booted: str, most_ms: float) -> Iterator[Figure]:
    at.cloud.images.ensure_built(at.cloud.images.find(image))
    taken = _in_this_process(at, image)
    yield times(f"run `{image}`: the call", taken["instance"], taken["container"], "Engine API create + start", 1.5)
    yield within(f"run `{image}`: until {booted}", taken["booted"], most_ms)


def _in_this_process(at: Bench, image: str) -> dict[str, Samples]:
    """Launch and remove in turns, by our call and by the engine's own verbs; `booted` is the time until all is up."""
    spec = container_spec(at, image)
    containers = at.cloud.engine.containers
    has_systemd = at.cloud.images.find(image).init == "systemd"
    booted: list[float] = []

    def launch() -> float:
        started = time.perf_counter()
        (instance,) = at.cloud.instances.run(LaunchRequest(image, _TYPE, user_data=None if has_systemd else _USER_DATA))
        taken = since(started)
        if has_systemd:
            wait_until(lambda: at.is_up(instance.id), f"systemd in {instance.id}", pause_seconds=0.02)
        else:
            at.cloud.instances.exec(instance.id, WAIT_COMMAND)
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
