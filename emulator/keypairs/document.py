"""Key pairs in the shape of AWS's answers."""

from collections.abc import Iterable, Mapping
from typing import Any

from emulator.keypairs.model import KeyPair, NewKeyPair
from emulator.resources.tags import tag_documents

Document = dict[str, Any]


def created(new: NewKeyPair) -> Document:
    """Return the answer of CreateKeyPair, the only one that has the private key."""
    return {
        "KeyFingerprint": new.pair.fingerprint,
        "KeyMaterial": new.material,
        "KeyName": new.pair.name,
        "KeyPairId": new.pair.id,
        **_tags_if_any(new.pair.tags),
    }


def imported(pair: KeyPair) -> Document:
    """Return the answer of ImportKeyPair."""
    return {
        "KeyFingerprint": pair.fingerprint,
        "KeyName": pair.name,
        "KeyPairId": pair.id,
        **_tags_if_any(pair.tags),
    }


def described(pairs: Iterable[KeyPair], *, with_public_key: bool) -> Document:
    """Return the answer of DescribeKeyPairs."""
    return {
        "KeyPairs": [
            {
                "KeyPairId": pair.id,
                "KeyType": pair.type,
                "Tags": tag_documents(pair.tags),
                **({"PublicKey": pair.public_key} if with_public_key else {}),
                "CreateTime": pair.created_at,
                "KeyName": pair.name,
                "KeyFingerprint": pair.fingerprint,
            }
            for pair in pairs
        ]
    }


def deleted(key_pair_id: str | None) -> Document:
    """Return the answer of DeleteKeyPair: it is true also where there was nothing to delete."""
    return {"Return": True, **({"KeyPairId": key_pair_id} if key_pair_id else {})}


def _tags_if_any(tags: Mapping[str, str]) -> Document:
    return {"Tags": tag_documents(tags)} if tags else {}
