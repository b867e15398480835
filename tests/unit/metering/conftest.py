"""A state file, and a clock's face."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from emulator.state import Database

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def after(minutes: float) -> datetime:
    """Return the moment so many minutes after noon."""
    return NOON + timedelta(minutes=minutes)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "state.db")
