"""One shell at a time with each instance: whoever comes second waits, and looks at it again before doing anything."""

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from emulator.instances.model import Instance, InstanceState
from emulator.instances.records import Records
from emulator.instances.shell import Shell

_PAUSE_SECONDS = 0.05
_CHANGING = (InstanceState.PENDING, InstanceState.STOPPING)


@dataclass(frozen=True)
class Turns:
    """Hands instances to this shell."""

    records: Records
    shell: Shell
    look_again: Callable[[str], Instance]
    """Return an instance as it is by now."""

    @contextlib.contextmanager
    def turn(self, instances: Sequence[Instance], meanwhile: InstanceState | None = None) -> Iterator[list[Instance]]:
        """Yield *instances* as they are when no other shell has them; others see them so inside, or as *meanwhile*."""
        with self.shell.at_work() as shell, contextlib.ExitStack() as held:
            # In the order of their ids: two shells that want the same ones never wait for each other.
            own = {
                one.id: held.enter_context(self._turn(one, meanwhile, shell))
                for one in sorted(instances, key=lambda one: one.id)
            }
            yield [own[one.id] for one in instances]

    @contextlib.contextmanager
    def _turn(self, instance: Instance, meanwhile: InstanceState | None, shell: str) -> Iterator[Instance]:
        while not (instance.state.is_over or self._begin(instance, meanwhile, shell)):
            time.sleep(_PAUSE_SECONDS)
            instance = self.look_again(instance.id)
        try:
            yield instance
        finally:
            self.records.finish(instance.id, shell)

    def _begin(self, instance: Instance, meanwhile: InstanceState | None, shell: str) -> bool:
        if instance.state in _CHANGING:  # as it was when somebody looked: by now it may be done
            return False
        return self.records.begin(instance.launch, meanwhile or instance.state, shell, self.shell.is_alive)
