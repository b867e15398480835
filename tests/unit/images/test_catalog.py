"""Where AMIs are looked for, and what is said when one is not there."""

import pytest

from emulator.errors import DefinitionError, InvalidRequestError
from emulator.images import AmiNotFoundError, BrokenAmi, DefinedAmi
from tests.unit.images.conftest import Look, Write


def child(name: str, parent: str, lines: str = "") -> str:
    return f"version: 1\nname: {name}\nextends: {parent}\n{lines}"


def test_the_first_folder_with_a_name_wins(write: Write, catalog: Look) -> None:
    """A project's own `web` stands in for the shipped one."""
    write("web", "description: ours", shelf="project")
    write("web", "description: theirs", shelf="shipped")
    write("base", shelf="shipped")

    found = catalog("project", "shipped").list()

    assert [(ami.name, ami.origin) for ami in found] == [("base", "shipped"), ("web", "project")]


def test_a_broken_definition_does_not_break_the_list(write: Write, catalog: Look) -> None:
    """The others can be used all the same, and the broken one says what is wrong."""
    write("good")
    write("bad", "packages: [a b]\nports: [0]")
    write("worse", whole=child("worse", "bad"))

    bad, good, worse = catalog().list()

    assert isinstance(good, DefinedAmi)
    assert isinstance(bad, BrokenAmi)
    assert bad.reason == "packages.0: 'a b' is not a package name (and 1 more)"
    assert isinstance(worse, BrokenAmi)
    assert worse.reason.startswith("amis/bad/ami.yaml: packages.0")


def test_an_ami_is_found_by_name_and_by_id(write: Write, catalog: Look) -> None:
    """Both are what people paste."""
    write("web")
    write("broken", whole="nonsense")

    by_name = catalog().find("web")

    assert catalog().find(by_name.id).name == "web"


@pytest.mark.parametrize(
    ("reference", "hint"),
    [
        ("wbe", "did you mean web?"),
        ("ami-0123456789abcdef0", "see what there is with"),
        ("amis/web", "an AMI is called by its name"),
    ],
)
def test_an_unknown_ami_is_amazons_error_with_a_hint(write: Write, catalog: Look, reference: str, hint: str) -> None:
    """Scripts look at the code, people at the hint."""
    write("web")

    with pytest.raises(AmiNotFoundError) as caught:
        catalog().find(reference)

    assert (caught.value.code, caught.value.message) == (
        "InvalidAMIID.NotFound",
        f"The image id '[{reference}]' does not exist",
    )
    assert caught.value.hint is not None
    assert caught.value.hint.startswith(hint)


def test_an_id_without_the_form_of_one_is_malformed(catalog: Look) -> None:
    """AWS tells a typing mistake in an id from an AMI that is not there."""
    with pytest.raises(InvalidRequestError) as caught:
        catalog().find("ami-12")

    assert caught.value.code == "InvalidAMIID.Malformed"


def test_an_unknown_parent_is_named_with_what_was_meant(write: Write, catalog: Look) -> None:
    """Beside the file's other mistakes, not after them."""
    write("base")
    write("x", whole=child("x", "bsae", "ports: [0]\n"))

    with pytest.raises(DefinitionError) as caught:
        catalog().find("x")

    assert [str(problem) for problem in caught.value.problems] == [
        "amis/x/ami.yaml: extends: 'bsae' is no AMI here; did you mean base?",
        "amis/x/ami.yaml: ports.0: 0 is not a port (1 to 65535)",
    ]


def test_a_circle_of_parents_is_a_mistake(write: Write, catalog: Look) -> None:
    """It would otherwise never end."""
    for name, parent in (("a", "b"), ("b", "c"), ("c", "a")):
        write(name, whole=child(name, parent))

    with pytest.raises(DefinitionError, match="extends: goes in a circle: a -> b -> c -> a"):
        catalog().find("a")


def test_an_ami_that_extends_itself_is_a_mistake(write: Write, catalog: Look) -> None:
    """The smallest circle."""
    write("a", whole=child("a", "a"))

    with pytest.raises(DefinitionError, match="goes in a circle: a -> a"):
        catalog().find("a")


def test_a_child_inherits_and_may_say_otherwise(write: Write, catalog: Look) -> None:
    """What an instance needs to know is asked of the AMI, whoever in the chain said it."""
    write("a", "user: admin\nports: [22]\nenv: {A: '1', B: '1'}\ninit: none")
    write("b", whole=child("b", "a", "ports: [80]\nenv: {B: '2'}\n"))
    write("c", whole=child("c", "b", "user: root\ninit: systemd\nservices: [x]\n"))

    b, c = catalog().find("b"), catalog().find("c")

    assert (b.user, b.ports, b.env, b.init) == ("admin", (22, 80), {"A": "1", "B": "2"}, "none")
    assert (c.user, c.init) == ("root", "systemd")


def test_services_need_the_systemd_that_a_parent_left_out(write: Write, catalog: Look) -> None:
    """The mistake shows only with the parent, and before anything is built."""
    write("a", "init: none")
    write("b", whole=child("b", "a", "services: [ssh]\n"))

    with pytest.raises(DefinitionError, match="services: cannot be enabled without systemd, and a has `init: none`"):
        catalog().find("b")


def test_a_folder_that_is_not_there_holds_nothing(catalog: Look) -> None:
    """Most projects and homes have none."""
    assert catalog("nowhere").list() == []
