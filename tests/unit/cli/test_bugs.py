"""A mistake of ours: what is shown of it, and the file that belongs to a report, which tells nobody's secrets."""

import re
from importlib import metadata
from pathlib import Path

import pytest

from cli import errors
from cli.main import run
from tests.unit.cli.conftest import Cloudlet

LOG = """\
2026-11-26 10:00:00,000 INFO emulator.http.server: server started: port=4566 recovered_events=0
2026-11-26 10:00:01,000 WARNING x: object is gone: bucket=raw key='Anna\\'s salary.csv' tries=3
2026-11-26 10:00:02,000 WARNING x: folder is gone: path=/data/merger with acme/x.csv reason=gone
2026-11-26 10:00:03,000 ERROR x: asked http://me:pa55@proxy:3128/ with X-Amz-Signature=5ec4e7 and more
AWS_SECRET_ACCESS_KEY=5ec4e7 Authorization: AWS4-HMAC-SHA256 Credential=AKIAABCDEFGHIJKLMNOP
    {"password": "5ec4e7", "n": 1} AKIAABCDEFGHIJKLMNOP s3://raw/Anna.csv
  File "HOME/venv/x.py" says mysecretword
"""


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's own folder, with a cloud in it whose server has had its say, and secrets all around."""
    home = tmp_path / "user"
    (home / "cloud" / "logs").mkdir(parents=True)
    (home / "cloud" / "logs" / "server.log").write_text(LOG.replace("HOME", str(home)))
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("CLOUDLET_SECRET_ACCESS_KEY", "mysecretword")
    monkeypatch.setenv("HTTPS_PROXY", "http://me:pa55@proxy:3128")
    monkeypatch.setenv("MY_TOKEN", "of-no-concern")
    return home


def test_a_mistake_of_ours_is_shown_with_where_and_how_to_report_it(capsys: pytest.CaptureFixture[str]) -> None:
    """The traceback for us, and two lines for whoever has it on the screen."""
    exit_code = run([object()])  # type: ignore[list-item]  # words that are none: nobody is prepared for them

    said = capsys.readouterr()
    lines = said.err.splitlines()
    assert (exit_code, said.out) == (errors.BUG, "")
    assert "Traceback (most recent call last):" in lines
    assert re.fullmatch(r"error: \w+Error: .*; this is a bug in cloudlet", lines[-2])
    assert re.fullmatch(
        r"hint: report it at .+, with what stands above, .* `cloudlet doctor --report` writes", lines[-1]
    )


def test_reports_go_where_the_package_says() -> None:
    named = metadata.metadata("cloudlet").get_all("Project-URL") or []

    assert (errors.where_to_report() == "the project's issue tracker") == (not any("ssues" in one for one in named))


@pytest.fixture
def told(cloudlet: Cloudlet, user: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("CLOUDLET_HOME", str(user / "cloud"))
    outcome = cloudlet("doctor", "--report", "-")
    assert outcome.exit_code == 0, outcome.stderr
    return outcome.stdout


def test_a_report_tells_how_things_are(told: str, user: Path) -> None:
    """Also where there is no engine: that is when a report is made."""
    titles = [line for line in told.splitlines() if line.startswith("## ")]

    assert [one.split()[1] for one in titles] == ["Versions", "Checks", "Settings", "Resources", "Last"]
    assert re.search(r"^cloudlet \d", told, re.MULTILINE)
    assert re.search(r"^FAIL  engine: ", told, re.MULTILINE)
    assert "home: ~/cloud (variable CLOUDLET_HOME)" in told
    assert "instances: cannot be told: EngineUnreachableError: no container engine answers" in told
    assert "buckets: none\n" in told
    assert "server started: port=4566 recovered_events=0" in told
    assert "object is gone: bucket=raw key=… tries=3" in told
    assert "reason=gone" in told
    assert 'File "~/venv/x.py"' in told


def test_what_cannot_be_told_says_so_and_the_rest_is_told(
    cloudlet: Cloudlet, user: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is broken must not keep the report of it from being made."""
    monkeypatch.setenv("CLOUDLET_HOME", str(user / "cloud"))
    (user / "cloud" / "state.db").write_text("no database at all, but long enough to be taken for one" * 100)

    outcome = cloudlet("doctor", "--report", "-")

    assert outcome.exit_code == 0, outcome.stderr
    assert "buckets: cannot be told: HomeUnusableError: the home ~/cloud cannot be used" in outcome.stdout
    assert "port: 4566 (default)" in outcome.stdout
    assert "server started: port=4566" in outcome.stdout


def test_a_report_tells_no_secrets_and_no_names_of_objects(told: str, user: Path) -> None:
    """It is sent to strangers."""
    for secret in ("mysecretword", "pa55", "5ec4e7", "AKIA", "Anna", "acme", "of-no-concern", str(user)):
        assert secret not in told


def test_a_report_is_written_for_its_user_alone(cloudlet: Cloudlet, tmp_path: Path) -> None:
    """Where it is said, or into a file that has the time in its name."""
    said, unsaid = cloudlet("doctor", "--report", "mine.txt"), cloudlet("doctor", "--report")

    assert said.stdout == f"{tmp_path}/mine.txt\n"
    assert (tmp_path / "mine.txt").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "mine.txt").read_text().startswith("# cloudlet report, ")
    assert "hint: " not in said.stderr
    assert "attach it to a report at " in said.stderr
    assert re.fullmatch(rf"{tmp_path}/cloudlet-report-\d{{8}}-\d{{6}}\.txt\n", unsaid.stdout)


def test_a_file_without_report_is_a_mistake(cloudlet: Cloudlet) -> None:
    outcome = cloudlet("doctor", "mine.txt")

    assert (outcome.exit_code, outcome.stderr.splitlines()[-1]) == (2, "hint: add --report, or leave it out")
