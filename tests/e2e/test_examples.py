"""Every folder of examples/, run as its README says."""

import json
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from emulator.cloud import Cloud
from emulator.engine import ContainerSpec, Kind
from emulator.images import Images
from emulator.progress import Silent
from tests.e2e.conftest import PROJECT, User

EXAMPLES = PROJECT / "examples"


@dataclass(frozen=True)
class Browser:
    """A container with a browser, to which names under .localhost are this machine, as to a browser on it."""

    cloud: Cloud
    container: str

    def runs(self, script: str, *words: str) -> str:
        """Return what a script in the container says, which steers the browser."""
        gateway = self.cloud.engine.networks.gateway()
        seen = self.cloud.engine.containers.exec(self.container, ["python3", script, gateway, *words], user="surfer")
        assert seen.exit_code == 0, seen
        return seen.output.decode()


@pytest.fixture
def browser(cloud: Cloud) -> Iterator[Browser]:
    """A browser in a container of its own."""
    images = Images(cloud.engine, cloud.home, cloud.settings, Silent(), folders=[PROJECT / "tests" / "definitions"])
    tag = images.ensure_built(images.find("browser"))
    cloud.engine.networks.ensure_vpc()
    with cloud.engine.containers.temporary(ContainerSpec(tag, Kind.BUILD)) as container_id:
        yield Browser(cloud, container_id)


def test_every_example_has_a_test_here() -> None:
    """
    An example that nobody runs is wrong within a month.
    """
    folders = {path.name for path in EXAMPLES.iterdir() if path.is_dir()}

    assert folders == {"chain", "click-log", "notebook", "pipeline", "query-a-bucket", "sam", "to-database", "website"}


def test_the_index_names_every_example_once() -> None:
    rows = re.findall(r"^\| \[`(.+)`\]\((.+)\) \|", (EXAMPLES / "README.md").read_text(), re.MULTILINE)

    assert sorted(rows) == sorted((path.name, path.name) for path in EXAMPLES.iterdir() if path.name != "README.md")


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


@pytest.mark.timeout(900)
def test_the_website_counts_visits_through_stop_start_and_a_new_database_server(user: User) -> None:
    """
    Two instances, security groups between them, and a volume that outlives both.
    """
    run, clean = EXAMPLES / "website" / "run", EXAMPLES / "website" / "clean"
    rule = "--group-name visits-database --protocol tcp --port 5432 --source-group visits-site"
    site_rule = "--group-name visits-site --protocol tcp --port 80 --cidr 0.0.0.0/0"
    both = "--instance-ids visits-site visits-database"

    def shown() -> str:
        return user.sees(str(run)).splitlines()[-1].split()[2].rstrip(",")

    def visits(url: str) -> int:
        with urllib.request.urlopen(url) as answer:
            return int(answer.headers["X-Visits"])

    # As a run leaves it that was interrupted there.
    user.sees("cloudlet ec2 create-security-group --group-name visits-site --description 'The web site'")
    url = shown()
    first = visits(url)
    assert visits(url) == first + 1

    user.sees(f"cloudlet ec2 revoke-security-group-ingress {rule}")
    with pytest.raises(urllib.error.HTTPError) as refused:
        visits(url)
    assert refused.value.code == 503
    refused.value.close()
    user.sees(f"cloudlet ec2 authorize-security-group-ingress {rule}")
    assert visits(url) > first + 1

    user.sees(f"cloudlet ec2 stop-instances {both}")
    assert visits(shown()) > first + 2
    user.sees(f"cloudlet ec2 terminate-instances {both}")
    assert visits(shown()) > first + 4

    # What is missing is made, whatever else is there: rules, a new database server at another address, its volume.
    user.sees(f"cloudlet ec2 revoke-security-group-ingress {rule}")
    user.sees(f"cloudlet ec2 revoke-security-group-ingress {site_rule}")
    user.sees("cloudlet ec2 terminate-instances --instance-ids visits-database")
    assert visits(shown()) > first + 6
    user.sees("cloudlet ec2 stop-instances --instance-ids visits-database")
    user.sees("cloudlet ec2 detach-volume --volume-id visits-data")
    assert visits(shown()) > first + 8

    user.sees("cloudlet ec2 terminate-instances --instance-ids visits-site")
    user.sees(str(clean))
    for listed in ("describe-volumes", "describe-security-groups --filters Name=group-name,Values=visits-*"):
        assert user.sees(f"cloudlet ec2 {listed} --quiet") == ""
    assert user.sees("cloudlet status --query instances.running").strip() == "0"
    user.sees(str(clean))


