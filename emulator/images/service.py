"""Images: all that others ask about AMIs, in one object."""

import functools
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from emulator.engine import Engine, labels
from emulator.errors import nearest
from emulator.home import Home, shipped_amis
from emulator.images.ami import SHIPPED, Ami, AmiNotFoundError
from emulator.images.base import DEFAULT_IMAGE, DEFAULT_SUITE, BaseImages
from emulator.images.captured import CapturedAmi, DuplicateAmiNameError, check_ami_name, is_ami_name
from emulator.images.catalog import Catalog, shelves
from emulator.images.defined import BrokenAmi, DefinedAmi
from emulator.progress import Progress
from emulator.settings import Settings
from emulator.units import utc_now

if TYPE_CHECKING:
    from emulator.images.builder import Builder
    from emulator.images.captures import Captures


class Images:
    """The AMIs of the project, the home and cloudlet itself, those made from instances, and their images."""

    def __init__(
        self,
        engine: Engine,
        home: Home,
        settings: Settings,
        progress: Progress,
        cwd: Path | None = None,
        folders: Sequence[Path] | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """*folders* take the place of the usual three: what builds AMI-like images of its own has its own folder."""
        self._engine = engine
        self._home = home
        self._settings = settings
        self._cwd = cwd
        self._folders = folders
        self._bases = BaseImages(engine, home, progress)
        self._progress = progress
        self._clock = clock

    @functools.cached_property
    def captures(self) -> "Captures":
        """The AMIs that were made from instances."""
        from emulator.images.captures import Captures

        return Captures(self._engine, self._home, self._progress, self._clock)

    @functools.cached_property
    def _builder(self) -> "Builder":
        """Loaded for the first image that is asked about: a server may have all it needs in the local store."""
        from emulator.images.builder import Builder

        return Builder(self._engine, self._home, self._settings, self._bases, self._progress)

    def list(self) -> Sequence[Ami | BrokenAmi]:
        """Return every AMI: the defined ones, a broken one as BrokenAmi, then those made from instances; by name."""
        return [*self.defined(), *self.captures.list()]

    def defined(self) -> Sequence[DefinedAmi | BrokenAmi]:
        """Return the AMIs that have a definition, by name; the engine is not asked."""
        return self._catalog().list()

    def find(self, reference: str) -> Ami:
        """
        Return the AMI with this name or id; a definition comes before an image that has its name.

        AmiNotFoundError if there is none, DefinitionError if its definition has mistakes.
        """
        try:
            return self._catalog().find(reference)
        except AmiNotFoundError as unknown:
            captured = self.captures.list() if self._folders is None and is_ami_name(reference) else []
            for ami in captured:
                if reference in (ami.id, ami.name):
                    return ami
            meant = nearest(reference, [name for ami in captured for name in (ami.id, ami.name)])
            if meant is None:
                raise
            raise AmiNotFoundError(reference, f"{meant} `cloudlet ami list` shows all") from unknown

    def find_defined(self, reference: str) -> DefinedAmi:
        """Return the AMI with this name or id that has a definition."""
        return self._catalog().find(reference)

    def validate(self, path: Path) -> DefinedAmi:
        """Return the AMI of any ami.yaml or folder with one; DefinitionError lists every mistake."""
        return self._catalog().read(path)

    def validate_text(self, raw: bytes, file: str = "-") -> DefinedAmi:
        """Return the AMI that *raw* defines; what it names as `source` is looked for in the current folder."""
        return self._catalog().read_text(raw, file)

    def render(self, ami: DefinedAmi) -> str:
        """Return the Dockerfile of *ami* as it is built here; the engine is not asked."""
        from emulator.images.dockerfile import render

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
        if not self._builder.is_built(ami):
            ami.build(self._builder)
        return ami.tag

    def check_new_name(self, name: str) -> None:
        """Refuse a name that no AMI may have (MalformedAmiNameError), or that one has (DuplicateAmiNameError)."""
        check_ami_name(name)
        for ami in self.list():
            if ami.name == name:
                raise DuplicateAmiNameError(name, ami.file if isinstance(ami, BrokenAmi) else ami.id)

    def capture(self, container_id: str, name: str, description: str, instance_id: str) -> CapturedAmi:
        """Make an AMI of what is on the disk of a container now; one that runs is held still meanwhile."""
        return self.captures.capture(container_id, name, description, instance_id, self.check_new_name)

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
        usual = [(cwd / "amis", "project"), (self._home.user_amis, "home"), (shipped_amis(), SHIPPED)]
        return Catalog(shelves(iter(usual)), cwd)
