"""What is noted of invocations for their price."""

import re
from datetime import UTC, datetime

from emulator.functions.records import Outcome
from emulator.metering import InvocationMeter
from tests.integration.functions.conftest import Lab

_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_BILLED = re.compile(r"Billed Duration: (\d+) ms\tMemory Size: (\d+) MB")


def test_invocations_are_billed_as_their_report_says(lab: Lab) -> None:
    """Those that fail as well, those that time out as well, and the start of a new worker with its first one."""
    good = lab.deploy("echo", "app.handler", name="good", memory_mb=512)
    bad = lab.deploy("faults", "app.raises", name="bad", memory_mb=256)
    slow = lab.deploy("faults", "app.hangs", name="slow", timeout_seconds=1)

    results = [lab.invoke(good), lab.invoke(good), lab.invoke(bad), lab.invoke(slow)]

    outcomes = [result.outcome for result in results]
    assert outcomes == [Outcome.SUCCESS, Outcome.SUCCESS, Outcome.ERROR, Outcome.TIMEOUT]
    lab.run(lab.fleet.close())  # else it would be a moment until all is written down
    usage = {one.function: one for one in InvocationMeter(lab.cloud.database).usage(_EVER)}
    assert {name: one.requests for name, one in usage.items()} == {"good": 2, "bad": 1, "slow": 1}
    for function in (good, bad, slow):
        reported = [found.groups() for line in lab.log_lines(function) if (found := _BILLED.search(line))]
        assert usage[function.name].billed_mb_ms == sum(int(ms) * int(mb) for ms, mb in reported)
    assert usage["slow"].billed_mb_ms >= 1000 * 128
