"""Runtimes other than the first: each runs AWS's handlers, finds what the runtime brings, and logs as AWS does."""

import json
import re
from pathlib import Path

import pytest

from emulator.cloud import Cloud
from emulator.functions import Function
from emulator.functions.changes import Changes
from emulator.functions.deployment import Deployment
from emulator.functions.errors import RuntimeNotFoundError, RuntimeUnavailableError
from emulator.functions.runtimes.local import LocalRuntimes
from emulator.functions.runtimes.registry import DEFINITIONS
from emulator.images import Images
from tests.integration.functions.conftest import Lab


def answer_of(lab: Lab, function: Function, payload: bytes = b"{}") -> object:
    result = lab.invoke(function, payload)
    assert result.function_error is None, result.payload
    return json.loads(result.payload)


def test_python_3_13_runs_a_handler(lab: Lab) -> None:
    """The same handler, the newer interpreter."""
    seen = answer_of(lab, lab.create("echo", "echo", "app.handler", "python3.13"), b'{"a": 1}')

    assert isinstance(seen, dict)
    assert seen["event"] == {"a": 1}
    assert seen["environment"]["AWS_EXECUTION_ENV"] == "AWS_Lambda_python3.13"


def test_a_javascript_handler_sees_what_it_would_see_on_aws(lab: Lab) -> None:
    """Unmodified handlers read these."""
    seen = answer_of(
        lab, lab.create("echo", "node_faults", "app.echo", "nodejs20.x", memory_mb=256), b'{"a": "\xc3\xa9"}'
    )

    assert isinstance(seen, dict)
    environment = seen["environment"]
    assert seen["event"] == {"a": "é"}
    assert seen["functionName"] == "echo"
    assert seen["functionVersion"] == "$LATEST"
    assert seen["memoryLimitInMB"] == "256"
    assert seen["invokedFunctionArn"] == "arn:aws:lambda:us-east-1:000000000000:function:echo"
    assert seen["logGroupName"] == "/aws/lambda/echo"
    assert seen["logStreamName"] == environment["AWS_LAMBDA_LOG_STREAM_NAME"]
    assert 0 < seen["remaining"] <= 3000
    assert seen["waits"] is True
    assert seen["keys"] == [
        *("awsRequestId", "callbackWaitsForEmptyEventLoop", "clientContext", "done", "fail", "functionName"),
        *("functionVersion", "getRemainingTimeInMillis", "identity", "invokedFunctionArn", "logGroupName"),
        *("logStreamName", "memoryLimitInMB", "succeed"),
    ]
    assert seen["cwd"] == "/var/task"
    assert environment["NODE_PATH"] == (
        "/opt/nodejs/node20/node_modules:/opt/nodejs/node_modules:/var/runtime/node_modules:/var/runtime:/var/task"
    )
    assert "PYTHONPATH" not in environment
    assert "HOME" not in environment


@pytest.mark.parametrize(
    ("handler", "answer"),
    [
        ("app.nothing", None),
        ("app.calls_back", {"called": "back"}),
        ("app.calls_back_and_waits", "first"),
        ("app.calls_back_and_waits_not", "at once"),
        ("app.succeeds", {"done": True}),
        ("app.returns_without_a_word", None),
        ("app.never_settles", None),
        ("app.inner.most", "found"),
        ("module.handler", {"sdk": "function", "lines": 9}),
    ],
)
def test_a_javascript_handler_may_answer_in_any_of_aws_s_ways(lab: Lab, handler: str, answer: object) -> None:
    """By a promise, a callback, the context, or not at all; and from a CommonJS or an ES module."""
    function = lab.create("ways", "node_faults", handler, "nodejs20.x")

    answers = [answer_of(lab, function), answer_of(lab, function)]

    assert answers == [answer, answer]


def test_console_writes_the_lines_of_aws(lab: Lab) -> None:
    """Time, request, level, message, with tabs between; what is written without `console` stays as it is."""
    function = lab.create("talks", "node_faults", "app.talks", "nodejs20.x")

    result = lab.invoke(function)

    lines = [re.sub(r"^\S+Z\t", "TIME\t", line) for line in lab.log_lines(function)[1:-2]]
    assert lines == [
        f"TIME\t{result.request_id}\tINFO\ta word and 7 {{ deep: {{ er: {{ and: [Object] }} }} }}",
        f"TIME\t{result.request_id}\tINFO\tinfo",
        f"TIME\t{result.request_id}\tWARN\twarn",
        f"TIME\t{result.request_id}\tERROR\tshown x\ry",
        f"TIME\t{result.request_id}\tDEBUG\tdebug",
        "raw",
    ]


def test_console_writes_json_where_it_is_asked_for(lab: Lab) -> None:
    """One object a line, from the chosen level on."""
    logging = {"format": "JSON", "application_level": "WARN"}
    function = lab.create("talks", "node_faults", "app.talks", "nodejs20.x", logging=logging)

    result = lab.invoke(function)

    lines = [json.loads(line) for line in lab.log_lines(function) if line.startswith("{")]
    said = [(line["level"], line["message"], line["requestId"]) for line in lines if "level" in line]
    assert said == [("WARN", "warn", result.request_id), ("ERROR", "shown x\ny", result.request_id)]