@pytest.mark.timeout(600)
def test_a_click_on_the_page_of_a_function_saves_a_line_in_a_bucket(user: User, browser: Browser) -> None:
    """
    By HTTP, as the example's own script does it, and by a browser that opens the page and clicks.
    """
    run, clean = EXAMPLES / "click-log" / "run", EXAMPLES / "click-log" / "clean"

    for _ in ("first", "again"):
        last = user.sees(str(run)).splitlines()[-1]
    url, clicks = last.split()[1], user.home / "s3" / "clicks"
    assert len(list(clicks.rglob("*.log"))) == 2

    saved = browser.runs("/opt/click.py", url).strip()

    line = (clicks / saved.removeprefix("s3://clicks/")).read_text()
    assert ' click "button" ' in line
    assert "Chrome" in line
    assert len(list(clicks.rglob("*.log"))) == 3

    user.sees(str(clean))

    assert user.sees("cloudlet s3 ls --quiet") == ""
    assert user.sees("cloudlet lambda list-functions --quiet") == ""


@pytest.mark.timeout(900)
def test_rows_of_a_dropped_file_end_up_in_the_database(user: User) -> None:
    """
    A function, a library of its own, and an instance by its private name; a file that comes twice counts once.
    """
    run, clean = EXAMPLES / "to-database" / "run", EXAMPLES / "to-database" / "clean"

    for _ in ("first", "again"):
        shown = user.sees(str(run))
        rows = [tuple(part.strip() for part in line.split("|")) for line in shown.splitlines() if line.count("|") == 2]
        assert rows[1:] == [("bread", "3", "16.80"), ("butter", "1", "2.95"), ("jam, apricot", "1", "3.80")]

    user.sees(str(clean))

    assert user.sees("cloudlet lambda list-functions --quiet") == ""
    assert user.sees("cloudlet ec2 describe-security-groups --filters Name=group-name,Values=sales-* --quiet") == ""
    assert user.sees("cloudlet status --query instances.running").strip() == "0"


@pytest.mark.timeout(900)
def test_files_in_a_bucket_s_folder_are_asked_by_four_clients(user: User) -> None:
    """
    They are installed for it and told nothing but what `cloudlet env` prints; what one of them keeps is a file at once.
    """
    cache = user.folder / "cache"
    run, clean = (f"XDG_CACHE_HOME={cache} {EXAMPLES}/query-a-bucket/{name}" for name in ("run", "clean"))

    for objects in (3, 4):
        shown = user.sees(run)
        lines = [" ".join(line.split()) for line in shown.splitlines()]
        assert f"Total Objects: {objects}" in lines
        assert {"2026-01.csv 12 rides", "2026-02.csv 16 rides", "2026-03.csv 20 rides"} <= set(lines)
        assert {"Harbour 18.1", "Museum 21.1", "Old Town 24.4"} <= set(lines)
        assert "Harbour to Market: 7" in lines
    assert (user.home / "s3" / "rides" / "busiest.parquet").read_bytes().startswith(b"PAR1")

    user.sees(clean)

    assert user.sees("cloudlet s3 ls --quiet") == ""
    assert list(cache.iterdir()) == []
    assert user.sees("cloudlet status --query pid").strip() == "null"


@pytest.mark.timeout(600)
def test_a_template_is_deployed_and_its_page_shows_what_its_function_counted(user: User) -> None:
    """
    Twice, and then with another parameter: what the second deployment does not change, it leaves alone.
    """
    run, clean = EXAMPLES / "sam" / "run", EXAMPLES / "sam" / "clean"

    for _ in ("first", "again"):
        shown = user.sees(str(run))
        assert "<tr><td>sales.csv</td><td>3</td></tr>" in shown
    bucket = user.sees("cloudlet stacks counts --query 'Stacks[0].Outputs[0].OutputValue' --output text").strip()

    user.sees(f"cloudlet deploy {EXAMPLES}/sam/template.yaml --stack-name counts --parameter-overrides Suffix=.txt")
    user.sees(f'printf "a\\nb\\n" > "$(cloudlet s3 path s3://{bucket})/notes.txt" && cloudlet wait --timeout 60')
    assert "<tr><td>notes.txt</td><td>2</td></tr>" in user.sees(f"curl --silent {shown.splitlines()[-1].split()[1]}")

    user.sees(str(clean))

    assert user.sees("cloudlet s3 ls --quiet") == ""
    assert user.sees("cloudlet lambda list-functions --quiet") == ""
    assert user.sees("cloudlet events list-rules --quiet") == ""
    assert user.sees("cloudlet stacks --quiet") == ""


