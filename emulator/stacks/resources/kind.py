"""A type of resource: what it takes, when it is replaced, and how it comes, changes and goes."""

import secrets
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from emulator.cloud import Cloud
from emulator.errors import NotFoundError
from emulator.stacks.intrinsics import Facts
from emulator.stacks.records import StackResource
from emulator.stacks.shape import Shape

_SUFFIX_LENGTH = 12
Properties = Mapping[str, Any]


@dataclass(frozen=True)
class Scene:
    """Where a stack is deployed: `port` is where function URLs and web sites are served."""

    cloud: Cloud
    stack_name: str
    port: int
    empties_buckets: bool = False
    """Whether a bucket that is removed is emptied first."""

    @property
    def region(self) -> str:
        return self.cloud.settings.region


@dataclass(frozen=True)
class Request:
    """One resource that is to be, its properties worked out."""

    scene: Scene
    logical_id: str
    properties: Properties
    made: Callable[[str], None] = field(default=lambda _: None)
    """
    To be told the physical id as soon as something is there that would have to be removed; again if it gets another.
    """

    @property
    def cloud(self) -> Cloud:
        return self.scene.cloud

    def name(self, member: str, most: int, *, lower: bool = False) -> str:
        """Return the name that *member* gives; else one as CloudFormation makes it, of *most* characters at most."""
        given = self.properties.get(member)
        if given is not None:
            return str(given)
        each = (most - _SUFFIX_LENGTH - 2) // 2
        suffix = "".join(secrets.choice(string.ascii_uppercase + string.digits) for _ in range(_SUFFIX_LENGTH))
        name = f"{self.scene.stack_name[:each].rstrip('-')}-{self.logical_id[:each]}-{suffix}"
        return name.lower() if lower else name


class Kind:
    """One type of resource. Subclasses say what they differ in; `update` is never asked for what is in `replacing`."""

    type: ClassVar[str]
    shape: ClassVar[Mapping[str, Shape]]
    """The properties that are taken."""
    required: ClassVar[tuple[str, ...]] = ()
    replacing: ClassVar[frozenset[str]] = frozenset()
    """The properties that another resource must be made for, as AWS does."""
    name_property: ClassVar[str | None] = None
    """Where a template can give it a name that only one has."""
    attributes: ClassVar[tuple[str, ...]] = ()
    """What `Fn::GetAtt` gives."""

    def create(self, request: Request) -> Facts:
        """Make the resource, and say what is known of it from now on."""
        raise NotImplementedError

    def update(self, request: Request, before: StackResource) -> Facts:
        """Change the resource into what *request* says; what that leaves out is AWS's default again."""
        raise NotImplementedError

    def delete(self, scene: Scene, resource: StackResource) -> None:
        """Remove the resource; NotFoundError if it is gone already."""
        raise NotImplementedError

    def is_there(self, scene: Scene, resource: StackResource) -> bool:
        """Tell whether nobody has removed it by other means."""
        return True

    def keep(self, scene: Scene, resource: StackResource) -> Callable[[], None]:
        """Return what makes the resource again what it is now, after an update that is to be taken back."""
        return lambda: self._back(scene, resource)

    def _back(self, scene: Scene, resource: StackResource) -> None:
        self.update(Request(scene, resource.logical_id, resource.properties), resource)


def is_found(look: Callable[[], object]) -> bool:
    """Tell whether *look* finds what it looks for."""
    try:
        look()
    except NotFoundError:
        return False
    return True


def tags_of(said: Any) -> dict[str, str]:
    """Return tags in the form of a template, a list of Key and Value, as a mapping."""
    return {str(one["Key"]): str(one["Value"]) for one in said or ()}


def retag(request: Request, resource_id: str, before: StackResource) -> None:
    """Give a resource of EC2 the tags of the template in place of those it said *before*; other tags stay."""
    wanted, had = tags_of(request.properties.get("Tags")), tags_of(before.properties.get("Tags"))
    if gone := {key: None for key in had if key not in wanted}:
        request.cloud.tags.delete([resource_id], gone)
    if new := {key: value for key, value in wanted.items() if had.get(key) != value}:
        request.cloud.tags.create([resource_id], new)
