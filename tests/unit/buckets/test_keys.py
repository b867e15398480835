"""Names decide which files are objects, and that no key leads out of its bucket."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.buckets.errors import InvalidBucketNameError, InvalidKeyError, KeyTooLongError, UnstorableKeyError
from emulator.buckets.keys import check_bucket_name, check_key, is_temporary, key_of, may_be_temporary, relative_path
from emulator.errors import InvalidRequestError


@pytest.mark.parametrize("name", ["raw", "my-data.2026", "a1b", "x" * 63])
def test_a_name_that_aws_takes_is_taken(name: str) -> None:
    """
    A script that works on AWS must not fail here over a name.
    """
    check_bucket_name(name)


@pytest.mark.parametrize(
    "name", ["ab", "x" * 64, "Raw", "a_b", "-ab", "ab-", "a..b", "192.168.0.1", "xn--abc", "abc-s3alias", "../etc", ""]
)
def test_a_name_that_aws_refuses_is_refused(name: str) -> None:
    """
    What works here must work on AWS, and a name becomes a folder.
    """
    with pytest.raises(InvalidBucketNameError):
        check_bucket_name(name)


@pytest.mark.parametrize("key", ["a/../b", "a//b", "/a", "a/", ".", "a/./b", "a\0b", "x" * 256])
def test_a_key_that_a_folder_cannot_hold_is_refused_with_its_reason(key: str) -> None:
    """
    A bent key would be another object, or a file outside the bucket.
    """
    with pytest.raises(UnstorableKeyError, match="cannot be a file"):
        relative_path(key)


@pytest.mark.parametrize("key", ["..", "../x", "a/../../x", "/../x"])
def test_a_key_that_leads_above_its_bucket_is_none(key: str) -> None:
    """
    AWS refuses these, and only these.
    """
    with pytest.raises(InvalidKeyError):
        check_key(key)
    check_key("a/../x")


def test_a_key_is_at_most_1024_bytes_of_utf_8() -> None:
    """
    The limit is AWS's, and counts bytes, not characters.
    """
    assert relative_path("é/" * 300 + "x")

    with pytest.raises(KeyTooLongError):
        relative_path("é/" * 400)


@given(st.text())
def test_no_key_leads_out_of_its_folder(key: str) -> None:
    """
    Whatever a client sends, a path below the bucket's folder comes of it, or nothing.
    """
    try:
        path = relative_path(key)
    except InvalidRequestError:
        return

    assert not path.startswith("/")
    assert ".." not in path.split("/")


@pytest.mark.parametrize("name", ["a.csv.part", "x/film.crdownload", ".a.swp", "b~", ".#b", ".goutputstream-X1Y2Z3"])
def test_a_name_used_only_while_writing_is_no_object(name: str) -> None:
    """
    A function must not run on half a download.
    """
    assert is_temporary(name)
    assert key_of(name) is None


def test_a_name_like_rsyncs_or_seds_is_only_suspected() -> None:
    """
    People name files like that, too: they must not be lost.
    """
    assert may_be_temporary("d/.data.csv.Ab12Cd")
    assert may_be_temporary("sedXy12Zq")
    assert not may_be_temporary("data.parquet")
    assert key_of(".data.sqlite") == ".data.sqlite"


def test_a_name_that_is_no_utf_8_is_no_object() -> None:
    """
    S3 knows only UTF-8; the rest of the folder must not suffer from one such file.
    """
    assert key_of("a\udcff") is None
