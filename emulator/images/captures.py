"""The images made from one home's instances. They are in the engine's local store, and only there."""

import dataclasses
import io
import tarfile
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import IO

from emulator.engine import Engine, labels
from emulator.home import Home
from emulator.ids import new_id
from emulator.images.ami import Ami
from emulator.images.captured import CapturedAmi, check_description
from emulator.images.dockerfile import quoted
from emulator.images.lock import locked
from emulator.progress import Progress

_LOCK = "captured-amis"


class Captures:
    """Makes, finds, copies and drops them. One shell at a time: names are unique, and nothing is half-named."""

    def __init__(self, engine: Engine, home: Home, progress: Progress, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._home = home
        self._progress = progress
        self._clock = clock

    def list(self) -> list[CapturedAmi]:
        """Return them by name."""
        images = self._engine.images.list(f"{labels.AMI_HOME}={self._home.id}")
        return sorted(
            (CapturedAmi.from_labels(image.labels) for image in images if image.tags),
            key=lambda ami: (ami.name, ami.id),
        )

    def capture(
        self, container_id: str, name: str, description: str, instance_id: str, check: Callable[[str], None]
    ) -> CapturedAmi:
        """Make an image of what is on the disk of a container; *check* refuses a name that is taken."""
        check_description(description)
        with self._alone():
            check(name)
            start = self._engine.images.of_container(container_id)
            source = start.labels if start else {}
            ami = CapturedAmi.from_labels(
                {
                    **source,
                    labels.AMI: new_id("ami"),
                    labels.AMI_NAME: name,
                    labels.AMI_DESCRIPTION: description,
                    labels.AMI_CREATED: self._clock().isoformat(),
                    labels.AMI_SOURCE: source.get(labels.AMI, ""),
                    labels.AMI_SOURCE_INSTANCE: instance_id,
                }
            )
            with self._progress.step(f"Making an image of {instance_id}"):
                self._engine.images.commit(container_id, ami.tag, ami.labels(self._home.id))
        return ami

    def copy(
        self, source: CapturedAmi, name: str, description: str | None, check: Callable[[str], None]
    ) -> CapturedAmi:
        """Give *source* another name and id; the copy stays when *source* goes."""
        check_description(description or "")
        with self._alone():
            check(name)
            ami = dataclasses.replace(
                source,
                id=new_id("ami"),
                name=name,
                created_at=self._clock(),
                description=source.description if description is None else description,
                source_id=source.id,
            )
            context = _relabelled(source.tag, ami.labels(self._home.id))
            for _ in self._engine.builds.run(context, ami.tag, {}, {}):
                pass
        return ami

    def drop(self, ami: Ami) -> None:
        """Take the image of *ami* away: its name goes at once, it itself when no instance and no copy needs it."""
        with self._alone():
            self._engine.images.untag(ami.tag)
            self._sweep()

    def drop_all(self) -> int:
        """Forget all of this home's and return how many there were."""
        with self._alone():
            found = self.list()
            for ami in found:
                self._engine.images.untag(ami.tag)
            self._sweep()
        return len(found)

    def _sweep(self) -> None:
        """Remove the images of those that were forgotten while an instance needed them."""
        for image in self._engine.images.list(f"{labels.AMI_HOME}={self._home.id}"):
            if not image.tags:
                self._engine.images.remove(image.id)

    def _alone(self) -> AbstractContextManager[None]:
        return locked(self._home.build_lock(_LOCK), "an image of an instance", self._progress)


def _relabelled(tag: str, written: Mapping[str, str]) -> IO[bytes]:
    """Return a build context for the image *tag* with other labels: they cannot be changed in an image that exists."""
    pairs = " ".join(f"{label}={quoted(value)}" for label, value in written.items())
    dockerfile = f"FROM {tag}\nLABEL {pairs}\n".encode()
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as tar:
        member = tarfile.TarInfo("Dockerfile")
        member.size = len(dockerfile)
        tar.addfile(member, io.BytesIO(dockerfile))
    content.seek(0)
    return content
