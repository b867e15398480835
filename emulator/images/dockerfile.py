"""An AMI as a Dockerfile. Pure: the same AMI gives the same text, and nothing is looked at.

Values never become shell text: packages and units are arguments of a fixed script, scripts are JSON, files are copied.
The steps are ordered by how rarely they change, so that an edited `run` line does not fetch the packages again.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from emulator.engine import labels
from emulator.images import context, systemd
from emulator.images.defined import DefinedAmi

_BEGIN_APT = """\
printf '#!/bin/sh\\nexit 101\\n' > /usr/sbin/policy-rc.d; chmod 755 /usr/sbin/policy-rc.d
echo 'Acquire::Retries "3";' > /etc/apt/apt.conf.d/80cloudlet
apt-get update -q
"""
_END_APT = """
apt-get clean
rm -rf /var/lib/apt/lists/* /etc/ssh/ssh_host_*_key /etc/ssh/ssh_host_*_key.pub /usr/sbin/policy-rc.d
"""
# policy-rc.d: no service starts during a build. Host keys: each instance makes its own.
_APT = _BEGIN_APT + 'apt-get install -q -y --no-install-recommends -o Dpkg::Use-Pty=0 -- "$@"' + _END_APT

_VENV = f"""\
test ! -x /opt/venv/bin/pip || exit 0
if ! python3 -c 'import ensurepip' 2> /dev/null; then
{_BEGIN_APT}apt-get install -q -y --no-install-recommends -o Dpkg::Use-Pty=0 python3-venv{_END_APT}fi
python3 -m venv /opt/venv
printf 'PATH="/opt/venv/bin:$PATH"\\n' > /etc/profile.d/cloudlet-venv.sh
"""
# /etc/profile sets PATH anew for every login shell, hence the last line.

_USER = """\
id -u "$1" > /dev/null 2>&1 || useradd --create-home --shell /bin/bash "$1"
if getent group sudo > /dev/null; then usermod -a -G sudo "$1"; fi
if [ -d /etc/sudoers.d ]; then
  printf '%s ALL=(ALL:ALL) NOPASSWD:ALL\\n' "$1" > /etc/sudoers.d/90-cloudlet
  chmod 440 /etc/sudoers.d/90-cloudlet
fi
"""

_SYSTEMD = f'systemctl mask "$@"\nsystemctl enable {" ".join(systemd.ENABLED)}\n'

_FINISH_SYSTEMD = """\
: > /etc/machine-id
rm -f /var/lib/dbus/machine-id; if [ -d /var/lib/dbus ]; then ln -s /etc/machine-id /var/lib/dbus/machine-id; fi
rm -rf /var/log/journal/*
"""
# Empty, not absent: systemd fills it at boot, so that no two instances are the same machine.


@dataclass(frozen=True)
class Instruction:
    """One step, and the field of the definition it comes from."""

    text: str
    field: str = ""


def render(ami: DefinedAmi, parent_tag: str, *, ca_bundle: bool = False) -> str:
    """Return the Dockerfile that makes *ami* on top of *parent_tag*."""
    return "\n".join(instruction.text for instruction in instructions(ami, parent_tag, ca_bundle=ca_bundle)) + "\n"


def instructions(ami: DefinedAmi, parent_tag: str, *, ca_bundle: bool = False) -> list[Instruction]:
    """Return the steps in the engine's order: the n-th is the `Step n` of its log."""
    return [
        Instruction(f"FROM {parent_tag}", "extends" if ami.parent else "base"),
        Instruction(f"LABEL {labels.KIND}={labels.Kind.BUILD}"),
        Instruction("ARG DEBIAN_FRONTEND=noninteractive"),
        *(_certificates() if ca_bundle else ()),
        *_installed(ami),
        *_written(ami),
        *(Instruction(_run(script), f"run.{index}") for index, script in enumerate(ami.definition.run)),
        *_started(ami),
        Instruction("LABEL " + " ".join(f"{name}={quoted(value)}" for name, value in ami.labels.items())),
    ]


def _certificates() -> Iterator[Instruction]:
    """Trust the builder's certificates, in build steps by ARG only: an image must run where there are none."""
    yield Instruction(_copy(context.CA_BUNDLE, context.CA_BUNDLE_TARGET))
    yield Instruction(_copy(context.PIP_CONF, "/etc/pip.conf"))
    for name in ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
        yield Instruction(f"ARG {name}={context.CA_BUNDLE_TARGET}")


def _installed(ami: DefinedAmi) -> Iterator[Instruction]:
    definition = ami.definition
    boots_anew = ami.init == "systemd" and (ami.parent is None or ami.parent.init != "systemd")
    if packages := (*(systemd.PACKAGES if boots_anew else ()), *definition.packages):
        yield Instruction(_run(_APT, *dict.fromkeys(packages)), "packages")
    if boots_anew:
        yield Instruction("ENV container=docker", "init")
        yield Instruction(_copy(context.UNITS, "/etc/systemd/system/"), "init")
        yield Instruction(_run(_SYSTEMD, *systemd.MASKED), "init")
    if definition.pip:
        yield Instruction(_run(_VENV), "pip")
        pip = ["/opt/venv/bin/pip", "install", "--no-cache-dir", "--disable-pip-version-check", "--", *definition.pip]
        yield Instruction(f"RUN {json.dumps(pip)}", "pip")
    if definition.user and definition.user != "root":
        yield Instruction(_run(_USER, definition.user), "user")


def _written(ami: DefinedAmi) -> Iterator[Instruction]:
    for index, entry in enumerate(ami.definition.files):
        owner = entry.owner if ":" in entry.owner else f"{entry.owner}:{entry.owner}"
        yield Instruction(_copy(context.file_name(index), entry.path, owner), f"files.{index}")
    if ami.definition.env:
        pairs = " ".join(f"{name}={quoted(value)}" for name, value in ami.definition.env.items())
        yield Instruction(f"ENV {pairs}", "env")
    if ami.definition.pip and "PATH" not in ami.env:
        yield Instruction(f"ENV PATH={context.VENV_PATH}", "env")
    if context.environment(ami):
        yield Instruction(_copy(context.ENVIRONMENT, "/etc/environment"), "env")
        if ami.init == "systemd":
            target = "/etc/systemd/system.conf.d/cloudlet.conf"
            yield Instruction(_copy(context.SYSTEMD_ENVIRONMENT, target), "env")


def _started(ami: DefinedAmi) -> Iterator[Instruction]:
    if ami.definition.services:
        yield Instruction(f"RUN {json.dumps(['systemctl', 'enable', *ami.definition.services])}", "services")
    if ami.definition.ports:
        yield Instruction("EXPOSE " + " ".join(str(port) for port in ami.definition.ports), "ports")
    if ami.init == "systemd":
        yield Instruction(_run(_FINISH_SYSTEMD), "init")
        yield Instruction(f"STOPSIGNAL {systemd.STOP_SIGNAL}", "init")
        yield Instruction('CMD ["/sbin/init"]', "init")
    else:
        # The first process of a container hears no signal that it does not handle, and sleep handles none.
        yield Instruction("STOPSIGNAL SIGKILL", "init")
        yield Instruction('CMD ["sleep", "infinity"]', "init")


def _run(script: str, *arguments: str) -> str:
    return f"RUN {json.dumps(['/bin/sh', '-ec', script, *(('cloudlet', *arguments) if arguments else ())])}"


def _copy(name: str, target: str, owner: str = "root:root") -> str:
    chown = "" if owner == "root:root" else f"--chown={owner} "
    return f"COPY {chown}{json.dumps([name, target])}"


def quoted(value: str) -> str:
    """Return *value* as ENV and LABEL take it literally; a bare `$` would be replaced."""
    for special in ("\\", '"', "$"):
        value = value.replace(special, f"\\{special}")
    return f'"{value}"'
