"""Keys made and keys read, with AWS's fingerprints of them: three ways to tell a key, by its type and its origin.

`cryptography` is loaded in here only, when a key is made or read: whoever lists key pairs does without.
"""

import base64
import binascii
import hashlib
import re
from typing import TYPE_CHECKING

from emulator.keypairs.errors import InvalidKeyError
from emulator.keypairs.model import ED25519, RSA, PublicKey

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

_RSA_BITS = 2048
_LEAST_RSA_BITS = 1024  # what sshd refuses however it is set


def generate(key_type: str) -> tuple[str, PublicKey]:
    """Return a new private key in PEM and its public half: RSA of 2048 bits in PKCS#1, or ed25519 in OpenSSH's form."""
    return _generate_rsa() if key_type == RSA else _generate_ed25519()


def parse(material: bytes) -> PublicKey:
    """
    Return the public key in *material*: a line as in `id_ed25519.pub`, as it is or in base64.

    Only RSA and ed25519 pass, as on AWS; InvalidKeyError says what else it seems to be.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_ssh_public_key

    text = _openssh_line(material)
    try:
        key = load_ssh_public_key(text)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise InvalidKeyError(_advice(text)) from error
    if isinstance(key, Ed25519PublicKey):
        line = _line(key)
        return PublicKey(ED25519, line, _sha256(line))
    if not isinstance(key, RSAPublicKey):
        raise InvalidKeyError("give an rsa or an ed25519 key, such as `ssh-keygen -t ed25519` makes")
    if key.key_size < _LEAST_RSA_BITS:
        raise InvalidKeyError(f"an rsa key of {key.key_size} bits is too short: {_LEAST_RSA_BITS} is the least")
    return PublicKey(RSA, _line(key), _colons(hashlib.md5(_der(key), usedforsecurity=False).hexdigest()))


def _generate_rsa() -> tuple[str, PublicKey]:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=_RSA_BITS)
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, plain)
    der = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, plain)
    fingerprint = _colons(hashlib.sha1(der, usedforsecurity=False).hexdigest())
    return pem.decode(), PublicKey(RSA, _line(key.public_key()), fingerprint)


def _generate_ed25519() -> tuple[str, PublicKey]:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )
    line = _line(key.public_key())
    return pem.decode(), PublicKey(ED25519, line, _sha256(line))


def _line(key: "RSAPublicKey | Ed25519PublicKey") -> str:
    from cryptography.hazmat.primitives import serialization

    return key.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH).decode()


def _der(key: "RSAPublicKey") -> bytes:
    from cryptography.hazmat.primitives import serialization

    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _sha256(line: str) -> str:
    """Return what `ssh-keygen -l` shows after `SHA256:`, with the padding that AWS leaves at its end."""
    return base64.b64encode(hashlib.sha256(base64.b64decode(line.split()[1])).digest()).decode()


def _colons(digits: str) -> str:
    return ":".join(re.findall("..", digits))


def _openssh_line(material: bytes) -> bytes:
    """Return *material*, decoded if it is the base64 that the API takes: a line of OpenSSH has a blank, base64 none."""
    text = material.strip()
    if b" " in text:
        return text
    try:
        return base64.b64decode(b"".join(text.split()), validate=True).strip()
    except binascii.Error:
        return text


def _advice(text: bytes) -> str:
    if b"PRIVATE KEY" in text:
        return "this is a private key: give the public one, `ssh-keygen -y -f FILE` prints it"
    if text.startswith((b"-----BEGIN", b"---- BEGIN")):
        return "convert it with `ssh-keygen -i -m PKCS8 -f FILE` or, from RFC 4716, `ssh-keygen -i -f FILE`"
    return "give the content of an OpenSSH .pub file: --public-key-material fileb://~/.ssh/id_ed25519.pub"
