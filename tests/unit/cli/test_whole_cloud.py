"""The commands about the whole cloud, as far as they need no engine."""

from pathlib import Path

import pytest

from cli.errors import NO_ENGINE, USAGE
from tests.unit.cli.conftest import Cloudlet


def test_nothing_is_removed_while_the_engine_does_not_answer(cloudlet: Cloudlet, tmp_path: Path) -> None:
    """Instances would run on, with nothing left here that knows of them."""
    cloudlet("s3", "mb", "s3://kept")

    outcome = cloudlet("reset", "--yes")

    assert outcome.exit_code == NO_ENGINE
    assert "no container engine answers" in outcome.stderr
    assert (tmp_path / "home" / "s3" / "kept").is_dir()


def test_what_env_prints_is_safe_to_evaluate(cloudlet: Cloudlet, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shell runs these lines: what is no region is not among them."""
    monkeypatch.setenv("AWS_REGION", "here; touch there")

    outcome = cloudlet("env")

    assert (outcome.exit_code, outcome.stdout) == (USAGE, "")
    assert outcome.stderr == (
        "error: AWS_REGION='here; touch there' is not the name of a region, such as us-east-1 or eu-west-1\n"
        "hint: see `cloudlet help configuration`\n"
    )
