"""What an instance is told about itself at 169.254.169.254, and the container that tells it.

`metadata_document` makes the document of InstanceFacts, `write_metadata` puts it into the instance's interface folder,
and the program in `interface_image` answers from there: no server of ours takes part.
"""

from typing import TYPE_CHECKING

from emulator.lazy import lazily

if TYPE_CHECKING:
    from emulator.metadata.document import metadata_document as metadata_document
    from emulator.metadata.facts import InstanceFacts as InstanceFacts
    from emulator.metadata.facts import LoginKey as LoginKey
    from emulator.metadata.facts import NamedGroup as NamedGroup
    from emulator.metadata.facts import mac_for as mac_for
    from emulator.metadata.folder import RulesNotAppliedError as RulesNotAppliedError
    from emulator.metadata.folder import forget_applied as forget_applied
    from emulator.metadata.folder import read_applied as read_applied
    from emulator.metadata.folder import read_written as read_written
    from emulator.metadata.folder import wait_applied as wait_applied
    from emulator.metadata.folder import write_metadata as write_metadata
    from emulator.metadata.folder import write_rules as write_rules
    from emulator.metadata.interface import INTERFACE_AMI as INTERFACE_AMI
    from emulator.metadata.interface import INTERFACE_COMMAND as INTERFACE_COMMAND
    from emulator.metadata.interface import INTERFACE_DEFINITIONS as INTERFACE_DEFINITIONS
    from emulator.metadata.interface import WAIT_FOR_INTERFACE as WAIT_FOR_INTERFACE
    from emulator.metadata.options import MetadataOptions as MetadataOptions

__getattr__ = lazily(
    __name__,
    document="metadata_document",
    facts="InstanceFacts LoginKey NamedGroup mac_for",
    folder="RulesNotAppliedError forget_applied read_applied read_written wait_applied write_metadata write_rules",
    interface="INTERFACE_AMI INTERFACE_COMMAND INTERFACE_DEFINITIONS WAIT_FOR_INTERFACE",
    options="MetadataOptions",
)
