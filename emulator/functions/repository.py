"""Which functions there are: rows of the state file."""

from emulator.functions.definition import Function, function_arn, function_name
from emulator.functions.errors import FunctionNotFoundError
from emulator.state import Database


class FunctionRepository:
    """Reads and writes function records; any number of processes may."""

    def __init__(self, database: Database, region: str) -> None:
        self._database = database
        self._region = region

    def find(self, reference: str) -> Function:
        """Return the function that *reference*, a name or an ARN, stands for; FunctionNotFoundError if none does."""
        name = function_name(reference)
        row = self._database.row("SELECT record FROM function WHERE name = ?", name)
        if row is None:
            known = [function.name for function in self.all()]
            raise FunctionNotFoundError(f"{function_arn(name, self._region)}:$LATEST", name, known)
        return Function.from_json(row["record"])

    def all(self) -> list[Function]:
        """Return every function, by name."""
        return [
            Function.from_json(row["record"])
            for row in self._database.rows("SELECT record FROM function ORDER BY name")
        ]

    def save(self, function: Function) -> None:
        with self._database.transaction() as transaction:
            transaction.execute(
                "INSERT INTO function (name, record) VALUES (?, ?) ON CONFLICT DO UPDATE SET record = excluded.record",
                (function.name, function.to_json()),
            )

    def delete(self, name: str) -> None:
        with self._database.transaction() as transaction:
            transaction.execute("DELETE FROM function WHERE name = ?", (name,))
