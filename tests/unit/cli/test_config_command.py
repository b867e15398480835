"""`cloudlet config show`: what holds and why, in every form; mistakes end every command alike."""

import json
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Cloudlet


def test_every_setting_is_shown_with_its_origin(cloudlet: Cloudlet, tmp_path: Path) -> None:
    (tmp_path / "cloudlet.toml").write_text("port = 4570\nsecret_access_key = 'hush'\n")

    table, told = cloudlet("config", "show"), cloudlet("config", "show", "--output", "json")

    rows = [line.split(None, 2) for line in table.stdout.splitlines()]
    assert rows[0] == ["SETTING", "VALUE", "ORIGIN"]
    assert ["home", str(tmp_path / "home"), "variable CLOUDLET_HOME"] in rows
    assert ["port", "4570", f"file {tmp_path}/cloudlet.toml: port"] in rows
    document = json.loads(told.stdout)
    by_name = {one["Name"]: one for one in document["Settings"]}
    assert by_name["output"] == {"Name": "output", "Value": "json", "Origin": "option --output"}
    assert by_name["docker_context"] == {"Name": "docker_context", "Value": None, "Origin": "default"}
    assert document["Files"] == [f"{tmp_path}/cloudlet.toml"]
    assert "hush" not in table.stdout + told.stdout


@pytest.mark.parametrize("output", ["yaml", "text"])
def test_it_is_told_in_the_other_forms_too(cloudlet: Cloudlet, output: str) -> None:
    shown = cloudlet("config", "show", "--output", output)

    assert (shown.exit_code, "CLOUDLET_HOME" in shown.stdout) == (0, True)


@pytest.mark.parametrize("words", [("config", "show"), ("s3", "ls"), ("ec2", "describe-instances"), ("start",)])
def test_a_file_with_mistakes_is_a_usage_error_of_every_command(
    cloudlet: Cloudlet, tmp_path: Path, words: tuple[str, ...]
) -> None:
    """A command that went on with half of the settings would do something else than what was meant."""
    (tmp_path / "cloudlet.toml").write_text("prot = 1\nport = -1\n")

    outcome = cloudlet(*words)

    assert (outcome.exit_code, outcome.stdout) == (2, "")
    assert outcome.stderr.splitlines() == [
        f"error: {tmp_path}/cloudlet.toml: prot: there is no such setting; did you mean port?",
        f"error: {tmp_path}/cloudlet.toml: port: -1 is not a whole number from 0 to 65535",
        "hint: see `cloudlet help configuration`",
    ]


def test_help_and_version_need_no_settings(cloudlet: Cloudlet, tmp_path: Path) -> None:
    """Who mends a file looks there."""
    (tmp_path / "cloudlet.toml").write_text("prot = 1\n")

    assert cloudlet("help", "configuration").exit_code == 0
    assert cloudlet("--version").exit_code == 0


def test_two_projects_have_a_home_each(cloudlet: Cloudlet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Side by side: what is in one is not in the other, and none is named on the command line."""
    monkeypatch.delenv("CLOUDLET_HOME")
    for project in ("one", "two"):
        (tmp_path / project).mkdir()
        (tmp_path / project / "cloudlet.toml").write_text("home = '.cloud'\n")
        monkeypatch.chdir(tmp_path / project)
        assert cloudlet("s3", "mb", f"s3://bucket-of-{project}").exit_code == 0

    listed = cloudlet("s3", "ls").stdout

    assert "bucket-of-two" in listed
    assert "bucket-of-one" not in listed
    assert (tmp_path / "one" / ".cloud" / "s3" / "bucket-of-one").is_dir()
