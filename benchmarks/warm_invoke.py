"""A warm function's invocation: over a connection that is kept, as an SDK keeps it, and by the command."""

import http.client
import time
from collections.abc import Iterator

from benchmarks.bench import bench
from benchmarks.figures import Figure, Samples, in_turns, milliseconds, since, timed, within

_INVOCATIONS = 500
_COMMANDS = 10


def measure() -> Iterator[Figure]:
    """Measure through the server; the command's time is mostly the command line's own."""
    with bench() as at:
        function = at.deploy("warm", 128)
        words = ("lambda", "invoke", "--function-name", function.name)
        with at.server():
            connection = http.client.HTTPConnection("127.0.0.1", at.cloud.settings.port)

            def invoke() -> float:
                started = time.perf_counter()
                connection.request("POST", f"/2015-03-31/functions/{function.name}/invocations", b"{}")
                connection.getresponse().read()
                return since(started)

            taken = in_turns({"http": invoke}, _INVOCATIONS)
            connection.close()
            yield within("warm invoke through the server", taken["http"], 5, tail=True)
            taken = in_turns({"command": timed(lambda: at.command(*words))}, _COMMANDS)
            yield _for_information("warm `lambda invoke` as a command", taken["command"])


def _for_information(number: str, samples: Samples) -> Figure:
    return Figure(number, milliseconds(samples.median), "", "", None, len(samples))
