"""Every volume and snapshot of a home removed, for `reset`. Nothing is asked of the state file, nor made."""

from emulator.home import Home
from emulator.progress import Silent
from emulator.volumes.claims import Claims
from emulator.volumes.mover import Mover
from emulator.volumes.places import Places


def remove_all(home: Home, mover: Mover) -> None:
    """Remove what lies in volumes and snapshots, whoever owns it; a folder that no cloudlet worked in is left alone."""
    if not home.was_used:
        return
    places = Places(home)
    with Claims(home, Silent()).hold("reset") as claim:
        for folder in (home.volumes, home.snapshots, *places.all_of_instances()):
            mover.remove(claim, folder)
        claim.forget()
