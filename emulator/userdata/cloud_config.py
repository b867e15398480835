"""A `#cloud-config` read into a CloudConfig. All that is wrong comes out together; other keys are warned about."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from emulator.errors import DefinitionError
from emulator.userdata import checks
from emulator.userdata.fields import Fields, Findings
from emulator.userdata.model import CloudConfig
from emulator.userdata.parts import Part
from emulator.userdata.users import read_users
from emulator.userdata.write_files import read_write_files


def read_cloud_config(parts: Iterable[Part], findings: Findings) -> CloudConfig:
    """Return what *parts* ask for together: of a key that stands in several, the last counts, as on EC2."""
    values: dict[Any, Any] = {}
    for part in parts:
        values |= _document(part, findings)
    return _config(Fields(values, findings))


def _document(part: Part, findings: Findings) -> Mapping[Any, Any]:
    from emulator.images.yaml_text import read_document  # not before it is needed: YAML takes 20 ms

    if all(not line.strip() or line.lstrip().startswith(b"#") for line in part.content.splitlines()):
        return {}
    try:
        document = read_document(part.content, part.label)
    except DefinitionError as error:
        findings.problems += error.problems
        return {}
    for problem in document.problems:  # EC2 takes the second in silence
        findings.warn(problem.path, f"{problem.message}: only the last counts")
    findings.lines |= document.lines
    return document.data


def _config(fields: Fields) -> CloudConfig:
    hostname, fqdn = _names(fields)
    accounts, has_default_user = read_users(fields)
    config = CloudConfig(
        bootcmd=tuple(_shell(fields, "bootcmd")),
        write_files=read_write_files(fields, {account.name for account in accounts}),
        hostname=hostname,
        fqdn=fqdn,
        accounts=accounts,
        has_default_user=has_default_user,
        ssh_authorized_keys=fields.texts("ssh_authorized_keys", checks.public_key),
        timezone=fields.text("timezone", checks.zone),
        package_update=fields.flag("package_update"),
        package_upgrade=fields.flag("package_upgrade"),
        packages=tuple(_each(fields, "packages", checks.versioned_package)),
        runcmd=tuple(_shell(fields, "runcmd")),
    )
    fields.done()
    return config


def _names(fields: Fields) -> tuple[str | None, str | None]:
    """Return the host's name and its name with the domain; either may give the other."""
    hostname = fields.text("hostname", checks.hostname)
    fqdn = fields.text("fqdn", checks.hostname) or (hostname if hostname and "." in hostname else None)
    return (hostname or fqdn or "").partition(".")[0] or None, fqdn


def _shell(fields: Fields, key: str) -> Iterator[str]:
    return (text for text in _each(fields, key, lambda item: "" if item is None else checks.command(item)) if text)


def _each(fields: Fields, key: str, check: Callable[[object], str]) -> Iterator[str]:
    """Yield the items of a list as *check* makes them texts."""
    for path, item in fields.items(key):
        try:
            yield check(item)
        except ValueError as error:
            fields.findings.refuse(path, str(error), item)
