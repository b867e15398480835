"""The verbs on images: look, pull, import, commit, tag, remove."""

import contextlib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from emulator.engine.connection import Connection
from emulator.engine.labels import OURS
from emulator.engine.records import Image, ImageStart
from emulator.errors import ConflictError, EngineError, NotFoundError

_NO_TAG = "<none>:<none>"
"""What engines before 1.43 say in place of nothing."""


class Images:
    """The engine's local image store; it is shared by all homes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, name: str) -> Image | None:
        """Return the image with this tag or id, or None."""
        with contextlib.suppress(NotFoundError), self._connection.translated(f"look at image {name}") as api:
            row = api.inspect_image(name)
            return Image(
                id=row["Id"],
                tags=tuple(row.get("RepoTags") or ()),
                labels=row["Config"].get("Labels") or {},
                size_bytes=row["Size"],
                created_at=datetime.fromisoformat(row["Created"][:19]).replace(tzinfo=UTC),
            )
        return None

    def begins(self, name: str) -> ImageStart:
        """Return what a container of this image runs unless it is told otherwise."""
        with self._connection.translated(f"look at image {name}") as api:
            config = api.inspect_image(name)["Config"]
        return ImageStart(
            entrypoint=tuple(config.get("Entrypoint") or ()),
            command=tuple(config.get("Cmd") or ()),
            working_dir=config.get("WorkingDir") or "",
        )

    def of_container(self, container_id: str) -> Image | None:
        """Return the image that a container was made from; None if the engine has lost it."""
        with self._connection.translated(f"look at container {container_id[:12]}") as api:
            return self.get(api.inspect_container(container_id)["Image"])

    def list(self, label: str) -> list[Image]:
        """Return the images that carry *label*, a name or `name=value`."""
        with self._connection.translated("list images") as api:
            rows = api.images(filters={"label": label})
        return [
            Image(
                id=row["Id"],
                tags=tuple(tag for tag in row.get("RepoTags") or () if tag != _NO_TAG),
                labels=row.get("Labels") or {},
                size_bytes=row["Size"],
                created_at=datetime.fromtimestamp(row["Created"], UTC),
            )
            for row in rows
        ]

    def in_registry(self, name: str, timeout_seconds: float) -> bool:
        """Ask the registry for *name* without fetching it; False also when none answers within *timeout_seconds*."""
        try:
            with self._connection.translated(f"look for {name} in its registry") as api:
                answer = api._get(api._url("/distribution/{0}/json", name), timeout=timeout_seconds)
                return bool(answer.status_code == 200)
        except EngineError:
            return False

    def pull(self, name: str) -> None:
        repository, _, tag = name.rpartition(":")
        with self._connection.translated(f"pull {name}") as api:
            for line in api.pull(repository, tag=tag, stream=True, decode=True):
                if "error" in line:
                    raise EngineError(f"could not pull {name}: {line['error']}")

    def import_tar(self, archive: Path, name: str, labels: Mapping[str, str]) -> None:
        """Make *archive*, a tar of a root file system, the image *name*."""
        repository, _, tag = name.rpartition(":")
        changes = [f"LABEL {key}={value}" for key, value in labels.items()] + ['CMD ["/bin/bash"]']
        with archive.open("rb") as content, self._connection.translated(f"import {name}") as api:
            api.import_image_from_data(content, repository=repository, tag=tag, changes=changes)

    def commit(self, container_id: str, name: str, labels: Mapping[str, str]) -> None:
        """
        Make what is on the disk of a container the image *name*; one that runs is held still meanwhile.

        The image starts as the container's own image does. Of the container's labels it has none but *labels*.
        """
        repository, _, tag = name.rpartition(":")
        with self._connection.translated(f"make an image of container {container_id[:12]}") as api:
            container = api.inspect_container(container_id)
            start = api.inspect_image(container["Image"])["Config"]
            blank = {label: "" for label in container["Config"].get("Labels") or {} if label.startswith(OURS)}
            # Said outright where it may be empty: what is left out, the engine takes from the container.
            config = {**start, "Entrypoint": start.get("Entrypoint") or [], "Labels": {**blank, **labels}}
            api.commit(container_id, repository, tag, conf=config, pause=True)

    def tag(self, image: str, name: str) -> None:
        """Give *image* another name; the old ones stay."""
        repository, _, tag = name.rpartition(":")
        with self._connection.translated(f"tag {image}") as api:
            api.tag(image, repository, tag)

    def untag(self, name: str) -> None:
        """Take a name away; with its last one the image goes too, unless a container was made from it."""
        with contextlib.suppress(NotFoundError), self._connection.translated(f"untag image {name}") as api:
            api.remove_image(name, force=True)

    def remove(self, name: str) -> None:
        """Remove a tag or an image, the image with its last tag; what is gone or in use is left alone."""
        with (
            contextlib.suppress(ConflictError, NotFoundError),
            self._connection.translated(f"remove image {name}") as api,
        ):
            api.remove_image(name)
