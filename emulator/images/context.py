"""The tar that goes to the engine beside a Dockerfile: the AMI's files and those that its environment needs.

The same AMI gives the same bytes: no time, owner or mode of this machine is in it, or the engine's cache would miss.
"""

import io
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from emulator.images import systemd
from emulator.images.defined import DefinedAmi

CA_BUNDLE = "cloudlet/ca-bundle.pem"
CA_BUNDLE_TARGET = "/etc/cloudlet/ca-bundle.pem"
PIP_CONF = "cloudlet/pip.conf"
ENVIRONMENT = "cloudlet/environment"
SYSTEMD_ENVIRONMENT = "cloudlet/systemd.conf"
UNITS = "cloudlet/units/"

VENV_PATH = "/opt/venv/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

_IN_MEMORY_BYTES = 16 * 1024 * 1024


def file_name(index: int) -> str:
    """Return what the *index*-th of `files` is called in the tar: no name of a user's becomes a path there."""
    return f"files/{index}"


def environment(ami: DefinedAmi) -> dict[str, str]:
    """Return what every process of an instance is to have: `env`, and the venv on PATH if there is one."""
    venv = {"PATH": VENV_PATH} if ami.has_venv else {}
    return venv | ami.env


def build_context(ami: DefinedAmi, dockerfile: str, ca_bundle: Path | None) -> IO[bytes]:
    """Return the tar for *dockerfile*, ready to be read."""
    content = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES)  # noqa: SIM115 - the caller closes it
    with tarfile.open(fileobj=content, mode="w") as tar:
        for name, data, mode in _members(ami, dockerfile, ca_bundle):
            member = tarfile.TarInfo(name)
            member.size, member.mode, member.mtime = len(data), mode, 0
            tar.addfile(member, io.BytesIO(data))
    content.seek(0)
    return content


def _members(ami: DefinedAmi, dockerfile: str, ca_bundle: Path | None) -> Iterator[tuple[str, bytes, int]]:
    yield "Dockerfile", dockerfile.encode(), 0o644
    for name, unit in systemd.units().items():
        yield UNITS + name, unit, 0o644
    if ca_bundle is not None:
        yield CA_BUNDLE, ca_bundle.read_bytes(), 0o644
        yield PIP_CONF, f"[global]\ncert = {CA_BUNDLE_TARGET}\n".encode(), 0o644
    for index, entry in enumerate(ami.definition.files):
        yield file_name(index), entry.content, entry.mode
    if values := environment(ami):
        yield ENVIRONMENT, "".join(f'{name}="{value}"\n' for name, value in values.items()).encode(), 0o644
        yield SYSTEMD_ENVIRONMENT, systemd.default_environment(values).encode(), 0o644
