"""One shell at a time with each instance: whoever comes second waits, and looks at it again before doing anything."""

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from emulator.instances.model import Instance, InstanceState
from emulator.instances.records import Records
from emulator.instances.shell import Shell

_PAUSE_SECONDS = 0.05
_CHANGING = (InstanceState.PENDING, InstanceState.STOPPING)

Meanwhile = Mapping[InstanceState, InstanceState]
"""What others see instances as while they are changed, by the state that they were in; one that is not named stays."""


@dataclass(frozen=True)
class Turns:
    """Hands instances to this shell."""

    records: Records
    shell: Shell
    look_again: Callable[[Sequence[str]], list[Instance]]
    """Return instances as they are by now, by their containers where this shell has them; it changes nothing."""

    @contextlib.contextmanager
    def turn(
        self, instances: Sequence[Instance], meanwhile: Meanwhile = MappingProxyType({})
    ) -> Iterator[list[Instance]]:
        """Yield *instances* as they are when no other shell has them, and has none of them inside."""
        with self.shell.at_work() as shell, contextlib.ExitStack() as held:
            # In the order of their ids: two shells that want the same ones never wait for each other.
            for one in sorted(instances, key=lambda one: one.id):
                held.enter_context(self._turn(one, meanwhile, shell))
            yield self.look_again([one.id for one in instances])  # what was seen before they were ours may be history

    @contextlib.contextmanager
    def _turn(self, instance: Instance, meanwhile: Meanwhile, shell: str) -> Iterator[None]:
        while not (instance.state.is_over or self._begin(instance, meanwhile, shell)):
            time.sleep(_PAUSE_SECONDS)
            (instance,) = self.look_again([instance.id])
        try:
            yield
        finally:
            self.records.finish(instance.id, shell)

    def _begin(self, instance: Instance, meanwhile: Meanwhile, shell: str) -> bool:
        if instance.state in _CHANGING:  # as it was when somebody looked: by now it may be done
            return False
        seen_as = meanwhile.get(instance.state, instance.state)
        return self.records.begin(instance.launch, seen_as, shell, self.shell.is_alive)
