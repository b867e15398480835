"""The main story: a file that appears in a folder makes a handler run, once, whatever happens in between."""

import json
import os
import shutil
import signal
import subprocess
from pathlib import Path

from emulator.engine import Kind
from emulator.functions.references import FunctionReference
from tests.conftest import wait_for
from tests.integration.pipeline.conftest import House


def test_a_dropped_file_runs_the_handler_which_reads_it_and_writes_its_answer(house: House, tmp_path: Path) -> None:
    """The promise of the product, through cp, boto3 in the handler, and a plain file as the answer."""
    raw, results = house.bucket("raw"), house.bucket("results")
    house.trigger(house.deploy("objects", timeout_seconds=30), "raw", suffix=".csv")
    house.start()
    (tmp_path / "a b+c.csv").write_bytes(b"penguins")

    subprocess.run(["cp", str(tmp_path / "a b+c.csv"), str(raw)], check=True)
    outcome = house.settle()

    assert outcome == {"Idle": True, "Pending": 0, "Failed": [], "Retried": []}
    assert (results / "a b+c.csv").read_bytes() == b"PENGUINS"
    (record,) = json.loads((results / "a b+c.csv.event").read_text())["Records"]
    assert record["eventName"] == "ObjectCreated:Put"
    assert record["s3"]["bucket"]["name"] == "raw"
    assert record["s3"]["object"]["key"] == "a+b%2Bc.csv"
    assert record["s3"]["object"]["size"] == 8


def test_what_does_not_match_runs_nothing(house: House) -> None:
    """Prefix and suffix are there to be relied on."""
    raw = house.bucket("raw")
    function = house.deploy("faults", "app.good")
    house.trigger(function, "raw", prefix="in/", suffix=".csv")
    house.start()
    (raw / "in").mkdir()

    for name in ("in/yes.csv", "in/no.txt", "no.csv"):
        (raw / name).write_text("x")
    house.settle()

    assert len(house.handled(function)) == 1


def test_what_a_handler_writes_triggers_what_listens_there(house: House) -> None:
    """Functions are chained through buckets."""
    raw, _ = house.bucket("raw"), house.bucket("results")
    second = house.deploy("faults", "app.good", name="second")
    house.trigger(house.deploy("objects", timeout_seconds=30, name="first"), "raw")
    house.trigger(second, "results", suffix=".csv")
    house.start()

    (raw / "data.csv").write_text("x")
    house.settle()

    assert len(house.handled(second)) == 1


def test_files_dropped_while_the_server_was_down_run_at_the_next_start(house: House) -> None:
    """Nobody should have to think of whether the server is up."""
    raw = house.bucket("raw")
    function = house.deploy("faults", "app.good")
    house.trigger(function, "raw")
    house.start()
    (raw / "before.csv").write_text("x")
    house.settle()
    house.stop()

    (raw / "meanwhile.csv").write_text("x")
    (raw / "sub").mkdir()
    (raw / "sub" / "deep.csv").write_text("x")
    house.start()
    house.settle()

    assert len(house.handled(function)) == 3


def test_nothing_runs_twice_after_a_restart(house: House) -> None:
    """What is unchanged is no news."""
    raw = house.bucket("raw")
    function = house.deploy("faults", "app.good")
    house.trigger(function, "raw")
    for number in range(10):
        (raw / f"{number}.csv").write_text("x")

    for _ in range(2):
        house.start()
        house.settle()
        house.stop()

    handled = house.handled(function)
    assert len(handled) == len(set(handled)) == 10


def test_two_hundred_files_dropped_at_once_are_each_handled_once(house: House, tmp_path: Path) -> None:
    """A burst is where others drop events."""
    raw = house.bucket("raw")
    function = house.deploy("faults", "app.good", memory_mb=1024)
    house.trigger(function, "raw")
    house.start()
    source = tmp_path / "many"
    source.mkdir()
    for number in range(200):
        (source / f"{number}.csv").write_text(str(number))

    shutil.copytree(source, raw / "many")
    outcome = house.settle()

    handled = house.handled(function)
    assert outcome["Idle"]
    assert len(handled) == len(set(handled)) == 200


def test_a_server_that_is_killed_loses_no_event_and_leaves_no_worker(house: House) -> None:
    """The queue and the index outlive the process; what it had in hand is done again with the same request id."""
    raw = house.bucket("raw")
    function = house.deploy("faults", "app.burns", memory_mb=1024, timeout_seconds=30)
    house.trigger(function, "raw")
    house.start()
    for number in range(20):
        (raw / f"{number}.csv").write_text("x")
    wait_for(lambda: house.handled(function))

    house.kill()
    pipes = set(house.cloud.home.pipes.iterdir())
    (raw / "late.csv").write_text("x")
    workers = {one.id for one in house.cloud.engine.containers.list(Kind.WORKER)}
    server = house.start()
    outcome = house.settle()

    assert outcome["Idle"]
    assert server.status()["recovered"]["events"] > 0
    assert len(set(house.handled(function))) == 21
    assert house.cloud.queue.counts()["queued"] == house.cloud.queue.counts()["running"] == 0
    left = {one.id for one in house.cloud.engine.containers.list(Kind.WORKER)}
    assert not workers & left
    assert pipes
    assert not pipes & set(house.cloud.home.pipes.iterdir())


