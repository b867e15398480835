"""Volumes with no engine: instances are folders, and data is moved by this process, root or not."""

import contextlib
import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from emulator.errors import EmulatorError, NotFoundError
from emulator.home import Home
from emulator.ids import new_id
from emulator.progress import Silent
from emulator.settings import Settings
from emulator.state import Database
from emulator.units import utc_now
from emulator.volumes import InstanceFacts, Volume, VolumeRequest, Volumes
from emulator.volumes.claims import Claims
from emulator.volumes.mover import Here, Mover
from emulator.volumes.places import Places
from emulator.volumes.records import VolumeRecords
from emulator.volumes.store import VolumeStore

NEVER_MADE = "vol-0123456789abcdef0"
ZONES = ("us-east-1a", "us-east-1b", "us-east-1c")

Make = Callable[..., Volume]
OpenShell = Callable[[], Volumes]


class Machines:
    """Instances, as far as a volume knows them."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._known: dict[str, InstanceFacts] = {}

    def launch(self, zone: str = "us-east-1a", state: str = "running") -> str:
        instance_id = new_id("i")
        self._known[instance_id] = InstanceFacts(instance_id, zone, state)
        self.inside(instance_id).mkdir(parents=True)
        return instance_id

    def end(self, instance_id: str) -> None:
        self._known[instance_id] = dataclasses.replace(self._known[instance_id], state="terminated")

    def forget(self, instance_id: str) -> None:
        del self._known[instance_id]

    def find(self, reference: str) -> InstanceFacts:
        if reference not in self._known:
            raise NotFoundError(f"The instance ID '{reference}' does not exist", code="InvalidInstanceID.NotFound")
        return self._known[reference]

    def inside(self, instance_id: str) -> Path:
        """What the instance has as /volumes."""
        return self._home.attached_volumes(instance_id)


@pytest.fixture
def home(settings: Settings) -> Home:
    home = Home(settings.home)
    home.create()
    return home


@pytest.fixture
def machines(home: Home) -> Machines:
    return Machines(home)


@pytest.fixture
def database(home: Home) -> Iterator[Database]:
    database = Database(home.state_file)
    yield database
    database.close()


@pytest.fixture
def open_shell(home: Home, machines: Machines) -> Iterator[OpenShell]:
    """Open this home's volumes once more, as another shell does."""
    databases: list[Database] = []

    def open_shell() -> Volumes:
        databases.append(Database(home.state_file))
        return Volumes(home, databases[-1], Mover(Here()), ZONES, machines.find, Silent())

    yield open_shell
    for database in databases:
        database.close()


@pytest.fixture
def volumes(open_shell: OpenShell) -> Volumes:
    """This home's volumes, as one shell has them."""
    return open_shell()


@pytest.fixture
def make(volumes: Volumes, home: Home) -> Make:
    """Make a volume that holds a file called `who`, which says whose it is."""

    def make(size_gib: int = 8, **details: object) -> Volume:
        volume = volumes.create(VolumeRequest("us-east-1a", size_gib, **details))  # type: ignore[arg-type]
        (home.volumes / volume.id / "who").write_text(volume.id)
        return volume

    return make


@contextlib.contextmanager
def refused(code: str, words: str = "") -> Iterator[None]:
    """Expect an error with AWS's *code*, and with *words* somewhere in its message."""
    with pytest.raises(EmulatorError) as caught:
        yield
    assert caught.value.code == code
    assert words in caught.value.message


@dataclasses.dataclass(frozen=True)
class Steps:
    """The steps that the verbs consist of, to be cut short between any two."""

    records: VolumeRecords
    places: Places
    mover: Mover
    claims: Claims
    store: VolumeStore


@pytest.fixture
def steps(home: Home, database: Database) -> Steps:
    records, places = VolumeRecords(database), Places(home)
    mover, claims = Mover(Here()), Claims(home, Silent())
    return Steps(records, places, mover, claims, VolumeStore(records, places, mover, claims, utc_now))
