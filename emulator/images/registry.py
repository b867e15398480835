"""The verbs of EC2 on AMIs: describe, copy, deregister. Making one of an instance begins in the instances' room."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from emulator.errors import ConflictError
from emulator.home import Home
from emulator.images.ami import Ami
from emulator.images.captured import CapturedAmi, check_description
from emulator.images.copies import Copies, check_definition_name
from emulator.images.defined import BrokenAmi, DefinedAmi
from emulator.images.document import FILTERS, fields, owners_of
from emulator.images.service import Images
from emulator.resources.dry_run import DryRunError
from emulator.resources.filters import Filter, select
from emulator.resources.tags import check_tags, forget_tags, read_tags, write_tags
from emulator.state import Database


@dataclass(frozen=True)
class RegisteredAmi:
    """An AMI as `describe-images` knows it."""

    ami: Ami
    built: bool
    """Whether the local store has it; if not, the first launch builds it."""
    tags: Mapping[str, str] = field(default_factory=dict)


class Registry:
    """The AMIs of one home, as EC2 keeps them."""

    def __init__(self, images: Images, database: Database, home: Home) -> None:
        self._images = images
        self._database = database
        self._copies = Copies(home)

    def describe(
        self, references: Sequence[str] = (), owners: Collection[str] = (), filters: Sequence[Filter] = ()
    ) -> list[RegisteredAmi]:
        """
        Return the AMIs with these ids or names, or all, by name; AmiNotFoundError for one that is not here.

        *owners* are `self`, `amazon` for those that come with cloudlet, or account ids. Definitions with mistakes are
        left out unless they are named, which is a DefinitionError.
        """
        built, tags = self._images.built_ids(), read_tags(self._database)
        known = {ami.id: ami for ami in self._images.list() if not isinstance(ami, BrokenAmi)}
        if references:
            known = {ami.id: ami for ami in (self._images.find(reference) for reference in references)}
        found = [RegisteredAmi(ami, ami.id in built, tags.get(ami.id, {})) for ami in known.values()]
        if owners:
            found = [one for one in found if not owners_of(one.ami).isdisjoint(owners)]
        found = select(found, filters, FILTERS, lambda one: fields(one.ami), lambda one: one.tags)
        return sorted(found, key=lambda one: (one.ami.name, one.ami.id))

    def copy(
        self,
        reference: str,
        name: str,
        description: str | None = None,
        tags: Mapping[str, str] | None = None,
        *,
        dry_run: bool = False,
    ) -> Ami:
        """
        Return a copy under another name: of an image made from an instance another image, of a definition a folder.

        The folder is in the home, for its owner to edit. *description* replaces the source's unless it is None.
        """
        source = self._images.find(reference)
        check_tags(tags or {})
        check_description(description or "")
        self._images.check_new_name(name)
        if isinstance(source, DefinedAmi):
            check_definition_name(name)
        if dry_run:
            raise DryRunError
        made = self._copied(source, name, description)
        with self._database.transaction() as transaction:
            write_tags(transaction, made.id, tags or {})
        return made

    def deregister(self, reference: str, *, dry_run: bool = False) -> Ami:
        """
        Remove an AMI that `create-image` or `copy-image` made, and return it. Instances launched from it stay.

        DefinitionKeptError, with what to do instead, for any other; ConflictError if another AMI extends it.
        """
        ami = self._images.find(reference)
        if isinstance(ami, DefinedAmi):
            self._copies.check_removable(ami)
            self._check_childless(ami)
        if dry_run:
            raise DryRunError
        if isinstance(ami, DefinedAmi):
            self._copies.remove(ami)
        self._images.captures.drop(ami)
        with self._database.transaction() as transaction:
            forget_tags(transaction, ami.id)
        return ami

    def _copied(self, source: Ami, name: str, description: str | None) -> Ami:
        if isinstance(source, CapturedAmi):
            return self._images.captures.copy(source, name, description, self._images.check_new_name)
        self._copies.make(self._images.find_defined(source.id), name, description)
        return self._images.find_defined(name)

    def _check_childless(self, ami: DefinedAmi) -> None:
        children = [
            one.name
            for one in self._images.defined()
            if isinstance(one, DefinedAmi) and one.definition.extends == ami.name
        ]
        if children:
            raise ConflictError(
                f"The image '{ami.id}' is extended by {', '.join(children)}",
                code="DependencyViolation",
                hint=f"remove {'them' if len(children) > 1 else 'that one'} first, or have it extend another",
            )
