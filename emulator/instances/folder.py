"""What an instance's containers see of this machine: one folder an instance, bound into both of them."""

import contextlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from emulator.engine.records import Bind
from emulator.home import Home

_INTERFACE_TARGET = "/run/cloudlet"
_SEED_TARGET = "/var/lib/cloud/seed"
_VOLUMES_TARGET = "/volumes"


@dataclass(frozen=True)
class InstanceFolder:
    """The paths in it, spelled once."""

    home: Home
    instance_id: str

    @property
    def root(self) -> Path:
        return self.home.instances / self.instance_id

    @property
    def interface(self) -> Path:
        """What the interface answers and lets through; it says here what is in force."""
        return self.home.interface(self.instance_id)

    @property
    def size(self) -> Path:
        """What lies over the kernel's own figures."""
        return self.root / "size"

    @property
    def seed(self) -> Path:
        """What the machine does when it first boots."""
        return self.root / "seed"

    @property
    def user_data(self) -> Path:
        """User data as it was given."""
        return self.seed / "user-data"

    @property
    def boot_script(self) -> Path:
        """What the machine runs at each boot."""
        return self.seed / "boot.sh"

    @property
    def volumes(self) -> Path:
        """One folder an attached volume."""
        return self.home.attached_volumes(self.instance_id)

    def create(self) -> None:
        """Make it; only its owner may look, since user data often holds secrets."""
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        for folder in (self.interface, self.size, self.volumes):
            folder.mkdir(exist_ok=True)
        self.seed.mkdir(exist_ok=True, mode=0o700)  # inside, too, only root may look

    def interface_binds(self) -> tuple[Bind, ...]:
        return (Bind(self.interface, _INTERFACE_TARGET),)

    def machine_binds(self) -> tuple[Bind, ...]:
        return (Bind(self.seed, _SEED_TARGET, read_only=True), Bind(self.volumes, _VOLUMES_TARGET))

    def remove(self) -> None:
        """Remove it; volumes must have been taken out before. Others may be at the same."""
        while self.root.exists():
            with contextlib.suppress(FileNotFoundError):
                shutil.rmtree(self.root)
