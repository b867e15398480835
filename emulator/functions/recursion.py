"""What becomes of events that a function itself has caused, through whatever lies between: they end, or may go on."""

from emulator.functions.references import parse_reference
from emulator.functions.repository import FunctionRepository
from emulator.state import Database
from emulator.violations import not_one_of, refuse

TERMINATE, ALLOW = "Terminate", "Allow"


class Recursion:
    """Reads and writes AWS's RecursiveLoop of each function."""

    def __init__(self, database: Database, repository: FunctionRepository) -> None:
        self._database = database
        self._repository = repository

    def of(self, reference: str) -> str:
        """Return what becomes of such events: Terminate or Allow."""
        name = self._repository.find(parse_reference(reference).name).name
        return ALLOW if self.is_allowed(name) else TERMINATE

    def is_allowed(self, name: str) -> bool:
        """Tell it of a function that may be gone by now."""
        row = self._database.row("SELECT recursive_loop FROM function WHERE name = ?", name)
        return row is not None and row["recursive_loop"] == ALLOW

    def set(self, reference: str, what: str) -> str:
        refuse(not_one_of(what, "recursiveLoop", (ALLOW, TERMINATE)))
        with self._database.transaction() as transaction:
            name = self._repository.find(parse_reference(reference).name).name
            transaction.execute("UPDATE function SET recursive_loop = ? WHERE name = ?", (what, name))
        return what
