"""What an ami.yaml may say, and what is said of one that is wrong."""

import shutil
from pathlib import Path

import pytest

from emulator.errors import DefinitionError
from tests.unit.images.conftest import Look, Write

DEFINITIONS = Path(__file__).parents[2] / "definitions"


def mistakes(write: Write, catalog: Look, lines: str) -> list[str]:
    """Return what is said of the AMI `x` with *lines* added."""
    write("x", lines)
    with pytest.raises(DefinitionError) as caught:
        catalog().find("x")
    return [str(problem).removeprefix("amis/x/ami.yaml: ") for problem in caught.value.problems]


def test_five_mistakes_give_five_problems_in_the_order_of_the_file(write: Write, catalog: Look) -> None:
    """Whoever mends a file wants to do it once."""
    folder = write("five-mistakes")
    shutil.copy(DEFINITIONS / "five-mistakes.yaml", folder / "ami.yaml")

    with pytest.raises(DefinitionError) as caught:
        catalog().find("five-mistakes")

    assert [(problem.path, problem.value) for problem in caught.value.problems] == [
        ("base.image", "debian"),
        ("packages.1", "foo;rm -rf /"),
        ("pakages", ["gcc"]),
        ("ports.1", 99999),
        ("env.WORKERS", 4),
    ]
    assert str(caught.value).splitlines()[1] == (
        "amis/five-mistakes/ami.yaml: packages.1: 'foo;rm -rf /' is not a package name"
    )


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("packages: ['foo;rm']", "packages.0: 'foo;rm' is not a package name"),
        ("packages: ['-oDpkg=x']", "packages.0: '-oDpkg=x' is not a package name"),
        ("packages: [12]", "packages.0: 12 is not text; put it in quotes"),
        ("packages: curl", "packages: 'curl' is not a list; write one `- item` a line"),
        ("pip: ['--index-url=http://x']", "pip.0: '--index-url=http://x' is not a Python package"),
        ("pip: ['numpy; x']", "pip.0: 'numpy; x' is not a Python package"),
        ("services: ['a b']", "services.0: 'a b' is not a systemd unit"),
        ("services: ['--root=/']", "services.0: '--root=/' is not a systemd unit"),
        ("user: 'x; rm'", "user: 'x; rm' is not a user name"),
        ("ports: [0]", "ports.0: 0 is not a port (1 to 65535)"),
        ("ports: ['80']", "ports.0: '80' is not a whole number"),
        ("ports: [true]", "ports.0: True is not a whole number"),
        ("env: {'A B': c}", "env.A B: 'A B' is not the name of an environment variable"),
        ("env: {A: 1}", "env.A: 1 is not text; put it in quotes"),
        ('env: {A: "x\\ny"}', "env.A: 'x\\ny' has a line break or control character"),
        ("init: upstart", "init: 'upstart' is not 'systemd' or 'none'"),
        ("run: ['']", "run.0: '' is not a command"),
        ("description: [a]", "description: ['a'] is not text"),
        ('description: "\\e[31mred"', "description: '\\x1b[31mred' has control characters"),
        ("init: none\nservices: [ssh]", "services: cannot be enabled without systemd"),
        ("extends: x", "extends: 'x' stands beside base; an AMI has one of the two"),
        ("colour: red", "colour: is no field here; there are version, name"),
        ("files: [{path: a, content: b}]", "files.0.path: 'a' is not an absolute path"),
        ("files: [{path: /a/../b, content: b}]", "files.0.path: '/a/../b' is not the plain path of a file"),
        ("files: [{path: '/a$b', content: b}]", "files.0.path: '/a$b' is not a path of letters"),
        ("files: [{path: /a}]", "files.0: has neither content nor source; give one of the two"),
        ("files: [{path: /a, content: b, source: ami.yaml}]", "files.0: has both content and source"),
        ("files: [{path: /a, content: b, mode: 0644}]", "files.0.mode: 420 is a number"),
        ("files: [{path: /a, content: b, mode: 'rwx'}]", "files.0.mode: 'rwx' is not a file mode"),
        ("files: [{path: /a, content: b, owner: 'a;b'}]", "files.0.owner: 'a;b' is not an owner"),
        ("files: [{path: /a, content: b, sauce: c}]", "files.0.sauce: is no field here; did you mean source?"),
        ("files: [{path: /a, source: gone}]", "files.0.source: 'gone' is not in x/"),
        ("files: [{path: /a, source: ../y}]", "files.0.source: '../y' leads out of the AMI's folder"),
        ("files: [{path: /a, source: /etc/passwd}]", "files.0.source: '/etc/passwd' leads out of the AMI's folder"),
        ("files: [{path: /a, source: .}]", "files.0.source: '.' is not a file"),
    ],
)
def test_a_mistake_is_named_with_its_path_and_value(write: Write, catalog: Look, lines: str, expected: str) -> None:
    """No value that could mean something to a shell, a Dockerfile or a path gets past here."""
    assert [line for line in mistakes(write, catalog, lines) if line.startswith(expected)]


