"""A request to launch, checked before anything is made."""

import socket
from dataclasses import dataclass, field

from emulator.errors import InvalidRequestError
from emulator.instances.errors import PortInUseError
from emulator.resources.tags import check_tags

_MOST_AT_ONCE = 100


@dataclass(frozen=True)
class LaunchRequest:
    """What `run-instances` is asked for; ports are (of this machine, of the instance), 0 for any."""

    image: str
    instance_type: str
    count: int = 1
    publish: tuple[tuple[int, int], ...] = ()
    tags: dict[str, str] = field(default_factory=dict)

    def check(self) -> None:
        """Refuse what can never work, and ports that are taken now."""
        if not 1 <= self.count <= _MOST_AT_ONCE:
            raise InvalidRequestError(
                f"Value ({self.count}) for parameter maxCount is invalid: it is between 1 and {_MOST_AT_ONCE}",
                code="InvalidParameterValue",
            )
        fixed = [outside for outside, _ in self.publish if outside]
        if fixed and self.count > 1:
            raise InvalidRequestError(
                "one port of this machine cannot be published by several instances",
                code="InvalidParameterCombination",
                hint="leave the first number out to get a free port for each: `--publish :80`",
            )
        for outside, inside in self.publish:
            if outside and fixed.count(outside) > 1:
                raise InvalidRequestError(f"port {outside} of this machine is published twice")
            if outside and not _is_free(outside):
                raise PortInUseError(outside, inside)
        check_tags(self.tags)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            return True  # a low port: the engine, which is root, may have it
        except OSError:
            return False
    return True
