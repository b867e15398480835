"""The wall between the Docker SDK and everything else: one connection, and its errors in our words."""

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from emulator.engine.find import EngineAddress
from emulator.errors import ConflictError, EngineError, EngineUnavailableError, NotFoundError

OLDEST_API = (1, 41)
_OLDEST_ENGINE = "20.10"

_NO_ENGINE_HINT = "install and start one with `cloudlet doctor --fix`"


class Connection:
    """An engine's API, opened at the first use: what needs no engine must not pay for the SDK."""

    def __init__(self, address: EngineAddress | None) -> None:
        self.address = address

    @functools.cached_property
    def api(self) -> Any:
        """The SDK's low-level client, which speaks the Engine API nearly word for word."""
        if self.address is None:
            raise EngineUnavailableError("no container engine was found on this machine", hint=_NO_ENGINE_HINT)
        import docker

        try:
            api = docker.APIClient(base_url=self.address.url, version="auto", timeout=120, num_pools=64)
        except docker.errors.DockerException as error:
            raise _unavailable(self.address, error) from error
        if tuple(int(part) for part in api.api_version.split(".")) < OLDEST_API:
            raise _too_old(self.address, api.api_version)
        return api

    def close(self) -> None:
        """Give the sockets back."""
        if "api" in self.__dict__:
            self.api.close()

    @contextmanager
    def translated(self, doing: str) -> Iterator[Any]:
        """Yield the API; what it raises comes out as ours, with *doing* ("start the container") in the sentence."""
        api = self.api
        import docker
        import requests

        try:
            yield api
        except docker.errors.NotFound as error:
            raise NotFoundError(f"could not {doing}: {error.explanation or error}") from error
        except docker.errors.APIError as error:
            said = error.explanation or str(error)
            if error.status_code == 409:
                raise ConflictError(f"could not {doing}: {said}") from error
            raise EngineError(f"could not {doing}: {said}") from error
        except (docker.errors.DockerException, requests.exceptions.RequestException) as error:
            raise EngineError(
                f"could not {doing}: the engine at {api.base_url} stopped answering ({error})",
                hint="see what it says with `cloudlet doctor`",
            ) from error


def _unavailable(address: EngineAddress, error: Exception) -> EngineUnavailableError:
    """Tell absent, forbidden and too old apart: three faults with three remedies."""
    text = str(error)
    if "Permission denied" in text:
        return EngineUnavailableError(
            f"you may not use the container engine at {address.url}",
            hint="join its group with `sudo usermod -aG docker $USER` and log in again, or run as root",
        )
    if "is too new" in text or "Maximum supported API version" in text:
        return _too_old(address, text)
    if address.source == "DOCKER_HOST" or address.source.startswith("context"):
        return EngineUnavailableError(
            f"no container engine answers at {address.url}, which {address.source} names",
            hint="start it, or unset DOCKER_HOST to use the one on this machine"
            if address.source == "DOCKER_HOST"
            else "start it, or choose another with `docker context use default`",
        )
    return EngineUnavailableError(
        f"the container engine at {address.url} does not answer",
        hint="start it with `cloudlet doctor --fix`",
    )


def _too_old(address: EngineAddress, said: str) -> EngineUnavailableError:
    oldest = ".".join(str(part) for part in OLDEST_API)
    return EngineUnavailableError(
        f"the container engine at {address.url} is too old (API {said}; {oldest} is needed)",
        hint=f"upgrade it to Docker {_OLDEST_ENGINE} or podman 4, or newer",
    )
