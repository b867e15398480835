"""Look at everything; with `fix`, mend first what can be mended."""

from collections.abc import Sequence

from emulator.cloud import Cloud
from emulator.doctor.check import Check, Examination
from emulator.doctor.engine_checks import examine_engine
from emulator.doctor.instance_checks import examine_instances
from emulator.doctor.instance_repair import mend_instances
from emulator.doctor.machine_checks import check_python, examine_machine, raise_inotify_limit
from emulator.doctor.transport_checks import examine_transport
from emulator.engine.host import HostFacts, look_at_host
from emulator.engine.remedy import Step, as_typed, steps_to_bootstrap
from emulator.engine.setup import ensure_engine, run_steps
from emulator.errors import EngineError
from emulator.images.base import DEFAULT_IMAGE, DEFAULT_SUITE, BaseImages
from emulator.progress import Progress, Silent
from emulator.settings import Settings

_REGISTRY_SECONDS = 5.0


def examine(settings: Settings, unmended: Sequence[Check] = ()) -> Examination:
    """
    Look at this machine and its engine; *unmended* is what `fix` has failed at, and comes last.

    Nothing is installed or mended. As with every look at instances, what ended by itself is cleared away, and what a
    shell that was killed had begun is finished.
    """
    with Cloud(settings) as cloud:
        engine = examine_engine(cloud)
        held = (
            [_base_image(cloud), *examine_instances(cloud), *examine_transport(cloud)] if engine.engine_usable else []
        )
    checks = [check_python(), *engine.checks, *held, *examine_machine(settings), *unmended]
    return Examination(checks, engine.engine_usable)


def fix(settings: Settings, progress: Progress) -> list[Check]:
    """
    Bring an engine and the base image to this machine, and mend instances; where nothing is amiss, do nothing.

    Returns a failed check for each instance that cannot be mended.
    Raises EngineUnavailableError if there is no engine and none can be had by what this user may do.
    """
    ensure_engine(settings, progress)
    with Cloud(settings, progress) as cloud:
        if _present(cloud) is None:
            _ensure_bootstrap(cloud, progress)
            cloud.images.holder_image()
        unmended = mend_instances(cloud, progress)
    raise_inotify_limit(progress)
    return unmended


def _held(cloud: Cloud) -> list[Check]:
    """Look at what is on an engine that can be used."""
    return [_base_image(cloud), *examine_instances(cloud), *examine_transport(cloud)]


def _base_image(cloud: Cloud) -> Check:
    if tag := _present(cloud):
        return Check.ok("base image", tag)
    return Check.warn("base image", f"{DEFAULT_IMAGE} is not in the local store", "get it with `cloudlet doctor --fix`")


def _present(cloud: Cloud) -> str | None:
    return BaseImages(cloud.engine, cloud.home, Silent()).present(DEFAULT_IMAGE, DEFAULT_SUITE)


def _ensure_bootstrap(cloud: Cloud, progress: Progress) -> None:
    """Install what makes the base image from packages, unless a registry has it."""
    facts = look_at_host()
    steps = steps_to_bootstrap(facts)
    if steps == ():
        return
    with progress.step(f"Looking for {DEFAULT_IMAGE} in its registry"):
        if cloud.engine.images.in_registry(DEFAULT_IMAGE, _REGISTRY_SECONDS):
            return
    run_steps(_allowed(steps, facts), progress)


def _allowed(steps: tuple[Step, ...] | None, facts: HostFacts) -> tuple[Step, ...]:
    missing = f"no registry that answers has {DEFAULT_IMAGE}, and what makes one like it is not installed"
    if steps is None:
        raise EngineError(
            missing, hint=f"load it from a machine that has it: `docker save`, `docker load` {DEFAULT_IMAGE}"
        )
    if not facts.root:
        raise EngineError(missing, hint=f"run `{as_typed(steps)}`")
    return steps