def test_a_failing_event_is_tried_three_times_with_one_request_id_then_reported(house: House) -> None:
    """Lambda's asynchronous retries; `wait` must not be silent about what was given up."""
    raw = house.bucket("raw")
    house.bucket("results")
    function = house.deploy("objects", timeout_seconds=30)
    house.trigger(function, "raw")
    house.start()

    (raw / "bad.csv").write_text("fail")
    outcome = house.settle()

    assert outcome["Idle"]
    assert [(one["FunctionName"], one["Error"]) for one in outcome["Failed"]] == [
        (function.name, "ValueError: asked to fail")
    ]
    handled = house.handled(function)
    assert len(handled) == 3
    assert len(set(handled)) == 1
    assert house.settle()["Failed"] == []


def test_wait_says_by_its_exit_code_whether_all_went_well(house: House) -> None:
    """Makefiles look at nothing else."""
    raw, _ = house.bucket("raw"), house.bucket("results")
    house.trigger(house.deploy("objects", timeout_seconds=30), "raw")
    house.start()

    (raw / "good.csv").write_text("x")
    good = house.run("wait", "--timeout", "60")
    (raw / "bad.csv").write_text("fail")
    bad = house.run("wait", "--timeout", "60")

    assert (good.returncode, good.stderr) == (0, "")
    assert bad.returncode == 1
    assert "s3://raw/bad.csv" in bad.stderr
    assert "ValueError: asked to fail" in bad.stderr


def test_wait_gives_up_after_its_timeout(house: House) -> None:
    """A deadline is a promise, too."""
    raw = house.bucket("raw")
    house.trigger(house.deploy("faults", "app.hangs", timeout_seconds=60), "raw")
    house.start()

    (raw / "slow.csv").write_text("x")
    outcome = house.run("wait", "--timeout", "1")

    assert outcome.returncode == 1
    assert "still pending" in outcome.stderr


def test_wait_tells_what_failed_and_is_tried_again(house: House) -> None:
    """Lambda tries for three minutes; the reason is known after the first try."""
    raw, _ = house.bucket("raw"), house.bucket("results")
    house.trigger(house.deploy("objects", timeout_seconds=30), "raw")
    house.environment["CLOUDLET_TIME_SCALE"] = "1"
    house.start()
    (raw / "bad.csv").write_text("fail")
    wait_for(lambda: house.cloud.queue.retried())

    outcome = house.run("wait", "--timeout", "0")

    assert outcome.returncode == 1
    assert "failed on s3://raw/bad.csv" in outcome.stderr
    assert "ValueError: asked to fail; it is tried again in " in outcome.stderr


def test_removing_a_file_is_an_event_of_its_own(house: House) -> None:
    """s3:ObjectRemoved:* for those who ask for it."""
    raw = house.bucket("raw")
    function = house.deploy("echo", timeout_seconds=30)
    house.trigger(function, "raw", events=("s3:ObjectRemoved:*",))
    house.start()

    (raw / "data.csv").write_text("x")
    house.settle()
    (raw / "data.csv").unlink()
    house.settle()

    assert len(house.handled(function)) == 1


def test_stopping_the_server_finishes_what_is_under_way_and_leaves_no_container(house: House) -> None:
    """A stop is no crash."""
    raw = house.bucket("raw")
    function = house.deploy("faults", "app.good")
    house.trigger(function, "raw")
    house.start()
    (raw / "data.csv").write_text("x")
    wait_for(lambda: house.handled(function))

    house.stop()

    assert house.cloud.engine.containers.list() == []
    assert house.cloud.queue.counts()["done"] == 1
    assert list(house.cloud.home.pipes.iterdir()) == []


def test_a_file_still_being_written_waits_until_it_is_whole(house: House) -> None:
    """A handler that reads half a file is worse than one that runs late."""
    raw, results = house.bucket("raw"), house.bucket("results")
    house.trigger(house.deploy("objects", timeout_seconds=30), "raw")
    house.start()

    with (raw / "slow.csv").open("w") as file:
        file.write("first half, ")
        file.flush()
        os.utime(raw / "slow.csv")
        house.settle()
        nothing_yet = list(results.iterdir())
        file.write("second half")
    house.settle()

    assert nothing_yet == []
    assert (results / "slow.csv").read_text() == "FIRST HALF, SECOND HALF"


def test_ctrl_c_ends_a_server_in_the_foreground_cleanly(house: House) -> None:
    """What people press first."""
    function = house.deploy("faults", "app.good")
    process = subprocess.Popen(
        [*house.python, "start", "--foreground"], env=house.environment, stderr=subprocess.PIPE, start_new_session=True
    )
    server = wait_for(house.find_server)
    assert server
    server.request("POST", f"/2015-03-31/functions/{function.name}/invocations", b"{}")

    os.killpg(process.pid, signal.SIGINT)
    code = process.wait(60)
    process.communicate()

    assert code == 0
    assert house.cloud.engine.containers.list() == []


def test_a_new_drop_of_the_same_name_runs_again(house: House) -> None:
    """An overwritten object is a new event."""
    raw = house.bucket("raw")
    function = house.deploy("faults", "app.good")
    house.trigger(function, "raw")
    house.start()

    for content in ("one", "two", "three"):
        (raw / "same.csv").write_text(content)
        house.settle()

    assert len(house.handled(function)) == 3


def test_a_function_that_is_gone_gives_its_events_up(house: House) -> None:
    """An event for nobody must not be tried for ever."""
    raw = house.bucket("raw")
    house.trigger(house.deploy("faults", "app.good"), "raw")
    house.cloud.functions.control.delete(FunctionReference("worker-bee"))
    house.start()

    (raw / "data.csv").write_text("x")
    outcome = house.settle()

    assert [one["FunctionName"] for one in outcome["Failed"]] == ["worker-bee"]
