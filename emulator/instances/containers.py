"""What marks an instance's containers on the engine, and how they go."""

from emulator.engine import Container, Engine, Kind

INSTANCE_LABEL = "cloudlet.instance"
"""The instance's id, on the machine and on its interface."""

LAUNCH_LABEL = "cloudlet.launch"
"""What was launched, on the machine: it outlives a lost state file."""


def containers_of(engine: Engine, instance_id: str) -> list[Container]:
    """Return the machine and its interface, whichever of them are there, in the order in which they go."""
    found = engine.containers.list(Kind.INSTANCE, Kind.INTERFACE, filters={INSTANCE_LABEL: instance_id})
    return sorted(found, key=lambda one: one.kind is Kind.INTERFACE)


def remove_containers(engine: Engine, instance_id: str) -> None:
    """Remove the machine and its interface, whichever of them are there."""
    for container in containers_of(engine, instance_id):
        engine.containers.remove(container.id)
