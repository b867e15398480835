"""What a function may be called and have, as Lambda sees it."""

import dataclasses
from datetime import UTC, datetime
from typing import Any

import pytest

from emulator.errors import InvalidRequestError
from emulator.functions.definition import Function, ImageConfig, LoggingConfig, VpcConfig
from emulator.functions.quotas import check_configuration
from emulator.functions.references import function_name

FUNCTION = Function(
    name="summarize",
    runtime="python3.11",
    handler="app.handler",
    code_id="0123",
    code_sha256="abc=",
    code_size_bytes=12,
    revision_id="r",
    last_modified=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    environment={"TABLE": "penguins"},
)


def test_a_record_survives_being_written_and_read() -> None:
    """The state file must give back what it was given."""
    assert Function.from_json(FUNCTION.to_json()) == FUNCTION


@pytest.mark.parametrize(("memory_mb", "cpus"), [(128, 128 / 1769), (1769, 1.0), (3538, 2.0), (10_240, 10_240 / 1769)])
def test_processor_comes_with_memory(memory_mb: int, cpus: float) -> None:
    """AWS gives a whole vCPU for 1769 MB."""
    assert dataclasses.replace(FUNCTION, memory_mb=memory_mb).cpus == pytest.approx(cpus)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": "no spaces"}, "at 'functionName' failed to satisfy constraint"),
        ({"name": "x" * 65}, "at 'functionName' failed to satisfy constraint"),
        ({"handler": ""}, "Runtime and Handler are mandatory parameters"),
        ({"runtime": ""}, "Runtime and Handler are mandatory parameters"),
        ({"handler": "a b"}, "Value 'a b' at 'handler'"),
        ({"package_type": "Tar"}, "enum value set: [Zip, Image]"),
        ({"package_type": "Image"}, "Please don't provide Runtime, Handler or Layers"),
        ({"image_config": ImageConfig(command=("x",))}, "ImageConfig is not supported"),
        ({"role": "admin"}, "Value 'admin' at 'role' failed to satisfy constraint: Member must satisfy regular"),
        ({"memory_mb": 127}, "Value '127' at 'memorySize' failed to satisfy constraint: Member must have value gre"),
        ({"memory_mb": 10_241}, "Member must have value less than or equal to 10240"),
        ({"timeout_seconds": 0}, "Value '0' at 'timeout'"),
        ({"timeout_seconds": 901}, "Member must have value less than or equal to 900"),
        ({"ephemeral_storage_mb": 511}, "Value '511' at 'ephemeralStorage.size'"),
        ({"description": "x" * 257}, "length less than or equal to 256"),
        ({"tracing_mode": "On"}, "[Active, PassThrough]"),
        ({"dead_letter_arn": "arn:aws:sqs:us-east-1:000000000000:q"}, "target ARN arn:aws:sqs"),
        ({"vpc": VpcConfig(("vpc-1",), ("sg-1",))}, "Value 'vpc-1' at 'vpcConfig.subnetIds'"),
        ({"vpc": VpcConfig(("subnet-1",))}, "must coexist"),
        ({"logging": LoggingConfig("Xml")}, "[JSON, Text]"),
        ({"logging": LoggingConfig("Text", "DEBUG")}, "not supported when LogFormat is Text"),
        ({"logging": LoggingConfig("JSON", "LOUD")}, "applicationLogLevel"),
        ({"logging": LoggingConfig(group="/a/../../b")}, "is no name of a log group"),
        ({"environment": {"AWS_REGION": "x"}}, "Reserved keys used in this request: AWS_REGION"),
        ({"environment": {"_HANDLER": "x", "TZ": "y"}}, "Reserved keys used in this request: _HANDLER, TZ"),
        ({"environment": {"AWS_LAMBDA_ANYTHING": "x"}}, "AWS_LAMBDA_ANYTHING"),
        ({"environment": {"1ST": "x"}}, "is not the name of an environment variable"),
        ({"environment": {"BIG": "x" * 4096}}, "exceeded the 4KB limit. String measured: "),
    ],
)
def test_what_lambda_refuses_is_refused(change: dict[str, Any], sentence: str) -> None:
    """A configuration that works here must work there."""
    with pytest.raises(InvalidRequestError) as caught:
        check_configuration(dataclasses.replace(FUNCTION, **change))

    assert sentence in caught.value.message


@pytest.mark.parametrize(
    "environment", [{}, {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/wrap"}, {"AWS_ENDPOINT_URL": "http://x"}]
)
def test_what_lambda_takes_is_taken(environment: dict[str, str]) -> None:
    """Not every AWS_ variable is reserved."""
    check_configuration(dataclasses.replace(FUNCTION, environment=environment))


@pytest.mark.parametrize(
    "reference",
    [
        "summarize",
        "summarize:$LATEST",
        "arn:aws:lambda:us-east-1:000000000000:function:summarize",
        "arn:aws:lambda:us-east-1:000000000000:function:summarize:$LATEST",
        "000000000000:function:summarize",
    ],
)
def test_a_function_is_found_by_name_and_by_arn(reference: str) -> None:
    """AWS takes each of these forms."""
    assert function_name(reference) == "summarize"


@pytest.mark.parametrize(
    "reference", ["my-function:$LATEST", "arn:aws:lambda:us-east-1:000000000000:function:my-function:$LATEST"]
)
def test_a_name_that_ends_like_a_part_of_an_arn_is_a_name(reference: str) -> None:
    """Half of AWS's examples are called my-function."""
    assert function_name(reference) == "my-function"


def test_all_values_in_a_wrong_form_are_told_at_once() -> None:
    """In the order of AWS's request, which tells them together, too."""
    with pytest.raises(InvalidRequestError) as caught:
        check_configuration(dataclasses.replace(FUNCTION, memory_mb=64, timeout_seconds=1000))

    assert caught.value.message == (
        "2 validation errors detected: "
        "Value '64' at 'memorySize' failed to satisfy constraint: "
        "Member must have value greater than or equal to 128; "
        "Value '1000' at 'timeout' failed to satisfy constraint: Member must have value less than or equal to 900"
    )
