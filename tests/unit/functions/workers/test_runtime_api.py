"""The Runtime API at its edges: how large an answer may be, and what is left of a listener that does not come up."""

import asyncio
import io
import socket

import aiohttp
import pytest

from emulator.functions.records import MAX_RESPONSE_BYTES, Failure, Invocation
from emulator.functions.workers.runtime_api import Assignment, RuntimeApi, Session
from emulator.functions.workers.transport.listening import Directly


@pytest.mark.parametrize(
    ("length", "status"), [(MAX_RESPONSE_BYTES, 202), (MAX_RESPONSE_BYTES + 1, 413)], ids=["the largest", "one more"]
)
@pytest.mark.parametrize("kind", ["response", "error"])
def test_an_answer_has_as_many_bytes_as_awss_own_error_names_and_not_one_more(
    kind: str, length: int, status: int
) -> None:
    """What is refused here is what the caller is told of."""

    async def answer() -> tuple[int, bytes | Failure]:
        api, session = RuntimeApi(), Session()
        await api.start()
        api.listen_by(Directly("127.0.0.1", ""))
        contact = await api.open(session, "holder")
        assignment = Assignment(Invocation(b"{}"), deadline_ms=0, function_arn="")
        session.assign(assignment)
        root = f"http://{contact.runtime_api}/2018-06-01/runtime/invocation"
        try:
            async with aiohttp.ClientSession() as client:
                async with client.get(f"{root}/next") as asked:
                    request_id = asked.headers["Lambda-Runtime-Aws-Request-Id"]
                async with client.post(f"{root}/{request_id}/{kind}", data=io.BytesIO(b"x" * length)) as answered:
                    return answered.status, assignment.outcome.result()
        finally:
            await api.stop()

    answered, outcome = asyncio.run(answer())

    assert answered == status
    is_too_large = isinstance(outcome, Failure) and outcome.error_type == "Function.ResponseSizeTooLarge"
    assert is_too_large is (length > MAX_RESPONSE_BYTES)


class Unheard:
    """Listens with a socket that nobody can accept from."""

    endpoint = ""

    def __init__(self) -> None:
        self.given: socket.socket | None = None

    async def listen(self, _: str) -> socket.socket:
        self.given = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.given.bind(("127.0.0.1", 0))
        return self.given


def test_a_listener_that_does_not_come_up_is_not_kept() -> None:
    """A socket and a session a try would be left, for as long as the server runs."""

    async def story() -> None:
        api, unheard = RuntimeApi(), Unheard()
        await api.start()
        api.listen_by(unheard)
        with pytest.raises((OSError, ValueError)):
            await api.open(Session(), "holder")

        assert unheard.given is not None
        assert unheard.given.fileno() == -1
        assert api._sessions == {}
        assert api._sites == {}
        await api.stop()

    asyncio.run(story())
