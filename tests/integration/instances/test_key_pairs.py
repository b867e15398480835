"""What OpenSSH and OpenSSL, those of an instance, think of our keys and fingerprints."""

import pytest

from emulator.cloud import Cloud
from tests.integration.instances.conftest import Machine

_SHA1_OF_PKCS8 = "openssl pkcs8 -topk8 -nocrypt -outform DER | openssl sha1 -c | sed 's/.*= //'"
_MD5_OF_PUBLIC = (
    "ssh-keygen -e -m PKCS8 -f /dev/stdin | openssl rsa -pubin -outform DER | openssl md5 -c | sed 's/.*= //'"
)


def _asked(machine: Machine, key: str, command: str) -> str:
    """Return what *command* says of *key*, which it reads from its stdin."""
    return machine.says("sh", "-c", f"printf '%s\\n' \"$1\" | {command}", "sh", key)


@pytest.mark.parametrize("key_type", ["rsa", "ed25519"])
def test_openssh_finds_the_same_public_key_in_our_private_one(cloud: Cloud, nano: Machine, key_type: str) -> None:
    """So that what an instance lets in is what the file opens."""
    new = cloud.key_pairs.create("me", key_type)

    derived = _asked(nano, new.material, "(umask 077; cat > /tmp/k) && ssh-keygen -y -f /tmp/k; rm /tmp/k")

    assert derived.split()[:2] == new.pair.public_key.split()[:2]


def test_a_created_rsa_key_has_the_sha1_of_its_private_half(cloud: Cloud, nano: Machine) -> None:
    """The command that AWS's page on fingerprints gives."""
    new = cloud.key_pairs.create("me", "rsa")

    assert _asked(nano, new.material, _SHA1_OF_PKCS8) == new.pair.fingerprint


def test_an_imported_rsa_key_has_the_md5_of_its_public_half(cloud: Cloud, nano: Machine) -> None:
    public_key = cloud.key_pairs.create("made", "rsa").pair.public_key

    imported = cloud.key_pairs.import_("imported", public_key.encode())

    assert _asked(nano, public_key, _MD5_OF_PUBLIC) == imported.fingerprint


@pytest.mark.parametrize("origin", ["created", "imported"])
def test_an_ed25519_key_has_the_fingerprint_that_openssh_shows(cloud: Cloud, nano: Machine, origin: str) -> None:
    """And the padding that it leaves out."""
    pair = cloud.key_pairs.create("me", "ed25519").pair
    if origin == "imported":
        pair = cloud.key_pairs.import_("imported", pair.public_key.encode())

    shown = _asked(nano, pair.public_key, "ssh-keygen -l -f /dev/stdin").split()[1]

    assert f"{shown}=" == f"SHA256:{pair.fingerprint}"
