"""An instance, as far as the network is concerned."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Member:
    """A living instance, running or not: it keeps its address and its groups until it is terminated."""

    instance_id: str
    private_ip: str
    group_ids: tuple[str, ...]
