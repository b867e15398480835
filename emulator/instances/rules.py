"""The packet filter of an interface that has just been started."""

from emulator.instances.folder import InstanceFolder
from emulator.metadata import read_written, wait_applied

_INTERFACE_SECONDS = 30.0


def wait_for_interface(folder: InstanceFolder) -> None:
    """Return when an interface that was started just now has taken its addresses and brought its rules into force."""
    wait_applied(folder.interface, read_written(folder.interface), _INTERFACE_SECONDS)
