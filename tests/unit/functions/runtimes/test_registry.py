"""The runtimes that AWS has, and those that can be made here."""

from pathlib import Path

import botocore.session
import pytest

from emulator.functions.errors import RuntimeNotFoundError
from emulator.functions.runtimes.registry import DEFINITIONS, RUNTIMES, find_runtime
from emulator.images.catalog import Catalog, shelves
from emulator.images.defined import DefinedAmi


def test_no_runtime_is_unknown_to_aws() -> None:
    """A name of our own would be refused by every tool that checks it."""
    known = botocore.session.Session().get_service_model("lambda").shape_for("Runtime").enum

    assert set(RUNTIMES) <= set(known)


def test_every_definition_can_be_read() -> None:
    """One that is broken would be noticed by its first user."""
    found = Catalog(shelves(iter([(DEFINITIONS, "")])), Path.cwd()).list()

    assert all(isinstance(ami, DefinedAmi) for ami in found)
    assert {"python3.11", "python3.13", "nodejs20.x", "provided.al2023"} <= {ami.name for ami in found}


def test_every_runtime_that_is_made_here_installs_what_its_language_names() -> None:
    """`lambda deploy` looks for these files."""
    made = {name: runtime.manifest for name, runtime in RUNTIMES.items() if runtime.has_definition}

    assert made == {
        "python3.11": "requirements.txt",
        "python3.13": "requirements.txt",
        "python3.14": "requirements.txt",
        "nodejs20.x": "package.json",
        "nodejs22.x": "package.json",
        "provided.al2023": "",
    }


def test_an_unknown_runtime_is_refused_with_those_there_are() -> None:
    """AWS's words."""
    with pytest.raises(RuntimeNotFoundError) as caught:
        find_runtime("cobol85")

    assert caught.value.message.startswith(
        "Value cobol85 at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [dotnet10, "
    )
    assert caught.value.message.endswith("] or be a valid ARN")


@pytest.mark.parametrize(
    ("name", "image"),
    [
        ("python3.12", "public.ecr.aws/lambda/python:3.12"),
        ("nodejs24.x", "public.ecr.aws/lambda/nodejs:24"),
        ("java8.al2", "public.ecr.aws/lambda/java:8.al2"),
        ("dotnet8", "public.ecr.aws/lambda/dotnet:8"),
        ("provided.al2", "public.ecr.aws/lambda/provided:al2"),
    ],
)
def test_aws_s_images_are_called_as_aws_calls_them(name: str, image: str) -> None:
    """They are pulled by these names."""
    assert find_runtime(name).aws_images[0] == image
