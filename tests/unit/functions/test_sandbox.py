"""A worker is locked into what its function was given."""

import dataclasses
from datetime import UTC, datetime
from pathlib import Path

import pytest

from emulator.engine import Bind, ContainerSpec, Tmpfs
from emulator.engine.payload import create_payload
from emulator.functions import Function
from emulator.functions.code.mounted import MountedCode, Program
from emulator.functions.workers.environment import Surroundings, worker_environment
from emulator.functions.workers.sandbox import restricts_after_init, worker_spec

SURROUNDINGS = Surroundings("eu-west-1", "http://172.31.0.1:4566")


def function(memory_mb: int = 128, **environment: str) -> Function:
    return Function(
        name="f",
        runtime="python3.11",
        handler="app.handler",
        code_id="0123",
        code_sha256="",
        code_size_bytes=0,
        revision_id="",
        last_modified=datetime(2026, 1, 1, tzinfo=UTC),
        memory_mb=memory_mb,
        environment=environment,
    )


def spec_of(function: Function, code: MountedCode, image: str = "cloudlet/ami:ami-1") -> ContainerSpec:
    return worker_spec(function, image=image, code=code, holder_id="holder", pipe=Path("/pipe"), environment={})


def test_a_worker_has_no_more_rights_than_it_needs() -> None:
    """A handler is somebody's code; the machine is not its."""
    spec = spec_of(function(), MountedCode(task=Path("/code")))

    host = create_payload(spec, "home")["HostConfig"]

    assert host["ReadonlyRootfs"]
    assert host["CapDrop"] == ["ALL"]
    assert host["SecurityOpt"] == ["no-new-privileges"]
    assert host["PidsLimit"] == 742
    assert host["Memory"] == host["MemorySwap"] == 128 * 2**20
    assert host["NetworkMode"] == "container:holder"
    assert spec.user == "993:990"
    assert Bind(Path("/code"), "/var/task", read_only=True) in spec.mounts
    assert [mount.target for mount in spec.mounts if isinstance(mount, Tmpfs)] == ["/tmp"]


def test_only_small_functions_are_slowed_down_after_loading() -> None:
    """Loading is quick on AWS whatever the size; afterwards a function has what its memory buys."""
    assert restricts_after_init(function(memory_mb=1769))
    assert not restricts_after_init(function(memory_mb=3538))


def test_the_users_variables_do_not_replace_the_reserved_ones() -> None:
    """A handler must be able to trust AWS_REGION, whatever a record from elsewhere says."""
    environment = worker_environment(function(AWS_REGION="mars", TABLE="penguins"), SURROUNDINGS, "host:1", "stream")

    assert environment["AWS_REGION"] == "eu-west-1"
    assert environment["TABLE"] == "penguins"
    assert environment["AWS_LAMBDA_RUNTIME_API"] == "host:1"
    assert environment["AWS_ENDPOINT_URL"] == "http://172.31.0.1:4566"


def test_a_user_may_point_a_handler_to_another_endpoint() -> None:
    """AWS_ENDPOINT_URL is not AWS's own variable."""
    environment = worker_environment(function(AWS_ENDPOINT_URL="http://elsewhere"), SURROUNDINGS, "host:1", "stream")

    assert environment["AWS_ENDPOINT_URL"] == "http://elsewhere"


def test_path_and_its_like_may_be_extended() -> None:
    """AWS lets users say where programs and libraries are; LAMBDA_TASK_ROOT is not theirs."""
    environment = worker_environment(
        function(PATH="/opt/mine", PYTHONPATH="/opt/more", LAMBDA_TASK_ROOT="/"), SURROUNDINGS, "host:1", "stream"
    )

    assert environment["PATH"] == "/opt/mine"
    assert environment["PYTHONPATH"] == "/opt/more"
    assert environment["LAMBDA_TASK_ROOT"] == "/var/task"


