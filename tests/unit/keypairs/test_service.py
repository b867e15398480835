"""Key pairs as a home keeps them."""

import stat
import string
from datetime import UTC, datetime
from pathlib import Path

import pytest

from emulator.errors import InvalidRequestError
from emulator.home import Home
from emulator.keypairs import KeyPairs
from emulator.keypairs.errors import DuplicateKeyPairError, InvalidKeyError, KeyPairNotFoundError
from emulator.resources.dry_run import DryRunError
from emulator.resources.filters import Filter
from emulator.state import Database
from tests.unit.keypairs import keys

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def key_pairs(home: Home) -> KeyPairs:
    return KeyPairs(Database(home.state_file), home, lambda: NOW)


def test_a_pair_that_is_made_is_found_again_without_its_private_key(key_pairs: KeyPairs, home: Home) -> None:
    """The private key is told once; its file stays."""
    new = key_pairs.create("me", "ed25519", {"team": "data"})

    (found,) = key_pairs.describe()
    assert found == new.pair
    assert (found.name, found.type, found.created_at, found.tags) == ("me", "ed25519", NOW, {"team": "data"})
    assert found.private_key_file == home.keys / "me.pem"
    assert found.private_key_file.read_text() == new.material + "\n"


def test_nobody_else_may_read_a_private_key(key_pairs: KeyPairs, home: Home) -> None:
    """ssh would refuse it otherwise, and rightly."""
    key_pairs.create("me", "ed25519")

    assert stat.S_IMODE(home.keys.stat().st_mode) == 0o700
    assert stat.S_IMODE((home.keys / "me.pem").stat().st_mode) == 0o600


def test_instances_get_a_line_that_ends_with_the_name(key_pairs: KeyPairs) -> None:
    """As AWS writes it into authorized_keys; what stood behind an imported key is not kept."""
    key_pairs.import_("me too", keys.ED25519.encode())

    assert key_pairs.public_key("me too") == keys.ED25519.replace("me@laptop", "me too")


def test_an_unknown_pair_names_the_nearest(key_pairs: KeyPairs) -> None:
    key_pairs.create("laptop", "ed25519")

    with pytest.raises(KeyPairNotFoundError, match="The key pair 'labtop' does not exist") as caught:
        key_pairs.public_key("labtop")

    assert caught.value.code == "InvalidKeyPair.NotFound"
    assert caught.value.hint == "did you mean laptop?"


def test_an_imported_pair_has_no_private_key_here(key_pairs: KeyPairs, home: Home) -> None:
    """Nor is one taken for its own that an earlier pair of its name left."""
    home.keys.mkdir(parents=True)
    (home.keys / "me.pem").write_text("another")

    pair = key_pairs.import_("me", keys.RSA.encode())

    assert pair.private_key_file is None
    assert key_pairs.find("me") == pair


def test_a_name_is_given_once(key_pairs: KeyPairs) -> None:
    """By whichever of the two commands, and the first one's private key survives."""
    material = key_pairs.create("me", "ed25519").material

    with pytest.raises(DuplicateKeyPairError, match="The keypair already exists"):
        key_pairs.create("me")
    with pytest.raises(DuplicateKeyPairError):
        key_pairs.import_("me", keys.RSA.encode())

    file = key_pairs.find("me").private_key_file
    assert file is not None
    assert file.read_text() == material + "\n"


def test_two_shells_that_make_one_name_make_it_once(key_pairs: KeyPairs, home: Home) -> None:
    """The one that loses leaves neither a row nor its private key."""
    made: list[str] = []

    def clock_of_the_slower() -> datetime:  # asked between its check and its row
        made.append(key_pairs.create("me", "ed25519").material)
        return NOW

    slower = KeyPairs(Database(home.state_file), home, clock_of_the_slower)

    with pytest.raises(DuplicateKeyPairError):
        slower.create("me", "ed25519")

    assert len(key_pairs.describe()) == 1
    assert [_file(key_pairs, "me").read_text()] == [material + "\n" for material in made]


def _file(key_pairs: KeyPairs, name: str) -> Path:
    file = key_pairs.find(name).private_key_file
    assert file is not None
    return file


@pytest.mark.parametrize("name", ["", " me", "me ", "a\nb", "a\tb", "schlüssel", "x" * 256])
def test_a_name_that_aws_refuses_is_refused(key_pairs: KeyPairs, name: str) -> None:
    """A line end in one would be another line of authorized_keys."""
    with pytest.raises(InvalidRequestError, match="for parameter keyName is invalid"):
        key_pairs.create(name, "ed25519")

    assert key_pairs.describe() == []


