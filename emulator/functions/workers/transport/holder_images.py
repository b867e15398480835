"""The image of holders that lend sockets: made when the first one is needed, which is not before TCP has failed."""

from pathlib import Path

from emulator.engine import Engine
from emulator.home import Home
from emulator.images import Images
from emulator.progress import Silent
from emulator.settings import Settings

HOLDER_DEFINITIONS = Path(__file__).with_name("holder_image")
"""Holds the AMI definition that the image is built from, as instances' images are."""

HOLDER_AMI = "holder"
"""What the definition is called."""


def ensure_holder_image(engine: Engine, home: Home, settings: Settings) -> str:
    """Return the image's tag, built if need be."""
    images = Images(engine, home, settings, Silent(), folders=[HOLDER_DEFINITIONS])
    return images.ensure_built(images.find(HOLDER_AMI))
