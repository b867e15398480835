"""The labels on everything cloudlet makes on an engine. Others rely on these names: see docs/design.md."""

from enum import StrEnum

OURS = "cloudlet."
"""What all of them begin with."""

HOME = "cloudlet.home"
KIND = "cloudlet.kind"
AMI = "cloudlet.ami"
AMI_NAME = "cloudlet.ami-name"
AMI_INIT = "cloudlet.ami-init"
AMI_USER = "cloudlet.ami-user"
AMI_PORTS = "cloudlet.ami-ports"

AMI_HOME = "cloudlet.ami-home"
"""The home whose instance an image was made from. Not `cloudlet.home`: containers have all labels of their image."""
AMI_DESCRIPTION = "cloudlet.ami-description"
AMI_CREATED = "cloudlet.ami-created"
AMI_SOURCE = "cloudlet.ami-source"
AMI_SOURCE_INSTANCE = "cloudlet.ami-source-instance"


class Kind(StrEnum):
    """What a container, network or image is for."""

    INSTANCE = "instance"
    INTERFACE = "interface"
    """Owns an instance's network: address, names, published ports."""
    WORKER = "worker"
    HOLDER = "holder"
    """Owns the network of one function's workers."""
    MOVER = "mover"
    """Moves what belongs to users that only containers have, such as the files of a volume."""
    BUILD = "build"
    AMI = "ami"
    BASE = "base"
    NETWORK = "network"
