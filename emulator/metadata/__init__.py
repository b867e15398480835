"""What an instance is told about itself at 169.254.169.254, and the container that tells it.

`metadata_document` makes the document of InstanceFacts, `write_metadata` puts it into the instance's interface folder,
and the program in `interface_image` answers from there: no server of ours takes part.
"""

from emulator.metadata.document import metadata_document
from emulator.metadata.facts import InstanceFacts, LoginKey, NamedGroup, mac_for
from emulator.metadata.folder import (
    RulesNotAppliedError,
    forget_applied,
    read_applied,
    read_written,
    wait_applied,
    write_metadata,
    write_rules,
)
from emulator.metadata.interface import INTERFACE_AMI, INTERFACE_COMMAND, INTERFACE_DEFINITIONS, WAIT_FOR_INTERFACE
from emulator.metadata.options import MetadataOptions

__all__ = [
    "INTERFACE_AMI",
    "INTERFACE_COMMAND",
    "INTERFACE_DEFINITIONS",
    "WAIT_FOR_INTERFACE",
    "InstanceFacts",
    "LoginKey",
    "MetadataOptions",
    "NamedGroup",
    "RulesNotAppliedError",
    "forget_applied",
    "mac_for",
    "metadata_document",
    "read_applied",
    "read_written",
    "wait_applied",
    "write_metadata",
    "write_rules",
]
