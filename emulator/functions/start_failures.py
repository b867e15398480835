"""Why no worker of a version could be started the last time, until one can: what get-function says as StateReason."""

from emulator.functions.references import LATEST
from emulator.state import Database


class StartFailures:
    """Notes and forgets them. A version that is written anew has failed in nothing yet: the repository sees to that."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, name: str, version: str = LATEST) -> str | None:
        """Return the reason, or None if a worker could be started."""
        row = self._database.row(
            "SELECT reason FROM function_failure WHERE function = ? AND version = ?", name, version
        )
        return str(row["reason"]) if row else None

    def note(self, name: str, version: str, reason: str) -> None:
        """Remember why no worker could be started; of a function that was deleted meanwhile, nothing."""
        with self._database.transaction() as transaction:
            transaction.execute(
                "INSERT OR REPLACE INTO function_failure (function, version, reason)"
                " SELECT name, ?, ? FROM function WHERE name = ?",
                (version, reason, name),
            )

    def forget(self, name: str, version: str) -> None:
        """A worker was started."""
        if self.of(name, version) is None:
            return  # so that a start costs no write
        with self._database.transaction() as transaction:
            transaction.execute("DELETE FROM function_failure WHERE function = ? AND version = ?", (name, version))
