"""Notifications as requests: AWS's document, posted to a URL. Only an answer of 2xx settles one."""

import ssl

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
    """Posts deliveries, within one event loop; to be closed."""

    def __init__(self, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds)
        self._opened: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Let go of all connections."""
        if self._opened is not None:
            await self._opened.close()

    @property
    def _session(self) -> aiohttp.ClientSession:
        """Opened for the first delivery, with this machine's certificates: most servers never have one."""
        if self._opened is None:
            connector = aiohttp.TCPConnector(ssl=ssl.create_default_context())
            self._opened = aiohttp.ClientSession(
                connector=connector, timeout=self._timeout, cookie_jar=aiohttp.DummyCookieJar()
            )
        return self._opened

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