@pytest.mark.parametrize(
    ("runtime", "has", "has_not"),
    [
        ("python3.13", {"PYTHONPATH", "LC_CTYPE", "AWS_EXECUTION_ENV"}, {"NODE_PATH", "HOME"}),
        ("nodejs22.x", {"NODE_PATH", "AWS_EXECUTION_ENV"}, {"PYTHONPATH", "LC_CTYPE", "HOME"}),
        ("provided.al2023", {"LD_LIBRARY_PATH", "PATH"}, {"PYTHONPATH", "NODE_PATH", "AWS_EXECUTION_ENV"}),
    ],
)
def test_each_runtime_has_variables_of_its_own(runtime: str, has: set[str], has_not: set[str]) -> None:
    """Libraries find out by them where they run."""
    asked = dataclasses.replace(function(), runtime=runtime)

    environment = worker_environment(asked, SURROUNDINGS, "host:1", "stream")

    assert has <= environment.keys()
    assert not has_not & environment.keys()


def test_a_container_image_keeps_its_own_variables() -> None:
    """Ours would hide those that its Dockerfile sets; AWS's own are there all the same."""
    boxed = dataclasses.replace(function(), runtime="", handler="", package_type="Image")

    environment = worker_environment(boxed, SURROUNDINGS, "host:1", "stream")

    assert not {"PATH", "LD_LIBRARY_PATH", "PYTHONPATH", "LANG", "LAMBDA_TASK_ROOT", "_HANDLER"} & environment.keys()
    assert environment["AWS_LAMBDA_FUNCTION_NAME"] == "f"
    assert environment["AWS_LAMBDA_RUNTIME_API"] == "host:1"


def test_a_container_image_begins_with_a_shell_that_it_need_not_have() -> None:
    """Its output goes to the pipe like everybody's, and no code lies over its own."""
    boxed = dataclasses.replace(function(), runtime="", handler="", package_type="Image")

    spec = spec_of(boxed, MountedCode(program=Program(("/app", "serve"), "/srv", Path("/home/sh"))), image="sha256:1")

    assert spec.entrypoint is not None
    assert Bind(Path("/home/sh"), spec.entrypoint[0], read_only=True) in spec.mounts
    assert (spec.command, spec.working_dir) == (("/app", "serve"), "/srv")
    assert {mount.target for mount in spec.mounts}.isdisjoint({"/var/task", "/opt"})


def test_layers_lie_where_no_runtime_has_anything() -> None:
    """They take all of /opt."""
    spec = spec_of(function(), MountedCode(task=Path("/code"), layers=Path("/layers")))

    assert Bind(Path("/layers"), "/opt", read_only=True) in spec.mounts
    assert spec.command is not None
    assert not any(word.startswith("/opt") for word in spec.command)


@pytest.mark.parametrize(
    ("runtime", "image", "command", "has_wrapper"),
    [
        ("python3.13", "cloudlet/ami:ami-1", ("/var/lang/bin/python3.13", "/var/runtime/bootstrap.py"), True),
        ("nodejs20.x", "cloudlet/ami:ami-1", ("/var/lang/bin/node", "/var/runtime/index.mjs"), True),
        ("python3.12", "public.ecr.aws/lambda/python:3.12", ("/var/runtime/bootstrap",), False),
        ("java21", "amazon/aws-lambda-java:21", ("/var/runtime/bootstrap",), False),
    ],
)
def test_the_image_says_how_a_runtime_begins(
    runtime: str, image: str, command: tuple[str, ...], has_wrapper: bool
) -> None:
    """AWS's images look for AWS_LAMBDA_EXEC_WRAPPER themselves: twice, it would wrap itself."""
    spec = spec_of(dataclasses.replace(function(), runtime=runtime), MountedCode(task=Path("/code")), image)

    assert spec.command == command
    assert spec.entrypoint is not None
    assert ("AWS_LAMBDA_EXEC_WRAPPER" in spec.entrypoint[2]) is has_wrapper
