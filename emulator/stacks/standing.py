"""What stands of one stack: its rows, seen as what the next deployment has to do with."""

from collections.abc import Collection, Iterator

from emulator.stacks.records import StackRecords, StackResource
from emulator.stacks.references import in_order


class Standing:
    """The resources of one stack. They are read anew at each question: a deployment changes them as it goes."""

    def __init__(self, records: StackRecords, stack: str) -> None:
        self._records = records
        self._stack = stack

    def current(self, logical_id: str) -> StackResource | None:
        """Return what stands for a resource of the template, None if nothing whole does."""
        found = (one for one in self._all() if one.logical_id == logical_id and one.is_whole and not one.is_leaving)
        return next(found, None)

    def unfinished(self) -> list[StackResource]:
        """Return what a shell that died was making."""
        return [one for one in self._all() if not one.is_whole]

    def leaving(self, wanted: Collection[str] = ()) -> list[StackResource]:
        """Return what is to be removed if only *wanted* stays: each before what it depends on."""
        going = [one for one in self._all() if one.is_whole and (one.is_leaving or one.logical_id not in wanted)]
        return list(_outermost_first(going))

    def policy(self, resource: StackResource) -> str:
        """Return what is to become of a resource that leaves."""
        return resource.replace_policy if resource.is_leaving else resource.deletion_policy

    def _all(self) -> list[StackResource]:
        return self._records.resources(self._stack)


def _outermost_first(resources: list[StackResource]) -> Iterator[StackResource]:
    names = {one.logical_id for one in resources}
    depends_on: dict[str, list[str]] = {name: [] for name in sorted(names)}
    for one in resources:
        depends_on[one.logical_id] += [name for name in one.depends_on if name in names and name != one.logical_id]
    for name in reversed(in_order(depends_on)):
        yield from (one for one in resources if one.logical_id == name)
