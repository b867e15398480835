"""Private keys that were made here, a file each that nobody else may read, for `ec2 ssh`."""

import hashlib
import os
import string
from pathlib import Path

_PLAIN = frozenset(f"{string.ascii_letters}{string.digits}._- @+,")
_LONGEST = 200  # a file's name has 255 bytes at most, and an encoded key's name up to 765


class PrivateKeyFiles:
    """A folder of private keys, found by the names of their key pairs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, name: str) -> Path:
        """Return where the private key of *name* lies, or would."""
        return self._folder / f"{file_name(name)}.pem"

    def save(self, name: str, pem: str) -> Path:
        """Write a private key, in place of what an earlier pair of this name may have left."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.path(name)
        path.unlink(missing_ok=True)
        # Made with its mode, not given it afterwards: there is no moment in which others could open it.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        try:
            with os.fdopen(descriptor, "w") as file:
                file.write(pem)
        except BaseException:
            path.unlink()
            raise
        return path

    def remove(self, name: str) -> None:
        """Remove the private key of *name*, if there is one."""
        self.path(name).unlink(missing_ok=True)


def file_name(name: str) -> str:
    """
    Return what a key pair's name is called in the folder: never a path, never hidden, never too long.

    Not encoded with percent signs: ssh takes those in the name of a key for something to fill in.

    >>> file_name("my key"), file_name("../../etc/passwd"), file_name(".")
    ('my key', '=2E.=2F..=2Fetc=2Fpasswd', '=2E')
    """
    encoded = "".join(one if one in _PLAIN else f"={ord(one):02X}" for one in name)
    if encoded.startswith("."):
        encoded = f"={ord('.'):02X}{encoded[1:]}"
    if len(encoded) > _LONGEST:
        return f"{encoded[:_LONGEST]}-{hashlib.sha256(name.encode()).hexdigest()[:16]}"
    return encoded
