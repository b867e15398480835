"""Files and folders between this machine and an instance's disk, running or stopped, by the rules of `docker cp`.

Everything is streamed. What comes out of an instance is not trusted: nothing of it lands outside the folder it is
meant for, whatever the instance's root made of its names and links.
"""

from emulator.instances.copying.copy import copy_in, copy_out
from emulator.instances.copying.tally import Tally

__all__ = ["Tally", "copy_in", "copy_out"]
