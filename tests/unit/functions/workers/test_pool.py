"""The pool when its surroundings are not as they should be: old records, long builds, an engine that refuses."""

import asyncio
import dataclasses
import threading

import pytest

from emulator.errors import EngineError
from emulator.functions import Function
from emulator.functions.errors import WorkerStartError
from emulator.threads import ask_engine
from tests.unit.functions.workers.conftest import Bench, until


def test_who_has_read_an_older_record_does_not_turn_the_pool_back(bench: Bench) -> None:
    """A deployment came between the reading and the asking: the new workers stay, and serve both."""
    old = bench.function(revision_id="old")
    new = bench.function(revision_id="new")

    async def story(bench: Bench) -> None:
        await bench.invoke(new)
        (warm,) = bench.pool.containers()
        await bench.invoke(old)
        await bench.invoke(new)

        assert bench.pool.containers() == [warm]

    bench.run(story)


def test_a_new_revision_counts_whatever_a_clock_says(bench: Bench) -> None:
    """It may have been set back since the last deployment."""
    before = bench.function(revision_id="before")

    async def story(bench: Bench) -> None:
        await bench.invoke(before)
        (warm,) = bench.pool.containers()
        earlier = before.last_modified.replace(year=2020)
        await bench.invoke(bench.function(revision_id="after", last_modified=earlier))

        await until(lambda: bench.pool.size == 1)
        assert bench.pool.containers() != [warm]

    bench.run(story)


def test_a_function_that_is_deleted_while_it_is_asked_for_is_served(bench: Bench) -> None:
    """Whoever asked was told that it is there."""
    first = bench.function(revision_id="first")

    async def story(bench: Bench) -> None:
        await bench.invoke(first)
        bench.records.functions.delete("f")

        result = await bench.invoke(dataclasses.replace(first, revision_id="second"), b"[1]")

        assert result.payload == b"[1]"

    bench.run(story)


def test_the_end_of_a_server_does_not_wait_for_a_build(bench: Bench) -> None:
    """Of an image, which takes minutes; whoever waits for a worker is told that there will be none."""
    function = bench.function()
    built = threading.Event()

    def build(_: Function) -> str:
        built.wait(300)
        return "image"

    async def story(bench: Bench) -> None:
        bench.find_image = build
        invoking = asyncio.create_task(bench.invoke(function))
        await until(lambda: any("alone" in thread.name for thread in threading.enumerate()))
        await bench.pool.close()

        assert not built.is_set()
        with pytest.raises(WorkerStartError, match="the server is ending"):
            await invoking

    try:
        bench.run(story)
    finally:
        built.set()


def test_images_that_are_built_keep_nobody_from_the_engine(bench: Bench) -> None:
    """More of them than the engine is asked at once: another function's worker starts all the same."""
    built = threading.Event()
    many = [bench.function(name=f"waits-{number}") for number in range(40)]
    other = bench.function(name="other")

    def find(function: Function) -> str:
        if function.name != "other":
            built.wait(300)
        return "image"

    async def story(bench: Bench) -> None:
        bench.find_image = find
        waiting = [asyncio.create_task(bench.invoke(function)) for function in many]
        await asyncio.sleep(0)

        result = await bench.invoke(other, b'"served"')

        assert result.payload == b'"served"'
        assert not any(one.done() for one in waiting)
        built.set()
        assert len(await asyncio.gather(*waiting)) == 40

    try:
        bench.run(story)
    finally:
        built.set()


def test_what_an_engine_refuses_to_remove_is_removed_later(bench: Bench) -> None:
    """It was being restarted; its containers must not stay until somebody looks."""
    function = bench.function()

    async def story(bench: Bench) -> None:
        await bench.invoke(function)
        (container_id,) = bench.pool.containers()
        bench.engine.refuses_once.add(container_id)
        bench.pool.container_died(container_id, 1)

        await until(lambda: container_id not in bench.engine.specs)

    bench.run(story)


def test_every_holder_is_removed_though_one_cannot_be(bench: Bench) -> None:
    """The first that fails must not save the others, nor itself."""
    functions = [bench.function(name=name) for name in "abc"]

    async def story(bench: Bench) -> None:
        for function in functions:
            await bench.invoke(function)
        await bench.pool.close()
        bench.engine.refuses_once |= {min(bench.engine.specs)}
        bench.removal.hurry()

        with pytest.raises(EngineError, match="being restarted"):
            await bench.holders.close()

        assert len(bench.engine.specs) == 1

    bench.run(story)


def test_an_engine_that_hangs_does_not_keep_others_from_their_threads(bench: Bench) -> None:
    """What is listed or read meanwhile has threads of its own."""
    going = threading.Event()

    async def story(_: Bench) -> None:
        hanging = [asyncio.create_task(ask_engine(going.wait, 300)) for _ in range(40)]
        await asyncio.sleep(0)

        assert await asyncio.to_thread(lambda: "answered") == "answered"
        assert not any(one.done() for one in hanging)
        going.set()
        assert all(await asyncio.gather(*hanging))

    try:
        bench.run(story)
    finally:
        going.set()