def test_a_javascript_worker_is_reused(lab: Lab) -> None:
    """A warm worker keeps the module's variables: that is why handlers cache in them."""
    function = lab.create("counts", "node_faults", "app.counts", "nodejs20.x")

    assert [answer_of(lab, function) for _ in range(3)] == [1, 2, 3]


def test_a_bootstrap_is_a_runtime_by_itself(lab: Lab) -> None:
    """provided.al2023: what speaks to the Runtime API may be any program."""
    function = lab.create("own", "bootstrap", "whatever.i.like", "provided.al2023")

    answers = [answer_of(lab, function, payload) for payload in (b'{"a": 1}', b"[2]")]

    assert answers == [{"handler": "whatever.i.like", "event": event} for event in ({"a": 1}, [2])]
    assert "serving whatever.i.like" in lab.log_lines(function)


def test_a_bootstrap_that_is_missing_is_named(lab: Lab) -> None:
    """Whoever forgot it looks into the log."""
    function = lab.create("nothing", "echo", "app.handler", "provided.al2023")

    result = lab.invoke(function)

    assert "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]" in lab.log_lines(function)
    assert json.loads(result.payload)["errorType"] == "Runtime.ExitError"


def test_a_runtime_that_aws_has_not_is_refused_in_its_words(cloud: Cloud) -> None:
    """A slip of the pen is told with what may have been meant."""
    with pytest.raises(
        RuntimeNotFoundError, match=r"Value python3\.99 at 'runtime' failed to satisfy constraint"
    ) as caught:
        cloud.functions.build_runtime("python3.99")

    assert "did you mean python3.9" in (caught.value.hint or "")


def test_a_runtime_that_is_not_here_says_what_would_bring_it(cloud: Cloud) -> None:
    """It is no mistake of the user's: the machine lacks an image."""
    with pytest.raises(RuntimeUnavailableError, match=r"^not available here: java21: ") as caught:
        cloud.functions.build_runtime("java21")

    assert "docker pull public.ecr.aws/lambda/java:21" in (caught.value.hint or "")


def test_aws_s_own_image_is_taken_where_it_is_preferred(cloud: Cloud) -> None:
    """CLOUDLET_AWS_RUNTIME_IMAGES decides between two images of one runtime."""
    aws = "public.ecr.aws/lambda/python:3.11"
    if cloud.engine.images.get(aws):
        pytest.skip("this machine has AWS's image, which the test would take away")
    ours = cloud.functions.build_runtime("python3.11")
    cloud.engine.images.tag(ours, aws)
    images = Images(cloud.engine, cloud.home, cloud.settings, cloud.progress, folders=[DEFINITIONS])
    try:
        chosen = [
            LocalRuntimes(cloud.engine, images, cloud.home, prefers_aws=prefers_aws).ensure("python3.11")
            for prefers_aws in (True, False)
        ]
    finally:
        cloud.engine.images.untag(aws)

    assert chosen == [aws, ours]


def test_an_image_of_aws_begins_as_aws_made_it(lab: Lab) -> None:
    """Its /var/runtime/bootstrap looks for the handler, and for a wrapper, by itself."""
    aws = "public.ecr.aws/lambda/python:3.12"
    if lab.cloud.engine.images.get(aws):
        pytest.skip("this machine has AWS's image, which the test would take away")
    ours = lab.cloud.functions.build_runtime("python3.11")
    lines = (
        f"FROM {ours}",
        "COPY --chown=root:root bootstrap /var/runtime/",
        "RUN chmod 755 /var/runtime/bootstrap",
        'ENTRYPOINT ["/bin/false"]',
    )
    bootstrap = "#!/bin/sh\necho from the image\nexec python3.11 /var/runtime/bootstrap.py\n"
    lab.build(aws, "\n".join(lines), {"bootstrap": bootstrap})
    try:
        function = lab.create("aws", "faults", "app.good", "python3.12")
        answer = answer_of(lab, function)
    finally:
        lab.run(lab.fleet.close())  # an image that is in use only loses its name
        lab.cloud.engine.images.untag(aws)

    assert function.image == aws
    assert answer == {"ok": True}
    assert "from the image" in lab.log_lines(function)


@pytest.mark.parametrize("suffix", ["js", "mjs"])
def test_a_layer_brings_modules_for_javascript(lab: Lab, tmp_path: Path, suffix: str) -> None:
    """`require` and `import` find them alike; AWS has both look in /opt/nodejs/node_modules."""
    module = tmp_path / "layer" / "nodejs" / "node_modules" / "shared"
    module.mkdir(parents=True)
    (module / "package.json").write_text('{"name": "shared", "main": "index.js"}')
    (module / "index.js").write_text("exports.value = 42;")
    layer = lab.cloud.functions.layers.publish("modules", tmp_path / "layer").arn("us-east-1")
    code = tmp_path / "code"
    code.mkdir()
    how = {
        "js": 'const { value } = require("shared"); exports.handler = async () => value;',
        "mjs": 'import { value } from "shared"; export const handler = async () => value;',
    }
    (code / f"app.{suffix}").write_text(how[suffix])

    function = lab.cloud.functions.deploy(Deployment(code, "layered", Changes(runtime="nodejs20.x", layers=(layer,))))

    assert answer_of(lab, function) == 42