@pytest.mark.timeout(600)
def test_three_functions_hand_a_file_on_through_buckets(user: User) -> None:
    """
    Each is run by what the one before it wrote; a file put in the middle goes the rest of the way.
    """
    run, clean = EXAMPLES / "chain" / "run", EXAMPLES / "chain" / "clean"
    chain = ["chain-page", "chain-summarise", "chain-tidy"]

    for _ in ("first", "again"):
        shown = user.sees(str(run))
        assert "<tr><td>attic</td><td>2</td><td>19.5</td><td>22.0</td><td>24.5</td></tr>" in shown
        passes = json.loads(user.sees("cloudlet events list --max-items 3 --output json"))["Events"]
        assert [(one["FunctionName"], one["State"]) for one in passes] == [(name, "done") for name in chain]
        assert all(one["FunctionName"] in shown for one in passes)
        assert max(len(line.expandtabs()) for line in shown.splitlines()[:-1]) <= 80

    user.sees('echo "time,room,degrees" > "$(cloudlet s3 path s3://chain-tidy)/none.csv" && cloudlet wait --timeout 60')
    assert (user.home / "s3" / "chain-pages" / "none.html").read_text().count("<tr>") == 1

    user.sees(str(clean))

    assert user.sees("cloudlet s3 ls --quiet") == ""
    assert user.sees("cloudlet lambda list-functions --quiet") == ""


@pytest.mark.timeout(900)
def test_a_notebook_shows_what_a_function_made_of_its_data(user: User) -> None:
    """
    Executed in an environment of its own; kept with its results in a bucket, and left as it was in the checkout.
    """
    cache, notebook = user.folder / "cache", EXAMPLES / "notebook" / "takings.ipynb"
    run, clean = (f"XDG_CACHE_HOME={cache} {EXAMPLES}/notebook/{name}" for name in ("run", "clean"))
    before = notebook.read_bytes()
    results = user.home / "s3" / "takings-results"

    for _ in ("first", "again"):
        shown = user.sees(run)
        assert "Mon          410     490      570" in shown
        assert f"Sun  2187 {'█' * 21}" in shown
        kept = json.loads((results / "takings.ipynb").read_text())
        assert [bool(cell["outputs"]) for cell in kept["cells"] if cell["cell_type"] == "code"] == [True] * 3
        assert "Mon,Harbour,410" in (results / "september.csv").read_text().splitlines()
    assert notebook.read_bytes() == before

    user.sees(clean)

    assert user.sees("cloudlet s3 ls --quiet") == ""
    assert user.sees("cloudlet lambda list-functions --quiet") == ""
    assert not (cache / "cloudlet-notebook").exists()


@pytest.mark.timeout(600)
@pytest.mark.parametrize("aws", ["cloudlet", str(Path(sys.executable).with_name("aws"))], ids=["cloudlet", "aws"])
def test_the_makefile_tells_its_story_with_either_command(user: User, aws: str) -> None:
    """
    One word apart: the AWS CLI, pointed at the same cloud, runs the same lines.
    """
    cache = user.folder / "cache"
    make = f"XDG_CACHE_HOME={cache} make -C {EXAMPLES} AWS={aws}"
    user.sees("cloudlet start")

    for _ in ("first", "again"):
        shown = user.sees(f'eval "$(cloudlet env)"; {make}')
        assert '{"key": "sales.csv", "lines": 6}' in shown
        assert (user.home / "s3" / "counted" / "counts" / "sales.csv.json").exists()

    for _ in ("first", "again"):
        user.sees(f'eval "$(cloudlet env)"; {make} clean')

    assert user.sees("cloudlet s3 ls --quiet") == ""
    assert user.sees("cloudlet lambda list-functions --quiet") == ""
    assert not (cache / "cloudlet-make").exists()
