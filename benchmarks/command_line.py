"""How long a command takes that does little: what anybody feels who types one."""

import functools
from collections.abc import Iterator

from benchmarks.bench import PYTHON, Bench, bench
from benchmarks.figures import Figure, Samples, in_turns, milliseconds, timed, wait_until, within

_ROUNDS = 20
_INSTANCES = 10


def measure() -> Iterator[Figure]:
    """Measure `--version` and `--help`, then the list of one instance and of ten."""
    with bench() as at:
        taken = in_turns(
            {
                "python": timed(lambda: at.process(*PYTHON)),
                "version": timed(lambda: at.command("--version")),
                "help": timed(lambda: at.command("--help")),
            },
            _ROUNDS,
        )
        yield within("`cloudlet --version`", taken["version"], 100, _above(taken["version"], taken["python"]))
        yield within("`cloudlet --help`", taken["help"], 100, _above(taken["help"], taken["python"]))
        yield _listing(at, 1)
        yield _listing(at, _INSTANCES)


def _listing(at: Bench, count: int) -> Figure:
    missing = count - len(at.cloud.instances.describe())
    at.command("ec2", "run-instances", "--image-id", "base", "--instance-type", "t3.nano", "--count", str(missing))
    for instance in at.cloud.instances.describe():  # while they boot, they and not the command are measured
        wait_until(functools.partial(at.is_up, instance.id), f"systemd in {instance.id}", pause_seconds=0.2)
    taken = in_turns(
        {"python": timed(lambda: at.process(*PYTHON)), "list": timed(lambda: at.command("ec2", "describe-instances"))},
        _ROUNDS,
    )
    plural = "s" if count > 1 else ""
    return within(
        f"`ec2 describe-instances`, {count} instance{plural}",
        taken["list"],
        250,
        _above(taken["list"], taken["python"]),
    )


def _above(samples: Samples, floor: Samples) -> str:
    return f"{milliseconds(samples.median - floor.median)} above `python -c pass`"
