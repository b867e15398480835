"""Notifications as requests: AWS's document, posted to a URL. Only an answer of 2xx settles one."""

import aiohttp

from emulator.errors import EmulatorError
from emulator.pipeline.deliveries.deliveries import Delivery

TIMEOUT_SECONDS = 30.0
_HEADER = "Cloudlet-Delivery"
"""The name of the delivery, the same in every try: who must not act twice remembers it."""


class NotAcceptedError(EmulatorError):
    """The server answered, but not with 2xx."""

    def __init__(self, status: int, reason: str | None) -> None:
        super().__init__(f"the server answered {status} {reason or ''}".rstrip())


class WebSender:
    """Posts deliveries; used as an async context, within one event loop."""

    def __init__(self, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds)

    async def __aenter__(self) -> "WebSender":
        self._session = aiohttp.ClientSession(timeout=self._timeout, cookie_jar=aiohttp.DummyCookieJar())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def send(self, delivery: Delivery, trace: str) -> None:
        """
        Post *delivery*, and return once it is accepted.

        Raises NotAcceptedError, for a redirect too; aiohttp.ClientError or OSError if there was no answer in time.
        """
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "cloudlet",
            _HEADER: delivery.name,
            "X-Amzn-Trace-Id": trace,
        }
        async with self._session.post(
            delivery.target, data=delivery.body, headers=headers, allow_redirects=False
        ) as answer:
            if not 200 <= answer.status < 300:
                raise NotAcceptedError(answer.status, answer.reason)
