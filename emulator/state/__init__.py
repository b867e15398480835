"""What neither the engine nor a folder can hold, in one SQLite file a home."""

from emulator.state.database import Database

__all__ = ["Database"]
