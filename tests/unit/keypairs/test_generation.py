"""Keys that are made and keys that are read. `test_key_pairs` of the integration tests asks OpenSSH and OpenSSL too."""

import base64
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from emulator.keypairs.errors import InvalidKeyError
from emulator.keypairs.generation import generate, parse
from tests.unit.keypairs import keys


def test_an_rsa_key_is_a_pkcs1_pem_of_2048_bits() -> None:
    """What AWS gives, and what old libraries read."""
    pem, public = generate("rsa")

    key = load_pem_private_key(pem.encode(), password=None)
    assert pem.startswith("-----BEGIN RSA PRIVATE KEY-----\n")
    assert isinstance(key, RSAPrivateKey)
    assert key.key_size == 2048
    assert public.text.startswith("ssh-rsa AAAA")


def test_an_ed25519_key_is_in_the_form_of_openssh() -> None:
    """PKCS#1 has no such keys."""
    pem, public = generate("ed25519")

    assert pem.startswith("-----BEGIN OPENSSH PRIVATE KEY-----\n")
    assert public.text.startswith("ssh-ed25519 AAAA")


def test_no_two_keys_are_alike() -> None:
    assert generate("ed25519")[1] != generate("ed25519")[1]


def test_an_imported_rsa_key_is_told_by_the_md5_of_its_public_half() -> None:
    key = parse(keys.RSA.encode())

    assert (key.type, key.fingerprint) == ("rsa", keys.RSA_FINGERPRINT)


def test_an_ed25519_key_is_told_by_its_sha256() -> None:
    key = parse(keys.ED25519.encode())

    assert (key.type, key.fingerprint) == ("ed25519", keys.ED25519_FINGERPRINT)


@pytest.mark.parametrize("text", [keys.RSA, keys.ED25519])
@pytest.mark.parametrize(
    "written",
    [
        lambda text: text.encode(),
        lambda text: f"\n{text}\r\n".encode(),
        lambda text: text.rpartition(" ")[0].encode(),
        lambda text: base64.b64encode(text.encode()),
        lambda text: base64.encodebytes(text.encode()),
    ],
    ids=["plain", "line-ends", "no-comment", "base64", "base64-in-lines"],
)
def test_a_public_key_is_read_however_it_is_handed_over(text: str, written: Callable[[str], bytes]) -> None:
    """As a file has it, or in base64, as the API wants it."""
    assert parse(written(text)).text == text.rpartition(" ")[0]


@pytest.mark.parametrize(
    ("material", "advice"),
    [
        (b"", "OpenSSH .pub file"),
        (b"me.pub", "OpenSSH .pub file"),
        (b"ssh-rsa AAAA me", "OpenSSH .pub file"),
        (b"ssh-ed25519 \xff\xfe me", "OpenSSH .pub file"),
        (keys.ECDSA.encode(), "rsa or an ed25519"),
        (b"-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----\n", "private key"),
        (b"-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n", "ssh-keygen -i"),
        (b"---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n---- END SSH2 PUBLIC KEY ----\n", "ssh-keygen -i"),
        (b'command="reboot" ' + keys.ED25519.encode(), "OpenSSH .pub file"),
    ],
)
def test_anything_else_is_refused_with_what_to_do(material: bytes, advice: str) -> None:
    """AWS's sentence alone helps nobody."""
    with pytest.raises(InvalidKeyError, match="Key is not in valid OpenSSH public key format") as caught:
        parse(material)

    assert caught.value.hint is not None
    assert advice in caught.value.hint
