"""What becomes of an invocation whose worker does not come to an end by itself."""

import asyncio
import json
import re

import pytest

from emulator.functions.errors import WorkerStartError
from emulator.functions.records import Outcome
from emulator.functions.workers.staff import Patience
from tests.unit.functions.workers.conftest import FOR_EVER, Bench, until


def test_a_timeout_is_a_timeout_whether_the_engine_kills_or_not(bench: Bench) -> None:
    """An engine that is away must not have an event tried once more, as if its handler had never begun."""
    function = bench.function(timeout_seconds=1)

    async def story(bench: Bench) -> None:
        bench.engine.is_away = True
        try:
            result = await bench.invoke(function, b'{"hang": true}')
        finally:
            bench.engine.is_away = False

        assert result.outcome is Outcome.TIMEOUT
        assert json.loads(result.payload)["errorType"] == "Sandbox.Timedout"
        assert result.duration_ms == 1000.0

    bench.run(story)
    assert [line.split()[0] for line in bench.lines() if not line.startswith("INIT")][-2:] == ["END", "REPORT"]
    assert bench.engine.specs == {}


def test_what_is_cut_off_by_the_end_of_a_server_is_no_error_of_the_function(bench: Bench) -> None:
    """The caller is told what happened, and so is whoever reads the log; the memory is what was measured."""
    function = bench.function(timeout_seconds=60)

    async def story(bench: Bench) -> None:
        invoking = asyncio.create_task(bench.invoke(function, b'{"hang": true}'))
        await until(lambda: any(line.startswith("START") for line in bench.lines()))
        await bench.pool.close()
        with pytest.raises(WorkerStartError, match="the server is ending"):
            await invoking

    bench.run(story)
    _, start, cut_off, end, report = bench.lines()
    request_id = start.split()[2]
    assert re.fullmatch(rf"\S+Z {request_id} Cut off: the server is ending", cut_off)
    assert end == f"END RequestId: {request_id}"
    assert "Max Memory Used: 0 MB" in report  # nothing measures a pretended one
    assert report.endswith("Status: error\tError Type: ServiceException\t")


def test_an_event_that_is_put_back_has_an_end_in_the_log(bench: Bench) -> None:
    """Its START stands there; what comes after it must not be guessed."""
    function = bench.function(timeout_seconds=60)

    async def story(bench: Bench) -> None:
        invoking = asyncio.create_task(bench.invoke(function, b'{"hang": true}'))
        await until(lambda: any(line.startswith("START") for line in bench.lines()))
        invoking.cancel()
        await asyncio.gather(invoking, return_exceptions=True)

    bench.run(story)
    assert [line.split()[0] for line in bench.lines()][-2:] == ["END", "REPORT"]
    assert bench.lines()[-3].endswith("Cut off: the server is ending")


def test_who_leaves_while_a_worker_is_woken_leaves_it_awake(bench: Bench) -> None:
    """The engine was still pausing it: whoever gets it next must not be given one that sleeps."""
    function = bench.function()

    async def story(bench: Bench) -> None:
        bench.engine.may_pause.clear()
        await bench.invoke(function)
        await until(bench.engine.pausing.is_set)
        leaving = asyncio.create_task(bench.invoke(function))
        await asyncio.sleep(0.01)
        leaving.cancel()
        await asyncio.gather(leaving, return_exceptions=True)
        bench.engine.may_pause.set()

        result = await bench.invoke(function, b'{"still": "there"}')

        assert result.payload == b'{"still": "there"}'
        assert bench.pool.size == 1

    bench.run(story, Patience(pause=0.0, idle=FOR_EVER))
