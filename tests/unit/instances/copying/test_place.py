"""Where a copy goes: the rules of `docker cp`, one by one."""

import pytest

from emulator.errors import ConflictError, NotFoundError
from emulator.instances.copying.place import Place, Source, There, place

FILE = Source("app.py", is_folder=False)
FOLDER = Source("site", is_folder=True)
CONTENTS = Source("site", is_folder=True, contents_only=True)


@pytest.mark.parametrize(
    ("source", "target", "there", "expected"),
    [
        (FILE, "/srv", There.FOLDER, Place("/srv", "app.py")),
        (FILE, "/srv/", There.FOLDER, Place("/srv/", "app.py")),
        (FILE, "/srv/other.py", There.FILE, Place("/srv", "other.py")),
        (FILE, "/srv/new.py", There.NOTHING, Place("/srv", "new.py")),
        (FILE, "/new.py", There.NOTHING, Place("/", "new.py")),
        (FILE, "new.py", There.NOTHING, Place(".", "new.py")),
        (FOLDER, "/srv", There.FOLDER, Place("/srv", "site")),
        (FOLDER, "/srv/new", There.NOTHING, Place("/srv", "new")),
        (FOLDER, "/srv/new/", There.NOTHING, Place("/srv", "new")),
        (CONTENTS, "/srv", There.FOLDER, Place("/srv", None)),
        (CONTENTS, "/srv/new", There.NOTHING, Place("/srv", "new")),
    ],
)
def test_a_copy_has_its_place(source: Source, target: str, there: There, expected: Place) -> None:
    assert place(source, target, there, parent=There.FOLDER) == expected


@pytest.mark.parametrize("source", [FOLDER, CONTENTS])
def test_a_folder_does_not_take_the_place_of_a_file(source: Source) -> None:
    with pytest.raises(ConflictError, match="/srv/x is a file, not a folder"):
        place(source, "/srv/x", There.FILE, parent=There.FOLDER)


def test_a_slash_at_the_end_asks_for_a_folder() -> None:
    """A slip would otherwise make a file of the folder's name."""
    with pytest.raises(NotFoundError, match="there is no folder /srv/new"):
        place(FILE, "/srv/new/", There.NOTHING, parent=There.FOLDER)
    with pytest.raises(ConflictError, match="/srv/x is a file"):
        place(FILE, "/srv/x/", There.FILE, parent=There.FOLDER)


@pytest.mark.parametrize("source", [FILE, FOLDER, CONTENTS])
@pytest.mark.parametrize("parent", [There.NOTHING, There.FILE])
def test_missing_folders_are_not_made(source: Source, parent: There) -> None:
    """One more reason to read the error than to look for a file."""
    with pytest.raises(NotFoundError, match="there is no folder /no/such"):
        place(source, "/no/such/name", There.NOTHING, parent)
