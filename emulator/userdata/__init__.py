"""What an instance does at its first boot: keys, names, and the user data it was launched with.

All of it is decided here, on this machine, and rendered into one shell script; an AMI needs nothing but a shell to
run it. Nothing here knows containers.
"""

from typing import TYPE_CHECKING

from emulator.lazy import lazily

if TYPE_CHECKING:
    from emulator.userdata.errors import UserDataError as UserDataError
    from emulator.userdata.errors import UserDataTooLargeError as UserDataTooLargeError
    from emulator.userdata.model import BootPlan as BootPlan
    from emulator.userdata.model import UserData as UserData
    from emulator.userdata.reading import read as read
    from emulator.userdata.script import boot_script as boot_script

BOOT_SCRIPT = "/var/lib/cloud/seed/boot.sh"
"""Where an instance looks for its script, `user-data` beside it; without one it boots with no further ado."""

OUTPUT = "/var/log/cloud-init-output.log"
"""What user data printed, inside."""

WAIT_COMMAND = ("/bin/sh", BOOT_SCRIPT, "wait")
"""Run inside, it ends when user data has, and with its exit status: 143 if the machine ended first."""

__getattr__ = lazily(
    __name__,
    errors="UserDataError UserDataTooLargeError",
    model="BootPlan UserData",
    reading="read",
    script="boot_script",
)
