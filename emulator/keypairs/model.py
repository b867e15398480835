"""A key pair: what is known of it afterwards, and what only its maker hears."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

RSA = "rsa"
ED25519 = "ed25519"
TYPES = (RSA, ED25519)


@dataclass(frozen=True)
class PublicKey:
    """A public key on its own: the line that sshd reads, without a comment, and AWS's fingerprint of it."""

    type: str
    text: str
    fingerprint: str


@dataclass(frozen=True)
class KeyPair:
    """A key pair as this home knows it."""

    id: str
    name: str
    type: str
    fingerprint: str
    public_key: str
    """One line for `authorized_keys`, with the name as its comment."""
    is_imported: bool
    created_at: datetime
    tags: dict[str, str] = field(default_factory=dict)
    private_key_file: Path | None = None
    """Where the private key lies, if it was made here and is still there."""


@dataclass(frozen=True)
class NewKeyPair:
    """A key pair in the only moment in which its private key can be told."""

    pair: KeyPair
    material: str
    """The private key in PEM, without a last line end, as AWS gives it."""
