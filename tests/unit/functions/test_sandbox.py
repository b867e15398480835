"""A worker is locked into what its function was given."""

from datetime import UTC, datetime
from pathlib import Path

from emulator.engine import Bind, Tmpfs
from emulator.engine.payload import create_payload
from emulator.functions import Function
from emulator.functions.code.mounted import MountedCode
from emulator.functions.workers.sandbox import Surroundings, restricts_after_init, worker_environment, worker_spec

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


def test_a_worker_has_no_more_rights_than_it_needs() -> None:
    """A handler is somebody's code; the machine is not its."""
    spec = worker_spec(
        function(),
        image="image",
        code=MountedCode(task=Path("/code")),
        holder_id="holder",
        pipe=Path("/pipe"),
        environment={},
    )

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
