"""Layers: what AWS says about them, in its shapes and words; versions, numbers, and what is kept for how long."""

import base64
import hashlib
import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator

from emulator.errors import EmulatorError, InvalidRequestError, NotFoundError
from emulator.functions.code import layer_document
from emulator.functions.code.layer_version import LayerDescription
from emulator.functions.code.layers import Layers
from emulator.functions.errors import InvalidFunctionError
from emulator.home import Home
from emulator.state import Database

REGION = "us-east-1"


class World:
    """Layers, a clock that a test sets, and the functions that have layers."""

    def __init__(self, home: Home, database: Database) -> None:
        self.home = home
        self.now = datetime(2026, 1, 12, 15, 34, 31, 123_000, UTC)
        self.in_use: list[tuple[str, ...]] = []
        self.layers = Layers(database, home, REGION, lambda: self.in_use, lambda: self.now)

    def publish(self, name: str, about: LayerDescription | None = None, **files: str) -> str:
        content = zipped({f"{file}.txt": text for file, text in files.items()})
        return self.layers.publish(name, content, about or LayerDescription()).arn(REGION)

    def contents(self) -> set[str]:
        return {path.name for path in (self.home.layers / "contents").iterdir()}


def zipped(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as out:
        for name, text in files.items():
            out.writestr(zipfile.ZipInfo(name), text)
    return buffer.getvalue()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    home = Home(tmp_path / "home")
    home.create()
    database = Database(home.state_file)
    yield World(home, database)
    database.close()


def test_a_published_version_is_described_as_aws_describes_it(world: World) -> None:
    """Key by key, and nothing that is not set."""
    content = zipped({"a.txt": "1"})
    about = LayerDescription("libraries", "MIT", ("python3.11", "python3.13"), ("x86_64",))

    full = layer_document.published(world.layers.publish("first", content, about), REGION, "https://x")
    bare = layer_document.published(world.layers.publish("second", content), REGION, "https://x")

    assert full == {
        "Content": {
            "Location": "https://x",
            "CodeSha256": base64.b64encode(hashlib.sha256(content).digest()).decode(),
            "CodeSize": len(content),
        },
        "LayerArn": "arn:aws:lambda:us-east-1:000000000000:layer:first",
        "LayerVersionArn": "arn:aws:lambda:us-east-1:000000000000:layer:first:1",
        "Description": "libraries",
        "CreatedDate": "2026-01-12T15:34:31.123+0000",
        "Version": 1,
        "CompatibleRuntimes": ["python3.11", "python3.13"],
        "CompatibleArchitectures": ["x86_64"],
        "LicenseInfo": "MIT",
    }
    assert bare.keys() == {"Content", "LayerArn", "LayerVersionArn", "Description", "CreatedDate", "Version"}


def test_every_answer_has_the_shape_that_botocore_expects(world: World) -> None:
    """Scripts read these documents with boto3's names."""
    about = LayerDescription("libraries", "MIT", ("python3.11",), ("arm64",))
    world.publish("first", about, a="1")
    (version,) = world.layers.list()

    assert misfits("PublishLayerVersion", layer_document.published(version, REGION, "https://x")) == []
    assert misfits("GetLayerVersion", layer_document.published(version, REGION, "https://x")) == []
    assert misfits("ListLayers", layer_document.layers([version], REGION)) == []
    assert misfits("ListLayerVersions", layer_document.versions([version], REGION)) == []


def misfits(operation: str, answer: dict[str, Any]) -> list[str]:
    """Return what botocore finds wrong with an answer, and its keys that AWS's shape has not."""
    shape = botocore.session.Session().get_service_model("lambda").operation_model(operation).output_shape
    errors = ParamValidator().validate(answer, shape)
    return ([errors.generate_report()] if errors.has_errors() else []) + list(strange(answer, shape, operation))


def strange(value: Any, shape: Any, place: str) -> Iterator[str]:
    if shape.type_name == "structure":
        for key in value:
            if key in shape.members:
                yield from strange(value[key], shape.members[key], f"{place}.{key}")
            else:
                yield f"{place}.{key}"
    elif shape.type_name == "list":
        for one in value:
            yield from strange(one, shape.member, place)


def test_numbers_go_up_and_never_come_again(world: World) -> None:
    """Also of the same content, and after a deletion: an ARN means one content for ever."""
    assert world.publish("first", a="1").endswith(":first:1")
    assert world.publish("first", a="1").endswith(":first:2")
    world.layers.delete("first", 2)

    assert world.publish("first", a="1").endswith(":first:3")
    assert [one.version for one in world.layers.versions("first")] == [3, 1]
    assert len(world.contents()) == 1


def test_lists_can_be_narrowed_to_a_runtime_and_an_architecture(world: World) -> None:
    """The newest version that suits is the one that is shown."""
    world.publish("first", LayerDescription(runtimes=("python3.11",), architectures=("arm64",)), a="1")
    world.publish("first", LayerDescription(runtimes=("python3.13",)), a="2")
    world.publish("second", a="3")

    assert [(one.layer, one.version) for one in world.layers.list()] == [("first", 2), ("second", 1)]
    assert [(one.layer, one.version) for one in world.layers.list("python3.11")] == [("first", 1)]
    assert [one.version for one in world.layers.versions("first", architecture="arm64")] == [1]
    assert world.layers.versions("unknown") == []


def test_a_layer_is_found_by_name_by_arn_and_not_once_it_is_deleted(world: World) -> None:
    """A second deletion is no error: scripts clean up twice."""
    arn = world.publish("first", a="1")
    assert world.layers.find("first", 1) == world.layers.find_by_arn(arn)
    assert world.layers.find(arn.rpartition(":")[0], 1) == world.layers.find("first", 1)

    world.layers.delete("first", 1)
    world.layers.delete("first", 1)
    world.layers.delete("unknown", 1)

    with pytest.raises(NotFoundError, match=r"The resource you requested does not exist\.") as refusal:
        world.layers.find("first", 1)
    assert refusal.value.code == "ResourceNotFoundException"


def test_a_function_has_at_most_five_layers(world: World) -> None:
    """In AWS's words."""
    arns = [world.publish(f"layer-{number}", a=str(number)) for number in range(6)]

    assert world.layers.check(arns[:5]) == tuple(arns[:5])
    with pytest.raises(InvalidFunctionError, match=r"^Cannot reference more than 5 layers\.$"):
        world.layers.check(arns)


REFUSALS = {
    "arn:aws:lambda:us-east-1:000000000000:layer:first:9": r"Layer version \S+:first:9 does not exist\.",
    "arn:aws:lambda:us-east-1:000000000000:layer:other:1": r"Layer version \S+:other:1 does not exist\.",
    "arn:aws:lambda:us-east-1:017000801446:layer:Powertools:3": r"Layer version \S+:Powertools:3 does not exist\.",
    "arn:aws:lambda:eu-west-1:000000000000:layer:first:1": "Layers are expected to be in region us-east-1",
    "arn:aws:lambda:us-east-1:000000000000:layer:first": "at 'layers' failed to satisfy constraint",
    "first:1": "at 'layers' failed to satisfy constraint",
    "../../etc": "at 'layers' failed to satisfy constraint",
}


@pytest.mark.parametrize("arn", REFUSALS)
def test_a_layer_that_a_function_cannot_have_is_refused_in_awss_words(world: World, arn: str) -> None:
    """Each reason has its own next step."""
    world.publish("first", a="1")

    with pytest.raises(InvalidRequestError, match=REFUSALS[arn]):
        world.layers.check([arn])


def test_two_versions_of_one_layer_are_refused(world: World) -> None:
    """As on AWS: it is a mistake each time."""
    arns = [world.publish("first", a=text) for text in ("1", "2")]

    with pytest.raises(InvalidFunctionError, match="Two different versions of the same layer are not allowed"):
        world.layers.check(arns)


@pytest.mark.parametrize(
    ("name", "about"),
    [
        ("a/b", LayerDescription()),
        ("..", LayerDescription()),
        ("", LayerDescription()),
        ("a" * 141, LayerDescription()),
        ("first", LayerDescription(description="x" * 257)),
        ("first", LayerDescription(license_info="x" * 513)),
        ("first", LayerDescription(runtimes=tuple(f"python3.{number}" for number in range(16)))),
        ("first", LayerDescription(architectures=("sparc",))),
    ],
)
def test_what_aws_refuses_to_publish_is_refused(world: World, name: str, about: LayerDescription) -> None:
    """Before a number is given out."""
    with pytest.raises(InvalidRequestError, match="failed to satisfy constraint"):
        world.publish(name, about, a="1")

    assert world.layers.list() == []


def test_a_version_below_one_is_refused(world: World) -> None:
    for verb in (world.layers.find, world.layers.delete):
        with pytest.raises(EmulatorError, match=r"Layer Version Cannot be less than 1\."):
            verb("first", 0)


def test_layers_lie_over_each_other_in_their_order(world: World) -> None:
    """What is linked together is never written through: each layer stays as it was."""
    first, second = world.publish("first", both="1", one="1"), world.publish("second", both="2", two="2")

    folder = world.layers.folder([first, second])
    turned = world.layers.folder([second, first])

    assert texts(folder) == {"both.txt": "2", "one.txt": "1", "two.txt": "2"}
    assert texts(turned) == {"both.txt": "1", "one.txt": "1", "two.txt": "2"}
    assert texts(world.layers.folder([first])) == {"both.txt": "1", "one.txt": "1"}
    assert world.layers.folder([first, second]) == folder
    assert world.layers.folder([]) is None


def texts(folder: Path | None) -> dict[str, str]:
    assert folder is not None
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_a_deleted_version_is_kept_for_as_long_as_a_function_has_it(world: World) -> None:
    """And an hour longer: a worker that was just started may have it mounted."""
    first, second = world.publish("first", a="1"), world.publish("second", a="2")
    world.in_use = [(first, second)]
    folder = world.layers.folder([first, second])
    world.layers.delete("first", 1)
    world.now += timedelta(days=30)
    world.layers.delete("second", 1)
    assert world.layers.folder([first, second]) == folder
    assert texts(folder) == {"a.txt": "2"}
    assert world.layers.code_size(first) > 0

    world.in_use = []
    world.now += timedelta(minutes=30)
    world.publish("third", a="3")
    assert texts(folder) == {"a.txt": "2"}

    world.now += timedelta(minutes=31)
    world.publish("third", a="3")
    assert folder is not None
    assert not folder.exists()
    assert len(world.contents()) == 1
    with pytest.raises(InvalidFunctionError, match="does not exist"):
        world.layers.folder([first])


def test_a_hostile_zip_takes_no_number_and_leaves_nothing(world: World) -> None:
    """A refused version never was."""
    with pytest.raises(InvalidFunctionError, match="Could not unzip"):
        world.layers.publish("first", zipped({"../evil": "x"}))

    assert world.layers.list() == []
    assert not (world.home.layers / "contents").exists()
    assert list(world.home.scratch.iterdir()) == []
    assert world.publish("first", a="1").endswith(":1")
