"""The security groups of a home without an engine, and the instances that a test says are in them."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from emulator.network.member import Member
from emulator.network.security_groups import SecurityGroups
from emulator.state import Database


@dataclass
class Surroundings:
    """What the groups know of instances, and whether what they changed was brought into force."""

    members: list[Member] = field(default_factory=list)
    enforced: int = 0

    @contextlib.contextmanager
    def enforcing(self) -> Iterator[None]:
        yield
        self.enforced += 1


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "state.db")
    yield database
    database.close()


@pytest.fixture
def surroundings() -> Surroundings:
    return Surroundings()


@pytest.fixture
def groups(database: Database, surroundings: Surroundings) -> SecurityGroups:
    return SecurityGroups(database, "home", lambda: surroundings.members, surroundings.enforcing)


def tcp(port: int, cidr: str | None = "0.0.0.0/0", group: str | None = None, **more: Any) -> list[dict[str, Any]]:
    """Spell one TCP port and one peer as AWS does."""
    peer: dict[str, Any] = {"UserIdGroupPairs": [{"GroupName": group}]} if group else {"IpRanges": [{"CidrIp": cidr}]}
    return [{"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **peer, **more}]
