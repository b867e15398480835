"""Images: all that others ask about AMIs, in one object."""

from collections.abc import Sequence
from pathlib import Path

from emulator.engine import Engine, labels
from emulator.home import Home, shipped_amis
from emulator.images.ami import Ami, BrokenAmi
from emulator.images.base import DEFAULT_IMAGE, DEFAULT_SUITE, BaseImages
from emulator.images.builder import Builder
from emulator.images.catalog import Catalog, shelves
from emulator.images.dockerfile import render
from emulator.progress import Progress
from emulator.settings import Settings


class Images:
    """The AMIs of the project, the home and cloudlet itself, and their images on one engine."""

    def __init__(
        self,
        engine: Engine,
        home: Home,
        settings: Settings,
        progress: Progress,
        cwd: Path | None = None,
        folders: Sequence[Path] | None = None,
    ) -> None:
        """*folders* take the place of the usual three: what builds AMI-like images of its own has its own folder."""
        self._engine = engine
        self._home = home
        self._settings = settings
        self._cwd = cwd
        self._folders = folders
        self._bases = BaseImages(engine, home, progress)
        self._builder = Builder(engine, home, settings, self._bases, progress)

    def list(self) -> list[Ami | BrokenAmi]:
        """Return every AMI by name; one with a broken definition is among them as BrokenAmi."""
        return self._catalog().list()

    def find(self, reference: str) -> Ami:
        """Return the AMI with this name or id; AmiNotFoundError if there is none, DefinitionError if it is broken."""
        return self._catalog().find(reference)

    def validate(self, path: Path) -> Ami:
        """Return the AMI of any ami.yaml or folder with one; DefinitionError lists every mistake."""
        return self._catalog().read(path)

    def validate_text(self, raw: bytes, file: str = "-") -> Ami:
        """Return the AMI that *raw* defines; what it names as `source` is looked for in the current folder."""
        return self._catalog().read_text(raw, file)

    def render(self, ami: Ami) -> str:
        """Return the Dockerfile of *ami* as it is built here; the engine is not asked."""
        base = ami.definition.base
        parent_tag = ami.parent.tag if ami.parent else base.image if base else DEFAULT_IMAGE
        return render(ami, parent_tag, ca_bundle=self._settings.ca_bundle is not None)

    def is_built(self, ami: Ami) -> bool:
        """Tell whether the engine's local store has *ami*."""
        return self._builder.is_built(ami)

    def built_ids(self) -> frozenset[str]:
        """Return the ids of all AMIs in the local store, of older definitions too."""
        return frozenset(image.labels[labels.AMI] for image in self._engine.images.list(labels.AMI) if image.tags)

    def ensure_built(self, ami: Ami) -> str:
        """Return the tag of *ami*, built if need be; BuildError carries the log of a step that failed."""
        return self._builder.ensure_built(ami)

    def base(self, image: str = DEFAULT_IMAGE, suite: str | None = DEFAULT_SUITE) -> str:
        """Return a local tag that stands for *image*, pulled or made from Debian's packages if need be."""
        return self._bases.ensure(image, suite)

    def holder_image(self) -> str:
        """Return an image with a shell and `sleep`, for containers that only hold something."""
        return self.base()

    def _catalog(self) -> Catalog:
        cwd = (self._cwd or Path.cwd()).absolute()
        if self._folders is not None:
            return Catalog(shelves(iter([(folder, str(folder)) for folder in self._folders])), cwd)
        usual = [(cwd / "amis", "project"), (self._home.user_amis, "home"), (shipped_amis(), "shipped")]
        return Catalog(shelves(iter(usual)), cwd)
