"""Which image the workers of a function are made from: that of its runtime, or its own."""

from emulator.engine import Engine
from emulator.functions.definition import Function
from emulator.functions.errors import WorkerStartError
from emulator.functions.runtimes.local import LocalRuntimes


class FunctionImages:
    """Finds images in the engine's store, and has those of runtimes built."""

    def __init__(self, engine: Engine, runtimes: LocalRuntimes) -> None:
        self.engine = engine
        self._runtimes = runtimes

    def of(self, function: Function) -> str:
        """Return the image that workers of *function* are made from, built if need be."""
        if function.image and self.id_of(function.image):
            return function.image  # a server need not load what reads definitions
        if function.package_type == "Image":
            raise WorkerStartError(
                f"the image of {function.name} is gone from the local store: {function.image_uri}",
                hint=f"bring it back and take it anew: cloudlet lambda update-function-code "
                f"--function-name {function.name} --image-uri {function.image_uri}",
            )
        return self._runtimes.ensure(function.runtime)

    def id_of(self, name: str) -> str:
        """Return the id of a container image of the local store, "" if it is not there."""
        image = self.engine.images.get(name)
        return image.id if image else ""
