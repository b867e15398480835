"""AMIs: found as folders with an `ami.yaml`, named by their content, built on the engine when first needed."""

from emulator.images.ami import Ami, AmiNotFoundError
from emulator.images.captured import CapturedAmi
from emulator.images.defined import BrokenAmi, DefinedAmi
from emulator.images.definition import BaseImage, Definition, FileEntry
from emulator.images.service import Images

__all__ = [
    "Ami",
    "AmiNotFoundError",
    "BaseImage",
    "BrokenAmi",
    "CapturedAmi",
    "DefinedAmi",
    "Definition",
    "FileEntry",
    "Images",
]
