"""How a server ends when its end fails: no container is left, and whoever ended it is told."""

from emulator.engine import Kind
from tests.integration.pipeline.conftest import House

_NOT_TO_BE_NOTED = """
CREATE TRIGGER refused BEFORE INSERT ON server_seen BEGIN SELECT RAISE(ABORT, 'this cannot be written'); END
"""


def test_an_end_that_fails_leaves_no_worker_and_is_told(house: House) -> None:
    """`stop` that says "has ended" while containers run on for ever is worse than one that fails."""
    function = house.deploy("faults", "app.good")
    house.start()
    assert house.run("lambda", "invoke", "--function-name", function.name).returncode == 0
    with house.cloud.database.transaction() as transaction:
        transaction.execute(_NOT_TO_BE_NOTED)

    stopped = house.run("stop")
    house.server = None

    assert stopped.returncode == 1
    assert "not in order: IntegrityError: this cannot be written" in stopped.stderr
    assert house.cloud.engine.containers.list(Kind.WORKER, Kind.HOLDER) == []
    with house.cloud.database.transaction() as transaction:
        transaction.execute("DROP TRIGGER refused")
    house.start()
    assert house.run("stop").returncode == 0
    house.server = None
