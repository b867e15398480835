"""The labels on everything cloudlet makes on an engine. Others rely on these names: see docs/design.md."""

from enum import StrEnum

HOME = "cloudlet.home"
KIND = "cloudlet.kind"
AMI = "cloudlet.ami"
AMI_NAME = "cloudlet.ami-name"


class Kind(StrEnum):
    """What a container, network or image is for."""

    INSTANCE = "instance"
    INTERFACE = "interface"
    """Owns an instance's network: address, names, published ports."""
    WORKER = "worker"
    HOLDER = "holder"
    """Owns the network of one function's workers."""
    BUILD = "build"
    AMI = "ami"
    BASE = "base"
    NETWORK = "network"