def test_a_path_written_twice_is_a_mistake(write: Write, catalog: Look) -> None:
    """The second would win in silence."""
    lines = "files: [{path: /a, content: b}, {path: /a, content: c}]"

    assert mistakes(write, catalog, lines) == ["files.1.path: '/a' is written twice"]


def test_a_source_that_links_out_of_its_folder_is_refused(write: Write, catalog: Look) -> None:
    """A definition from elsewhere must not pack this machine's files into an image."""
    (write("x") / "link").symlink_to("/etc/passwd")

    found = mistakes(write, catalog, "files: [{path: /a, source: link}]")

    assert found == ["files.0.source: 'link' is a link that leads out of the AMI's folder"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: [", "line 2, column 1: "),
        ("", "is empty"),
        ("- a", "is not a mapping of fields"),
        ("a: !!python/object:os.system {}", "line 1, column 4: could not determine a constructor"),
        ("\0", "is not YAML: "),
        ("a: " + "[" * 5000, ""),
    ],
)
def test_what_is_no_yaml_is_said_with_its_line(write: Write, catalog: Look, text: str, expected: str) -> None:
    """A file that cannot be read at all still gives a sentence, not a traceback."""
    write("x", whole=text)

    with pytest.raises(DefinitionError) as caught:
        catalog().find("x")

    assert str(caught.value).startswith(f"amis/x/ami.yaml: {expected}")


def test_a_key_that_stands_twice_is_a_mistake(write: Write, catalog: Look) -> None:
    """YAML keeps the last one, and what was meant is lost."""
    assert mistakes(write, catalog, "env:\n  A: b\n  A: c") == ["env.A: stands twice, in lines 5 and 6"]


def test_aliases_that_multiply_do_no_harm(write: Write, catalog: Look) -> None:
    """Nine lines can stand for a billion items."""
    bomb = ["packages: &a0 [x, x, x, x, x, x, x, x, x]"]
    bomb += [f"k{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]

    found = mistakes(write, catalog, "\n".join(bomb))

    assert len(found) == 9
    assert max(len(line) for line in found) < 500


def test_the_name_is_the_folders(write: Write, catalog: Look) -> None:
    """Users find an AMI by its folder; two names for one thing would not help them."""
    (write("x") / "ami.yaml").rename(write("y") / "ami.yaml")

    with pytest.raises(DefinitionError, match="name: 'x' stands in the folder 'y'"):
        catalog().find("y")


def test_everything_that_a_definition_may_say_is_read(write: Write, catalog: Look) -> None:
    """One definition with every field; docs/definitions.md shows the same."""
    folder = write(
        "full",
        """\
description: >
  All
  fields
packages: [curl, "g++", "libc6:amd64", "nginx=1.22.1-9+deb12u1"]
pip: [numpy, "pandas==2.2.3", "uvicorn[standard]>=0.30,<1"]
files:
  - {path: /etc/motd, content: "hello\\n"}
  - {path: /opt/run me, source: bin/run, mode: "0755", owner: "admin:admin"}
run: ["echo hi"]
services: [ssh, backup.timer, getty@tty1]
env: {GREETING: 'say "$HOME" \\ %h'}
user: admin
ports: [80, 443]
init: systemd
""",
    )
    (folder / "bin").mkdir()
    (folder / "bin/run").write_text("#!/bin/sh\n")

    definition = catalog().find("full").definition

    assert definition.description == "All fields"
    assert definition.packages == ("curl", "g++", "libc6:amd64", "nginx=1.22.1-9+deb12u1")
    assert definition.pip == ("numpy", "pandas==2.2.3", "uvicorn[standard]>=0.30,<1")
    assert [(entry.path, entry.content, entry.mode, entry.owner) for entry in definition.files] == [
        ("/etc/motd", b"hello\n", 0o644, "root:root"),
        ("/opt/run me", b"#!/bin/sh\n", 0o755, "admin:admin"),
    ]
    assert definition.services == ("ssh", "backup.timer", "getty@tty1")
    assert definition.env == {"GREETING": 'say "$HOME" \\ %h'}
    assert (definition.user, definition.ports, definition.init) == ("admin", (80, 443), "systemd")
