"""Functions whose code is a container image: any image of the local store with a Lambda entry point."""

import json
import secrets
from collections.abc import Iterator

import pytest

from emulator.errors import EmulatorError
from emulator.functions import Function
from emulator.functions.changes import Changes
from emulator.functions.control import Code, Making
from emulator.functions.definition import ImageConfig
from emulator.functions.errors import InvalidFunctionError
from tests.integration.functions.conftest import HANDLERS, Lab

RIC = """
FROM {python}
COPY app.py /function/
ENV TABLE=penguins PATH=/somewhere:$PATH
WORKDIR /function
ENTRYPOINT ["/var/lang/bin/python3.11", "-m", "awslambdaric"]
CMD ["app.handler"]
"""

# As in AWS's images: its emulator is for a machine without Lambda, which the Runtime API's address tells.
ENTRYPOINT = """#!/bin/sh
if [ $# -ne 1 ]; then echo "entrypoint requires the handler name to be the first argument" 1>&2; exit 142; fi
export _HANDLER="$1"
if [ -z "$AWS_LAMBDA_RUNTIME_API" ]; then exec /usr/local/bin/aws-lambda-rie /var/runtime/bootstrap.py; fi
cd "$LAMBDA_TASK_ROOT"
exec /var/lang/bin/python3.11 /var/runtime/bootstrap.py
"""
RIE = """
FROM {python}
COPY app.py /var/task/
COPY --chown=root:root lambda-entrypoint.sh /
RUN chmod 755 /lambda-entrypoint.sh
ENV LAMBDA_TASK_ROOT=/var/task LAMBDA_RUNTIME_DIR=/var/runtime
WORKDIR /var/task
ENTRYPOINT ["/lambda-entrypoint.sh"]
CMD ["app.handler"]
"""

# Busybox is the only file with a program in it, and is not called sh.
BOOTSTRAP = """
while true; do
  /busybox wget -q -S -O /tmp/event "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation/next" 2> /tmp/headers
  id=$(/busybox sed -n 's/^ *Lambda-Runtime-Aws-Request-Id: *//Ip' /tmp/headers | /busybox tr -d '\\r')
  echo serving
  /busybox wget -q -O /dev/null --post-file /tmp/event \
    "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation/$id/response"
done
"""
WITHOUT_A_SHELL = """
FROM {provided} AS tools
FROM scratch
COPY --from=tools /bin/busybox /busybox
COPY bootstrap /bootstrap
ENTRYPOINT ["/busybox", "sh", "/bootstrap"]
"""


class Box:
    """One image under a name of its own, and the function that it is."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.uri = f"cloudlet-test-{secrets.token_hex(4)}:latest"

    def build(self, dockerfile: str, **files: str) -> str:
        """Build the image and return its id."""
        runtimes = {"python": "python3.11", "provided": "provided.al2023"}
        bases = {name: self.lab.cloud.functions.build_runtime(runtime) for name, runtime in runtimes.items()}
        content = {"app.py": (HANDLERS / "echo" / "app.py").read_text(), **files}
        self.lab.build(self.uri, dockerfile.format(**bases), content)
        image = self.lab.cloud.engine.images.get(self.uri)
        assert image
        return image.id

    def create(self, config: ImageConfig | None = None) -> Function:
        code, asked = Code(image_uri=self.uri), Changes(image_config=config)
        return self.lab.cloud.functions.control.create("boxed", code, asked, Making())

    def remove(self) -> None:
        self.lab.cloud.engine.images.untag(self.uri)


@pytest.fixture
def box(lab: Lab) -> Iterator[Box]:
    """An image that is gone afterwards, if it was built."""
    box = Box(lab)
    yield box
    lab.run(lab.fleet.close())  # an image that is in use only loses its name
    box.remove()


def answer_of(lab: Lab, function: Function, payload: bytes = b'{"a": 1}') -> object:
    result = lab.invoke(function, payload)
    assert result.function_error is None, (result.payload, result.log_tail)
    return json.loads(result.payload)


def test_an_image_with_aws_s_runtime_client_is_a_function(lab: Lab, box: Box) -> None:
    """Its own entry point, command, folder and variables; AWS's user, and AWS's variables beside its own."""
    image_id = box.build(RIC)
    function = box.create()

    seen = answer_of(lab, function)

    assert function.code_sha256 == image_id.removeprefix("sha256:")
    assert isinstance(seen, dict)
    assert (seen["event"], seen["user"], seen["cwd"]) == ({"a": 1}, 993, "/function")
    environment = seen["environment"]
    assert environment["TABLE"] == "penguins"
    assert environment["PATH"].startswith("/somewhere:")
    assert environment["AWS_LAMBDA_FUNCTION_NAME"] == "boxed"
    assert environment["AWS_EXECUTION_ENV"] == "AWS_Lambda_Image"
    assert "LD_LIBRARY_PATH" not in environment
    assert "handling {'a': 1}" in lab.log_lines(function)


def test_an_image_config_replaces_what_the_image_says(lab: Lab, box: Box) -> None:
    """One image may hold several handlers."""
    box.build(RIC)
    code = "import os, app, awslambdaric.__main__ as client; client.main(['', 'app.handler'])"
    entry_point = ("/var/lang/bin/python3.11", "-c", f"import sys; sys.path.append('/function'); {code}")

    seen = answer_of(lab, box.create(ImageConfig(entry_point=entry_point, working_directory="/usr")))

    assert isinstance(seen, dict)
    assert seen["cwd"] == "/usr"


def test_an_image_that_has_aws_s_emulator_goes_straight_to_its_runtime(lab: Lab, box: Box) -> None:
    """The emulator would listen on a port of its own, and nobody would ever ask it."""
    box.build(RIE, **{"lambda-entrypoint.sh": ENTRYPOINT})

    seen = answer_of(lab, box.create())

    assert isinstance(seen, dict)
    assert seen["cwd"] == "/var/task"
    assert seen["environment"]["_HANDLER"] == "app.handler"


def test_an_image_needs_no_shell(lab: Lab, box: Box) -> None:
    """A program alone is a function, too, and what it prints is in its log."""
    box.build(WITHOUT_A_SHELL, bootstrap=BOOTSTRAP)
    function = box.create()

    answers = [answer_of(lab, function, payload) for payload in (b'{"a":1}', b"[2]")]

    assert answers == [{"a": 1}, [2]]
    assert lab.log_lines(function).count("serving") == 2


def test_an_image_that_is_not_here_is_no_function(box: Box) -> None:
    """AWS's words, and where the image has to be."""
    with pytest.raises(
        InvalidFunctionError, match=f"Source image {box.uri} does not exist. Provide a valid source image."
    ):
        box.create()


def test_an_image_that_was_removed_is_named(lab: Lab, box: Box) -> None:
    """A prune takes images away; whoever invokes the function must read how to bring it back."""
    box.build(RIC)
    function = box.create()
    box.remove()

    with pytest.raises(EmulatorError, match=f"the image of boxed is gone from the local store: {box.uri}") as caught:
        lab.invoke(function)

    assert "update-function-code" in (caught.value.hint or "")
