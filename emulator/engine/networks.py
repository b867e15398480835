"""The network of instances and functions: one for all homes of an engine, since two cannot share a range.

Any home may remove it as long as nothing runs in it. What is asked about it then, is answered as if it were made anew.
"""

import contextlib
import time
from typing import Any
from urllib.parse import quote

from emulator.engine import labels
from emulator.engine.connection import Connection
from emulator.engine.labels import Kind
from emulator.engine.vpc_range import VpcRange
from emulator.errors import ConflictError, EngineError, EngineUnavailableError, NotFoundError

VPC_NETWORK = "cloudlet-vpc"

_OTHERS_SECONDS = 3.0
_PAUSE_SECONDS = 0.05


class Networks:
    """The default VPC as a bridge of the engine."""

    def __init__(self, connection: Connection, cidr: str, name: str = VPC_NETWORK) -> None:
        self._connection = connection
        self._cidr = cidr
        self._name = name

    def ensure_vpc(self) -> str:
        """Return the VPC's name on the engine, made if need be; other shells may make or remove it at the same time."""
        deadline = time.monotonic() + _OTHERS_SECONDS
        while True:
            with contextlib.suppress(NotFoundError):
                self._inspect()
                return self._name
            try:
                self._create()
            except (ConflictError, EngineError) as error:
                if "overlaps" in error.message and time.monotonic() > deadline:
                    raise EngineError(
                        error.message,
                        hint=f"another network uses {self._cidr}: set CLOUDLET_VPC_CIDR to a free range",
                    ) from error
                if "overlaps" not in error.message and not isinstance(error, ConflictError):
                    raise
                time.sleep(_PAUSE_SECONDS)
            else:
                return self._name

    def _create(self) -> None:
        wanted = VpcRange.of(self._cidr)
        # The gateway is named: left to itself, the engine takes the first address of IPRange.
        config = {"Subnet": wanted.cidr, "IPRange": wanted.automatic, "Gateway": wanted.gateway}
        with self._connection.translated(f"create the network {self._name}") as api:
            mark = {labels.KIND: str(Kind.NETWORK)}
            ipam = {"Driver": "default", "Config": [config]}
            api.create_network(self._name, driver="bridge", ipam=ipam, check_duplicate=True, labels=mark)

    def vpc_range(self) -> VpcRange:
        """Return the range of addresses that the VPC has, or would get if it were made now; no engine is needed."""
        try:
            config = self._inspect()["IPAM"]["Config"][0]
        except (NotFoundError, EngineUnavailableError):
            return VpcRange.of(self._cidr)
        return VpcRange.of(str(config["Subnet"]), config.get("Gateway"))

    def gateway(self) -> str:
        """Return this machine's own address in the VPC."""
        return self.vpc_range().gateway

    def addresses(self) -> set[str]:
        """Return the addresses in use, of running containers only: where no engine answers, nothing runs."""
        try:
            containers = self._inspect().get("Containers") or {}
        except (NotFoundError, EngineUnavailableError):
            return set()
        return {row["IPv4Address"].split("/")[0] for row in containers.values()}

    def remove_vpc(self) -> bool:
        """Remove the VPC unless another home still has something in it; tell whether it is gone."""
        try:
            with self._connection.translated(f"remove the network {self._name}") as api:
                api.remove_network(self._name)
        except NotFoundError:
            return True
        except EngineError as error:
            if "active endpoints" in error.message:
                return False
            raise
        return True

    def _inspect(self) -> dict[str, Any]:
        return dict(self._connection.read(f"look at the network {self._name}", f"/networks/{quote(self._name)}"))
