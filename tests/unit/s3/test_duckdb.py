"""DuckDB's httpfs, unmodified but for the endpoint, where every request must be signed."""

import dataclasses
from pathlib import Path

import pytest

from emulator.buckets import Buckets
from emulator.settings import Settings
from tests.unit.buckets.conftest import Recorder
from tests.unit.s3.conftest import Ask

MADE = [[True]]
WRITTEN = 100_000


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return dataclasses.replace(settings, require_auth=True)


SECRET = "CREATE SECRET (TYPE s3, KEY_ID 'test', SECRET 'test', ENDPOINT 'HOST', URL_STYLE 'path', USE_SSL false)"
SETTINGS = (
    "SET s3_endpoint = 'HOST'",
    "SET s3_url_style = 'path'",
    "SET s3_use_ssl = false",
    "SET s3_access_key_id = 'test'",
    "SET s3_secret_access_key = 'test'",
)


@pytest.mark.parametrize("known", [(SECRET,), SETTINGS], ids=["secret", "settings"])
def test_tables_are_read_from_files_that_were_dropped(
    ask: Ask, raw: Path, buckets: Buckets, known: tuple[str, ...]
) -> None:
    """
    By name and by pattern, with anything in a name, however DuckDB was told of the endpoint.
    """
    (raw / "d" / "é +%").mkdir(parents=True)
    for number in range(3):
        (raw / "d" / "é +%" / f"{number}.csv").write_text(f"n,text\n{number},row {number}\n")
    (raw / "d" / "é +%" / "3.txt").write_text("no table")
    (raw / "one.json").write_text('{"n": 1}\n')
    buckets.scan("raw")

    *_, one, all_of_them, names, text, document = ask(
        *known,
        "FROM 's3://raw/d/é +%/1.csv'",
        "SELECT sum(n) FROM read_csv('s3://raw/**/*.csv')",
        "SELECT file FROM glob('s3://raw/*/*/[12].*')",
        "SELECT content FROM read_text('s3://raw/d/*/3.txt')",
        "FROM 's3://raw/one.json'",
    )

    assert one == [[1, "row 1"]]
    assert all_of_them == [[3]]
    assert names == [["s3://raw/d/é +%/1.csv"], ["s3://raw/d/é +%/2.csv"]]
    assert text == [["no table"]]
    assert document == [[1]]


def test_a_table_is_written_as_csv_and_parquet_and_read_back(ask: Ask, raw: Path, recorder: Recorder) -> None:
    """
    Each is one object, which causes one event. Of Parquet, ranges are read.
    """
    table = f"(SELECT range AS n, 'row ' || range AS text FROM range({WRITTEN}))"
    secret, _, _, _, csv, parquet, last = ask(
        SECRET,
        f"COPY {table} TO 's3://raw/t/all.csv'",
        f"COPY {table} TO 's3://raw/t/all.csv.gz'",
        f"COPY {table} TO 's3://raw/t/all.parquet' (FORMAT parquet, ROW_GROUP_SIZE 10000)",
        "SELECT count(*), sum(n) FROM 's3://raw/t/all.csv.gz'",
        "SELECT count(*), sum(n) FROM 's3://raw/t/all.parquet'",
        f"SELECT text FROM 's3://raw/t/all.parquet' WHERE n = {WRITTEN - 1}",
    )

    assert secret == MADE
    assert csv == parquet == [[WRITTEN, WRITTEN * (WRITTEN - 1) // 2]]
    assert last == [[f"row {WRITTEN - 1}"]]
    assert len((raw / "t/all.csv").read_text().splitlines()) == WRITTEN + 1
    assert sorted(key for _, key in recorder.seen) == ["t/all.csv", "t/all.csv.gz", "t/all.parquet"]


def test_large_tables_are_written_in_parts(ask: Ask, raw: Path, recorder: Recorder, buckets: Buckets) -> None:
    secret, small_parts, _, read = ask(
        SECRET,
        "SET s3_uploader_max_filesize = '50GB'",
        "COPY (SELECT range AS n, md5(range::VARCHAR) AS text FROM range(700_000)) TO 's3://raw/large.csv'",
        "SELECT count(*), count(DISTINCT text), sum(n) FROM 's3://raw/large.csv'",
    )

    assert (secret, small_parts) == (MADE, [])
    assert read == [[700_000, 700_000, 700_000 * 699_999 // 2]]
    assert recorder.seen == [("ObjectCreated:CompleteMultipartUpload", "large.csv")]
    assert int(buckets.objects.head("raw", "large.csv").etag.partition("-")[2]) > 1
    assert buckets.uploads.page("raw").uploads == ()


def test_partitions_are_folders(ask: Ask, raw: Path) -> None:
    """
    Written, appended to, read by one of them, and written over: what was there is removed first.
    """
    table = "(SELECT range AS n, range % 3 AS k, 'a b+%/é' AS x FROM range(3000))"
    written = "(FORMAT parquet, PARTITION_BY (k, x)"
    read = "SELECT count(*), min(k), max(x) FROM read_parquet('s3://raw/p/**/*.parquet', hive_partitioning = true)"

    _, _, first, one, refused, _, more, _, again = ask(
        SECRET,
        f"COPY {table} TO 's3://raw/p' {written})",
        read,
        f"{read} WHERE k = 2",
        f"COPY {table} TO 's3://raw/p' {written})",
        f"COPY {table} TO 's3://raw/p' {written}, APPEND)",
        read,
        f"COPY {table} TO 's3://raw/p' {written}, OVERWRITE)",
        read,
    )

    assert first == again == [[3000, 0, "a b+%/é"]]
    assert one == [[1000, 2, "a b+%/é"]]
    assert "not empty" in refused
    assert more == [[6000, 0, "a b+%/é"]]
    assert sorted(path.name for path in (raw / "p").iterdir()) == ["k=0", "k=1", "k=2"]
    assert len([path for path in raw.rglob("*") if path.is_file()]) == 3


def test_the_bucket_may_be_in_the_host_s_name(ask: Ask, endpoint: str, raw: Path) -> None:
    """
    DuckDB knows that names under .localhost are this machine, even where the system does not.
    """
    named = SECRET.replace("HOST", "s3.localhost:" + endpoint.rpartition(":")[2]).replace("'path'", "'vhost'")

    _, _, files, read = ask(
        named, "COPY (SELECT 7 AS n) TO 's3://raw/d/é.csv'", "FROM glob('s3://raw/**')", "FROM 's3://raw/d/é.csv'"
    )

    assert (raw / "d/é.csv").read_text() == "n\n7\n"
    assert files == [["s3://raw/d/é.csv"]]
    assert read == [[7]]


def test_what_is_refused_is_told_in_words(ask: Ask, raw: Path) -> None:
    (raw / "a.csv").write_text("n\n1\n")
    secret = SECRET.replace("SECRET (", "OR REPLACE SECRET ours (")

    _, no_key, no_match, no_bucket, nowhere, right, _, wrong = ask(
        secret,
        "FROM 's3://raw/none.csv'",
        "FROM 's3://raw/none/*.csv'",
        "FROM 's3://none/*.csv'",
        "COPY (SELECT 1) TO 's3://none/a.csv'",
        "FROM 's3://raw/a.csv'",
        secret.replace("SECRET 'test'", "SECRET 'other'"),
        "FROM 's3://raw/a.csv'",
    )

    assert "404" in no_key
    assert "No files found" in no_match
    assert "NoSuchBucket" in no_bucket
    assert "NoSuchBucket" in nowhere
    assert right == [[1]]
    assert "SignatureDoesNotMatch" in wrong
