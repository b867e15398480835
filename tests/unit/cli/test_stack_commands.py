"""`deploy`, `destroy` and `stacks`, as they are typed."""

import json
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Cloudlet

TEMPLATE = """
Parameters: {Stage: {Type: String, Default: dev}, Secret: {Type: String, NoEcho: true, Default: hush}}
Resources: {Raw: {Type: AWS::S3::Bucket, Properties: {Tags: [{Key: stage, Value: !Ref Stage}]}}}
Outputs: {Raw: {Value: !Ref Raw, Description: Drop here.}}
"""


@pytest.fixture
def photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder `my_photos` with a template in it, and a shell that is there."""
    folder = tmp_path / "my_photos"
    folder.mkdir()
    (folder / "template.yaml").write_text(TEMPLATE)
    monkeypatch.chdir(folder)
    return folder


def test_a_stack_is_called_as_the_folder_of_its_template(cloudlet: Cloudlet, photos: Path) -> None:
    deployed = cloudlet("deploy", "--output", "json")

    (stack,) = json.loads(deployed.stdout)["Stacks"]
    assert (stack["StackName"], stack["StackStatus"]) == ("my-photos", "CREATE_COMPLETE")
    assert stack["Outputs"] == [
        {
            "OutputKey": "Raw",
            "OutputValue": stack["StackResources"][0]["PhysicalResourceId"],
            "Description": "Drop here.",
        }
    ]
    assert {"ParameterKey": "Secret", "ParameterValue": "****"} in stack["Parameters"]
    assert cloudlet("stacks", "--quiet").stdout == "my-photos\n"


def test_a_dry_run_shows_the_changes_and_makes_none(cloudlet: Cloudlet, photos: Path) -> None:
    shown = cloudlet("deploy", "template.yaml", "--stack-name", "a", "--dry-run")

    assert shown.stdout.splitlines()[1].split() == ["Add", "Raw", "AWS::S3::Bucket", "-", "-"]
    assert cloudlet("s3", "ls").stdout == ""
    assert cloudlet("stacks").stdout == ""

    cloudlet("deploy", "--stack-name", "a")
    words = (
        "--stack-name",
        "a",
        "--parameter-overrides",
        "ParameterKey=Stage,ParameterValue=prod",
        "Secret=x",
        "--dry-run",
        "--output",
        "json",
    )
    (change,) = json.loads(cloudlet("deploy", *words).stdout)["Changes"]
    assert change["ResourceChange"]["Action"] == "Modify"
    assert change["ResourceChange"]["Replacement"] == "False"
    assert [one["Target"]["Name"] for one in change["ResourceChange"]["Details"]] == ["Tags"]


def test_nothing_to_do_is_said_and_is_no_failure(cloudlet: Cloudlet, photos: Path) -> None:
    """A Makefile deploys each time that it runs."""
    cloudlet("deploy")

    again = cloudlet("deploy")

    assert again.exit_code == 0
    assert again.stderr == "No updates are to be performed.\n"


def test_destroy_without_a_name_means_the_only_stack(cloudlet: Cloudlet, photos: Path) -> None:
    cloudlet("deploy", "--stack-name", "one")
    cloudlet("deploy", "--stack-name", "two")

    asked = cloudlet("destroy")
    assert (asked.exit_code, asked.stderr.splitlines()[-1]) == (2, "hint: there are: one, two")

    assert cloudlet("destroy", "two").exit_code == 0
    assert cloudlet("destroy").exit_code == 0
    assert cloudlet("s3", "ls").stdout == ""


@pytest.mark.parametrize(
    ("words", "exit_code", "said"),
    [
        (("deploy", "none.yaml"), 1, "error: Invalid template path none.yaml (NotFound)"),
        (("deploy", "--stack-name", "1a"), 2, "error: 1 validation error detected: Value '1a' at 'stackName'"),
        (("deploy", "--parameter-overrides", "Stage"), 2, "error: Invalid value for --parameter-overrides"),
        (("destroy", "nobody"), 1, "error: Stack with id nobody does not exist (ValidationError)"),
        (("stacks", "nobody"), 1, "error: Stack with id nobody does not exist (ValidationError)"),
    ],
)
def test_what_cannot_be_is_refused(
    cloudlet: Cloudlet, photos: Path, words: tuple[str, ...], exit_code: int, said: str
) -> None:
    refused = cloudlet(*words)

    assert refused.exit_code == exit_code
    assert refused.stderr.startswith(said.removesuffix(" (NotFound)"))


def test_an_export_says_all_or_nothing(cloudlet: Cloudlet, photos: Path) -> None:
    """Whether instances run is not known without the engine that is named: a template without them would be wrong."""
    cloudlet("deploy")

    refused = cloudlet("export", "copy")

    assert refused.exit_code == 3
    assert not (photos / "copy").exists()
    assert cloudlet("export").stderr.startswith(f"error: {Path('template.yaml')} is here already")
