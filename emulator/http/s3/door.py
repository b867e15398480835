"""The door: a request in, an operation called, an answer out; every failure becomes AWS's XML here."""

import asyncio
import dataclasses
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TypeVar

from aiohttp import web

from emulator.buckets import Buckets
from emulator.buckets.refusals import refusal_of
from emulator.errors import EmulatorError
from emulator.http.aws.model import Operation
from emulator.http.aws.request import Request, read_query
from emulator.http.aws.s3 import headers_of, path_of, s3
from emulator.http.s3 import PATH
from emulator.http.s3.address import Address, address_of
from emulator.http.s3.authority import Authority
from emulator.http.s3.body import BLOCK_BYTES
from emulator.http.s3.call import Call, Means, common_headers
from emulator.http.s3.cors import Cors
from emulator.http.s3.demands import check_demands
from emulator.http.s3.documents import read_document
from emulator.http.s3.errors import NotImplementedByS3Error, error_answer
from emulator.http.s3.expectation import meet_expectation
from emulator.http.s3.forms import is_form
from emulator.http.s3.operations import OPERATIONS
from emulator.http.s3.operations.posting import post_object
from emulator.http.s3.pace import STRANGERS, Pace
from emulator.http.s3.sites import site_of
from emulator.http.s3.website import Websites
from emulator.http.s3.writer import Writer
from emulator.settings import Settings
from emulator.signatures import BodyVerifier

log = logging.getLogger(__name__)

T = TypeVar("T")

_THREADS = 4


class S3Door:
    """
    Answers S3's REST calls from *buckets*.

    Its server must run with `auto_decompress=False`: an object that is stored gzipped is not to be unpacked on its way.
    """

    def __init__(self, buckets: Buckets, settings: Settings, pace: Pace = STRANGERS) -> None:
        self._means = Means(
            buckets,
            settings,
            threads=ThreadPoolExecutor(_THREADS, thread_name_prefix="s3"),
            writer=Writer(buckets.objects),
            pace=pace,
        )
        self._authority = Authority(settings)
        self._websites = Websites(self._means)
        self.cors = Cors(buckets.bucket_settings)

    def add_to(self, app: web.Application) -> None:
        """Answer everything in *app* that no other door of it does."""
        self.cors.add_to(app, PATH, self.handle, self.meet_expectation)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer *request*; raises nothing but what ends a connection."""
        return await self._told(request, self._answer)

    async def meet_expectation(self, request: web.Request) -> web.StreamResponse | None:
        """Tell whoever wants to send a body to go on, or answer what a large one would be refused with in the end."""
        refusal = await self._told(request, self._looked_at) if _is_large(request) else None
        if refusal is None:
            await meet_expectation(request)
        else:
            refusal.force_close()  # what comes next may be the body after all
        return refusal

    async def _told(self, request: web.Request, work: Callable[[web.Request, str], Awaitable[T]]) -> T | web.Response:
        """Return what *work* does, or in S3's words why not."""
        request_id = f"{random.getrandbits(64):016X}"
        try:
            return await work(request, request_id)
        except EmulatorError as error:
            log.debug("request refused: id=%s code=%s", request_id, error.code)
            return error_answer(request, request_id, error)
        except (ConnectionError, asyncio.CancelledError):
            raise
        except Exception as error:  # a client is told in XML, or its SDK says that it cannot read the answer
            refusal = refusal_of(error, "the request cannot be answered")
            if refusal is None:
                log.exception("request failed: id=%s method=%s path=%s", request_id, request.method, request.raw_path)
                refusal = EmulatorError("We encountered an internal error. Please try again.")
            else:
                log.warning("request refused: id=%s reason=%s", request_id, error)
            return error_answer(request, request_id, refusal)

    async def _answer(self, request: web.Request, request_id: str) -> web.StreamResponse:
        if request.method == "OPTIONS":
            return web.Response(headers=common_headers(request_id) | self.cors.preflight(request))
        address = address_of(request)
        site = site_of(request, address)
        if site is not None:
            return await self._websites.answer(request, site, request_id)
        if is_form(request, address):
            return await post_object(self._posted(request, address, request_id), self._authority)
        call = await self._understood(request, address, request_id)
        output = await OPERATIONS[call.operation.name](call)
        return output if isinstance(output, web.StreamResponse) else call.answer(output)

    async def _looked_at(self, request: web.Request, _: str) -> None:
        """Raise what is wrong with a request whose body is still to come: who signed it, where to, and its headers."""
        address = address_of(request)
        if site_of(request, address) is None and not is_form(request, address):
            operation, asked, _verifier = self._read(request, address)
            if _is_about_bytes(operation):
                self._means.buckets.get(address.bucket)
                check_demands(operation, s3().protocol.parse(operation, asked))

    def _posted(self, request: web.Request, address: Address, request_id: str) -> Call:
        """Return the put that a browser's form stands for, without what its fields will say."""
        operation, asked = s3().model.operations["PutObject"], {"Bucket": address.bucket}
        return Call(request, request_id, self._means, operation, asked, request.headers)

    async def _understood(self, request: web.Request, address: Address, request_id: str) -> Call:
        """Return the call that *request* is, its sender known if that matters."""
        operation, asked, verifier = self._read(request, address)
        if request.can_read_body and not _is_about_bytes(operation):
            body = await read_document(request, operation, asked.headers, verifier, self._means.pace)
            asked = dataclasses.replace(asked, body=body)
        parsed = s3().protocol.parse(operation, asked)
        check_demands(operation, parsed)
        return Call(request, request_id, self._means, operation, parsed, asked.headers, verifier)

    def _read(self, request: web.Request, address: Address) -> tuple[Operation, Request, BodyVerifier | None]:
        """Return what *request* asks for, without its body, and what checks that."""
        query = read_query(request.raw_path.partition("?")[2])
        headers: Mapping[str, str] = headers_of(request.headers, query)
        asked = Request(
            request.method,
            path_of(address.bucket, address.key),
            {"Bucket": address.bucket, "Key": address.key},
            query,
            headers,
        )
        operation = s3().operation_of(asked)
        if operation.name not in OPERATIONS:
            raise NotImplementedByS3Error(operation.name)
        return operation, asked, self._authority.verify(request, datetime.now(UTC))


def _is_about_bytes(operation: Operation) -> bool:
    """Tell whether a request's body is an object's, or a part's, rather than a document."""
    payload = operation.input.payload if operation.input else None
    return payload is not None and payload.shape.type == "blob"


def _is_large(request: web.Request) -> bool:
    """Tell whether the body that is announced takes longer to send than to look at what it is for."""
    return (request.content_length or 0) > BLOCK_BYTES
