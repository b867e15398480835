"""Twenty instances in one call next to a bare loop over the engine; a list of a hundred; what an idle one takes."""

import math
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from benchmarks.bench import Bench, bench
from benchmarks.figures import Figure, Samples, in_turns, since, timed, wait_until, within
from benchmarks.instance_start import container_spec
from emulator.engine import Kind
from emulator.instances import LaunchRequest
from emulator.instances.containers import INSTANCE_LABEL
from emulator.instances.launcher import AT_ONCE
from emulator.units import MIB

_TYPE = "t3.nano"
_TOGETHER = 20
_TOGETHER_ROUNDS = 3
_LEAST_SHARE = 0.7
_LISTED = 100
_LIST_ROUNDS = 10
_MOST_MIB = {Kind.INSTANCE: 40.0, Kind.INTERFACE: 15.0}
_METADATA_REQUESTS = 300

_ASK_METADATA = f"""
import time, urllib.request
taken = []
for _ in range({_METADATA_REQUESTS}):
    started = time.perf_counter()
    urllib.request.urlopen("http://169.254.169.254/latest/meta-data/instance-id").read()
    taken.append((time.perf_counter() - started) * 1000)
print(*taken)
"""


def measure() -> Iterator[Figure]:
    """Measure both ways of starting many, then one alone, then a hundred."""
    with bench() as at:
        for image in ("base", "minimal"):
            at.cloud.images.ensure_built(at.cloud.images.find(image))
            yield _together(at, image)
        yield from _idle(at)
        yield _listing(at)


def _together(at: Bench, image: str) -> Figure:
    spec = container_spec(at, image, _TYPE)
    containers = at.cloud.engine.containers

    def launch() -> float:
        started = time.perf_counter()
        launched = at.cloud.instances.run(LaunchRequest(image, _TYPE, count=_TOGETHER))
        taken = since(started)
        at.cloud.instances.terminate([one.id for one in launched])
        return taken

    def loop() -> float:
        started = time.perf_counter()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            ids = list(pool.map(lambda _: containers.run(spec), range(_TOGETHER)))
        taken = since(started)
        for container_id in ids:
            containers.remove(container_id)
        return taken

    taken = in_turns({"loop": loop, "launch": launch}, _TOGETHER_ROUNDS)
    rate, bare = (_TOGETHER / taken[name].median * 1000 for name in ("launch", "loop"))
    return Figure(
        f"`--count {_TOGETHER}` of `{image}`",
        f"{rate:.2f} instances/s",
        f"{rate / bare:.0%} of a bare loop's {bare:.2f} containers/s, {AT_ONCE} threads each",
        f"≥ {_LEAST_SHARE:.0%}",
        rate / bare >= _LEAST_SHARE,
        len(taken["launch"]),
    )


def _idle(at: Bench) -> Iterator[Figure]:
    (instance,) = at.cloud.instances.run(LaunchRequest("base", _TYPE))
    wait_until(lambda: at.is_up(instance.id), f"systemd in {instance.id}", pause_seconds=0.2)
    said = at.cloud.instances.exec(instance.id, ["python3", "-c", _ASK_METADATA]).output.split()
    asked = Samples(tuple(float(value) for value in said))
    for kind, most in _MOST_MIB.items():
        (container,) = at.cloud.engine.containers.list(kind, filters={INSTANCE_LABEL: instance.id})
        stats = at.cloud.engine.stats.read([container.id], longest_seconds=60)[container.id]
        used = stats.memory_bytes / MIB if stats else math.inf
        yield Figure(f"idle instance of `base`: its {kind}", f"{used:.1f} MiB", "", f"≤ {most:g} MiB", used <= most, 1)
    yield within("metadata request, from inside", asked, 5, tail=True)
    at.cloud.instances.terminate([instance.id])


def _listing(at: Bench) -> Figure:
    at.cloud.instances.run(LaunchRequest("minimal", _TYPE, count=_LISTED))
    taken = in_turns({"list": timed(lambda: at.command("ec2", "describe-instances"))}, _LIST_ROUNDS)["list"]
    at.cloud.instances.terminate([one.id for one in at.cloud.instances.describe()])
    return within(f"`ec2 describe-instances`, {_LISTED} instances", taken, 400)
