"""The definitions that come with cloudlet."""

from pathlib import Path

from emulator.home import shipped_amis
from emulator.images import DefinedAmi
from emulator.images.catalog import Catalog, Shelf


def test_every_shipped_definition_is_right(tmp_path: Path) -> None:
    """A user's first `ami list` must not show a broken one."""
    found = Catalog([Shelf(shipped_amis(), "shipped")], tmp_path).list()

    assert {"base", "web"} <= {ami.name for ami in found}
    assert all(isinstance(ami, DefinedAmi) for ami in found)


def test_web_is_base_and_a_port(tmp_path: Path) -> None:
    """It logs in as base does, and serves pages besides."""
    web = Catalog([Shelf(shipped_amis(), "shipped")], tmp_path).find("web")

    assert (web.user, web.ports, web.init) == ("admin", (22, 80), "systemd")
