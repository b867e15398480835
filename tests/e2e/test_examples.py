"""Every folder of examples/, run as its README says."""

import json
import urllib.request

import pytest

from tests.e2e.conftest import PROJECT, User

EXAMPLES = PROJECT / "examples"


def test_every_example_has_a_test_here() -> None:
    """
    An example that nobody runs is wrong within a month.
    """
    folders = {path.name for path in EXAMPLES.iterdir() if path.is_dir()}

    assert folders == {"pipeline"}


@pytest.mark.timeout(600)
def test_the_pipeline_shows_what_a_function_made_of_a_dropped_file(user: User) -> None:
    """
    The main story; people run it twice, and then want it gone.
    """
    run, clean = EXAMPLES / "pipeline" / "run", EXAMPLES / "pipeline" / "clean"

    for _ in ("first", "again"):
        last = user.sees(str(run)).splitlines()[-1]

    url, results = last.split()[2], user.folder / last.split()[4].rstrip(";")
    with urllib.request.urlopen(f"{url}summary.json") as answer:
        summary = json.load(answer)
    assert summary["rows"] == 344
    assert [one["species"] for one in summary["species"]] == ["Adelie", "Chinstrap", "Gentoo"]
    assert (results / "chart.png").read_bytes().startswith(b"\x89PNG")

    user.sees(str(clean))

    assert user.sees("cloudlet s3 ls --quiet") == ""
    assert user.sees("cloudlet lambda list-functions --quiet") == ""
    assert user.sees("cloudlet status --query instances.running").strip() == "0"
