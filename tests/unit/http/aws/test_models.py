"""The files of the models are what `make models` makes, and every line of them can be used."""

import subprocess
import sys

import botocore
import pytest

from emulator.http.aws.models import FOLDER, read_model
from emulator.http.aws.models.__main__ import SERVICES, installed


@pytest.mark.parametrize("service", SERVICES)
def test_a_model_is_what_botocore_says(service: str) -> None:
    """
    A change by hand would be lost by the next `make models`. With another botocore, the other tests still must pass.
    """
    if botocore.__version__ != read_model(service).version:
        pytest.skip(f"made from botocore {read_model(service).version}; installed is {botocore.__version__}")

    assert (FOLDER / f"{service}.json").read_text() == installed(service)


@pytest.mark.parametrize("service", SERVICES)
def test_a_model_says_whose_it_is(service: str) -> None:
    """
    The licence asks for that.
    """
    assert "botocore" in read_model(service).raw["about"]
    assert "Apache-2.0" in read_model(service).raw["about"]
    assert (FOLDER / f"{service}.json").stat().st_size < 150_000


def test_a_server_never_loads_botocore() -> None:
    """
    It is a tool of developers, and 16 MB in a process.
    """
    program = "import sys; from emulator.http.aws.s3 import s3; s3(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert "emulator.http.aws.models" in done.stdout.split()
    assert not {"botocore", "boto3", "aiohttp"} & set(done.stdout.split())
