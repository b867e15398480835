"""User data from bytes to what it asks for, checked before anything is launched."""

from emulator.userdata.cloud_config import read_cloud_config
from emulator.userdata.errors import LARGEST_BYTES, UserDataError, UserDataTooLargeError
from emulator.userdata.fields import Findings
from emulator.userdata.model import Script, UserData
from emulator.userdata.parts import CLOUD_CONFIG, SCRIPT, Part, advice, split


def read(raw: bytes) -> UserData:
    """
    Return what *raw* asks for: a `#!` script, a `#cloud-config`, or MIME parts of both, compressed with gzip or not.

    Its warnings are sentences about what will not be done: EC2 ignores that in silence.

    Raises:
        UserDataTooLargeError: There are more than 16384 bytes, as given.
        UserDataError: It is damaged, or a value of a known key is wrong; every mistake is listed.
    """
    if len(raw) > LARGEST_BYTES:
        raise UserDataTooLargeError(len(raw))
    findings = Findings()
    parts = split(raw)
    config = read_cloud_config((part for part in parts if part.kind == CLOUD_CONFIG), findings)
    scripts = tuple(_script(part, findings) for part in parts if part.kind == SCRIPT)
    if findings.problems:
        raise UserDataError(findings.in_order())
    ignored = [advice(part) for part in parts if part.kind not in (CLOUD_CONFIG, SCRIPT)]
    return UserData(config, scripts, (*ignored, *findings.warnings))


def _script(part: Part, findings: Findings) -> Script:
    """Return the program with Unix line ends, if its first line has others: the kernel reads no `#!/bin/sh\\r`."""
    content = part.content
    if content.partition(b"\n")[0].endswith(b"\r"):
        content = content.replace(b"\r\n", b"\n")
    if not content.startswith(b"#!"):
        findings.warnings.append(
            f"{part.label}: #! are not the first two bytes, so the kernel does not start it: as on EC2, it fails"
        )
    return Script(part.name, content)
