"""Key pairs: the public half goes to instances, the private half to whoever made the pair, and to `ec2 ssh`."""

from emulator.keypairs.model import KeyPair, NewKeyPair
from emulator.keypairs.service import KeyPairs

__all__ = ["KeyPair", "KeyPairs", "NewKeyPair"]
