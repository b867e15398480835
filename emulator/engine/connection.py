"""The wall between the Docker SDK and everything else: one connection, and its errors in our words."""

import functools
import json
import socket
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from emulator.engine import reading, unavailable
from emulator.engine.find import EngineAddress
from emulator.errors import ConflictError, EmulatorError, EngineError, NotFoundError

_FIRST_SECONDS = 15
_SECONDS = 120


class Connection:
    """An engine's API, opened at the first use: what needs no engine must not pay for the SDK."""

    def __init__(self, address: EngineAddress | None) -> None:
        self.address = address

    @functools.cached_property
    def api(self) -> Any:
        """The SDK's low-level client, which speaks the Engine API nearly word for word."""
        if self.address is None:
            raise unavailable.absent()
        _knock(self.address)
        _import_sdk()
        return _open(self.address)

    def close(self) -> None:
        """Give the sockets back."""
        if "api" in self.__dict__:
            self.api.close()

    def read(self, doing: str, target: str) -> Any:
        """Return what the engine answers to a GET of *target*; over a unix socket without the SDK."""
        if self.address is None or self.address.socket is None:
            with self.translated(doing) as api:
                return api._result(api._get(api.base_url + target), json=True)
        patience = _SECONDS if "api" in self.__dict__ else _FIRST_SECONDS  # it has answered: it is slow, not stuck
        try:
            status, body = reading.get(self.address.socket, target, patience)
            answer = json.loads(body)
        except TimeoutError as error:
            raise _silent(doing, error) from error
        except OSError as error:
            raise unavailable.explain(self.address, error) from error
        except ValueError as error:
            raise EngineError(f"could not {doing}: the engine's answer is none, {error}") from error
        if status == HTTPStatus.OK:
            return answer
        said = answer.get("message") if isinstance(answer, dict) else None
        raise _refused(doing, status, str(said or answer))

    @contextmanager
    def translated(self, doing: str) -> Iterator[Any]:
        """Yield the API; what it raises comes out as ours, with *doing* ("start the container") in the sentence."""
        api = self.api
        import docker
        import requests

        try:
            yield api
        except docker.errors.APIError as error:
            raise _refused(doing, error.status_code, error.explanation or str(error)) from error
        except (docker.errors.DockerException, requests.exceptions.RequestException) as error:
            raise _silent(doing, error) from error


def _refused(doing: str, status: int | None, said: str) -> EmulatorError:
    """Return what an engine's status means; it is None where the engine gave none."""
    kinds: dict[int | None, type[EmulatorError]] = {
        HTTPStatus.NOT_FOUND: NotFoundError,
        HTTPStatus.CONFLICT: ConflictError,
    }
    return kinds.get(status, EngineError)(f"could not {doing}: {said}")


def _silent(doing: str, error: Exception) -> EngineError:
    return EngineError(
        f"could not {doing}: the engine stopped answering ({error})", hint="see what it says with `cloudlet doctor`"
    )


def _import_sdk() -> None:
    """
    Import the SDK without the library that `requests` would have guess encodings: 20 ms and 3 MiB less.

    An engine's answers are UTF-8, which is what `requests` takes them for where it finds no such library.
    """
    absent = "charset_normalizer" not in sys.modules
    if absent:
        sys.modules["charset_normalizer"] = None  # type: ignore[assignment]  # so Python is told that there is none
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Unable to find acceptable character detection dependency")
            import docker  # noqa: F401
    finally:
        if absent:
            del sys.modules["charset_normalizer"]


def _knock(address: EngineAddress) -> None:
    """Find out whether anybody listens on a unix socket; the SDK takes a tenth of a second to be asked that."""
    if not address.url:
        raise unavailable.explain(address, LookupError(address.source))
    if address.socket is None:
        return
    with socket.socket(socket.AF_UNIX) as listener:
        listener.settimeout(_FIRST_SECONDS)
        try:
            listener.connect(str(address.socket))
        except OSError as error:
            raise unavailable.explain(address, error) from error


def _open(address: EngineAddress) -> Any:
    """
    Return a client that speaks the newest API the engine offers.

    Not `version="auto"`: that does not say how old a too old engine is, and waits as long for the first word of
    a stuck engine as for the end of a build.
    """
    import docker
    import requests

    try:
        api = docker.APIClient(
            base_url=address.url, version=unavailable.OLDEST, timeout=_SECONDS, num_pools=64, max_pool_size=64
        )
        api.trust_env = address.socket is None  # else each request would look for a proxy, a third of its time
        api._version = offered = _offered_version(api)
    except (docker.errors.DockerException, requests.exceptions.RequestException, LookupError, TypeError) as error:
        raise unavailable.explain(address, error) from error
    if tuple(int(part) for part in offered.split(".")) < unavailable.OLDEST_API:
        raise unavailable.too_old(address, offered)
    return api


def _offered_version(api: Any) -> str:
    """Ask for the newest API the engine speaks: in a header, since the whole answer has it run other programs first."""
    pong = api._get(api._url("/_ping", versioned_api=False), timeout=_FIRST_SECONDS)
    if version := pong.headers.get("Api-Version"):
        return str(version)
    answer = api._get(api._url("/version", versioned_api=False), timeout=_FIRST_SECONDS)
    return str(api._result(answer, json=True)["ApiVersion"])
