"""The door: a request in, an operation called, an answer out; every failure becomes AWS's XML here."""

import logging
import secrets

from aiohttp import web

from emulator.buckets import Buckets
from emulator.errors import EmulatorError
from emulator.http.s3.address import Address, address_of
from emulator.http.s3.call import Call
from emulator.http.s3.errors import error_answer
from emulator.http.s3.operations import OPERATIONS
from emulator.http.s3.router import choose
from emulator.settings import Settings

log = logging.getLogger(__name__)


class S3Door:
    """
    Answers S3's REST calls from *buckets*.

    Its server must run with `auto_decompress=False`: an object that is stored gzipped is not to be unpacked on its way.
    """

    def __init__(self, buckets: Buckets, settings: Settings) -> None:
        self._buckets = buckets
        self._settings = settings

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer *request*; raises nothing but what ends a connection."""
        request_id = secrets.token_hex(8).upper()
        call = Call(request, Address("", ""), request_id, self._buckets, self._settings)
        try:
            call = Call(request, address_of(request), request_id, self._buckets, self._settings)
            operation = choose(OPERATIONS, call)
            log.debug("request: id=%s operation=%s path=%s", request_id, operation.name, request.raw_path)
            return await operation.run(call)
        except EmulatorError as error:
            log.debug("request refused: id=%s code=%s", request_id, error.code)
            return error_answer(call, error)
        except ConnectionError:
            raise
        except Exception:
            log.exception("request failed: id=%s method=%s path=%s", request_id, request.method, request.raw_path)
            failure = EmulatorError("We encountered an internal error. Please try again.")
            return error_answer(call, failure)
