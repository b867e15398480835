"""What EC2 says about key pairs when it cannot: AWS's codes and words, our hints."""

from collections.abc import Iterable, Sequence

from emulator.errors import ConflictError, InvalidRequestError, NotFoundError, nearest
from emulator.resources.references import list_hint, not_here


class KeyPairNotFoundError(NotFoundError):
    """No key pair has this name, or this id."""

    code = "InvalidKeyPair.NotFound"

    def __init__(self, names: Sequence[str], known: Iterable[str], what: str = "key pair") -> None:
        super().__init__(not_here(what, names), hint=nearest(names[0], known) or list_hint("key-pair"))


class DuplicateKeyPairError(ConflictError):
    """The name is taken."""

    code = "InvalidKeyPair.Duplicate"

    def __init__(self, name: str) -> None:
        super().__init__(
            "The keypair already exists",
            hint=f"choose another name, or remove it with `cloudlet ec2 delete-key-pair --key-name '{name}'`",
        )


class InvalidKeyError(InvalidRequestError):
    """What was given as a public key is none that sshd could use."""

    code = "InvalidKey.Format"

    def __init__(self, hint: str) -> None:
        super().__init__("Key is not in valid OpenSSH public key format", hint=hint)