@pytest.mark.parametrize(
    "name",
    [
        "../../escape",
        "/etc/passwd",
        "..",
        ".",
        "-rf",
        "a/b",
        "a b",
        "%h",
        "=41",
        "x" * 255,
        "/" * 255,
        string.punctuation,
    ],
)
def test_a_name_never_leaves_the_folder(key_pairs: KeyPairs, home: Home, name: str) -> None:
    """Whatever is allowed in a name, its file is one of this folder, and its own."""
    new = key_pairs.create(name, "ed25519")

    (file,) = home.keys.iterdir()
    assert file == new.pair.private_key_file
    assert not file.name.startswith(".")
    assert "%" not in file.name  # ssh would fill something in
    assert key_pairs.find(name) == new.pair


def test_names_that_look_alike_have_files_of_their_own(key_pairs: KeyPairs, home: Home) -> None:
    """Also those that are cut off."""
    names = ["a/b", "a=2Fb", "x" * 254, "x" * 255, ".", "=2E"]

    for name in names:
        key_pairs.create(name, "ed25519")

    assert len(list(home.keys.iterdir())) == len(names)


def test_a_private_key_replaces_what_lies_in_its_place(key_pairs: KeyPairs, home: Home, tmp_path: Path) -> None:
    """A link that somebody put there is not followed."""
    home.keys.mkdir(parents=True)
    (tmp_path / "elsewhere").write_text("mine")
    (home.keys / "me.pem").symlink_to(tmp_path / "elsewhere")

    new = key_pairs.create("me", "ed25519")

    assert (tmp_path / "elsewhere").read_text() == "mine"
    assert _file(key_pairs, "me").read_text() == new.material + "\n"


def test_a_pair_whose_private_key_cannot_be_kept_is_not_made(key_pairs: KeyPairs, home: Home) -> None:
    """Its material would be lost with the error."""
    home.keys.write_text("a file where the folder should be")

    with pytest.raises(OSError, match="exists"):
        key_pairs.create("me", "ed25519")

    assert key_pairs.describe() == []


def test_deleting_takes_the_private_key_and_the_tags_along(key_pairs: KeyPairs, home: Home) -> None:
    first = key_pairs.create("me", "ed25519", {"team": "data"}).pair
    second = key_pairs.create("you", "ed25519").pair

    assert key_pairs.delete("me") == first.id
    assert key_pairs.delete(key_pair_id=second.id) == second.id

    assert key_pairs.describe() == []
    assert list(home.keys.iterdir()) == []
    assert key_pairs.create("me", "ed25519").pair.tags == {}


def test_deleting_what_is_not_there_succeeds(key_pairs: KeyPairs) -> None:
    """As on AWS; a name and an id that are not of one pair name none."""
    pair = key_pairs.create("me", "ed25519").pair

    assert key_pairs.delete("you") is None
    assert key_pairs.delete("you", pair.id) is None
    assert key_pairs.describe() == [pair]
    with pytest.raises(InvalidRequestError, match="KeyName or KeyPairId"):
        key_pairs.delete()


def test_pairs_are_found_by_name_id_and_filter(key_pairs: KeyPairs) -> None:
    me = key_pairs.create("me", "ed25519", {"team": "data"}).pair
    you = key_pairs.import_("you", keys.RSA.encode())

    assert key_pairs.describe(["you"]) == [you]
    assert key_pairs.describe(ids=[me.id]) == [me]
    assert key_pairs.describe(["you"], [me.id]) == [me, you]
    assert key_pairs.describe(filters=[Filter("key-name", ("m*",))]) == [me]
    assert key_pairs.describe(filters=[Filter("fingerprint", (keys.RSA_FINGERPRINT,))]) == [you]
    assert key_pairs.describe(filters=[Filter("key-pair-id", (you.id,))]) == [you]
    assert key_pairs.describe(filters=[Filter("tag:team", ("data",))]) == [me]
    with pytest.raises(KeyPairNotFoundError, match="The key pairs 'a, b' do not exist"):
        key_pairs.describe(["a", "me", "b"])
    with pytest.raises(KeyPairNotFoundError, match="The key pair ID 'key-0' does not exist"):
        key_pairs.describe(ids=["key-0"])
    with pytest.raises(InvalidRequestError, match="The filter 'name' is invalid"):
        key_pairs.describe(filters=[Filter("name", ("me",))])


def test_a_dry_run_checks_and_changes_nothing(key_pairs: KeyPairs, home: Home) -> None:
    """What would have failed fails as it would have."""
    with pytest.raises(DryRunError, match="Request would have succeeded, but DryRun flag is set"):
        key_pairs.create("me", "ed25519", dry_run=True)
    with pytest.raises(DryRunError):
        key_pairs.import_("me", keys.RSA.encode(), dry_run=True)
    with pytest.raises(InvalidKeyError):
        key_pairs.import_("me", b"no key", dry_run=True)
    assert key_pairs.describe() == []

    key_pairs.create("me", "ed25519")
    with pytest.raises(DryRunError):
        key_pairs.delete("me", dry_run=True)
    with pytest.raises(DuplicateKeyPairError):
        key_pairs.create("me", "ed25519", dry_run=True)
    assert _file(key_pairs, "me").exists()
