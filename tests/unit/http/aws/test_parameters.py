"""Headers and queries as servers hand them over: repeated, in any case, in any bytes."""

import pytest
from multidict import CIMultiDict

from emulator.http.aws.parameters import split_list
from emulator.http.aws.request import Request, read_query
from emulator.http.aws.s3 import OBJECT, s3


def parsed(name: str, headers: CIMultiDict[str], query: str = "") -> dict[str, object]:
    operation = s3().model.operations[name]
    request = Request(operation.method, OBJECT, {"Bucket": "b", "Key": "k"}, read_query(query), headers)
    values = s3().protocol.parse(operation, request)
    return {key: value for key, value in values.items() if key not in ("Bucket", "Key")}


def test_a_repeated_header_is_one_list() -> None:
    """
    Some SDKs send one header an item, others all in one.
    """
    name = "X-Amz-Object-Attributes"
    headers = CIMultiDict([(name, "ETag"), (name, "Checksum, ObjectSize")])

    assert parsed("GetObjectAttributes", headers) == {"ObjectAttributes": ["ETag", "Checksum", "ObjectSize"]}


def test_repeated_metadata_is_joined() -> None:
    """
    Names in lower case, values in their order, as S3 keeps them.
    """
    headers = CIMultiDict([("X-Amz-Meta-Some-Name", "a"), ("x-amz-meta-some-name", "b"), ("x-amz-meta-", "c")])

    assert parsed("PutObject", headers) == {"Metadata": {"some-name": "a,b", "": "c"}}


@pytest.mark.parametrize("raw", ["attachment; filename=ä".encode(), "attachment; filename=ä".encode("latin-1")])
def test_a_header_beyond_ascii_is_read(raw: bytes) -> None:
    """
    UTF-8 where it is that, else Latin-1; aiohttp leaves what it cannot read as surrogates.
    """
    text = raw.decode("utf-8", "surrogateescape")

    assert parsed("PutObject", CIMultiDict({"Content-Disposition": text, "x-amz-meta-a": text})) == {
        "ContentDisposition": "attachment; filename=ä",
        "Metadata": {"a": "attachment; filename=ä"},
    }


def test_words_of_mail_that_are_none_stay_as_they_are() -> None:
    """
    Of an encoding that nobody knows, or of none.
    """
    headers = CIMultiDict(
        {"x-amz-meta-a": "=?klingon?B?AA==?=", "x-amz-meta-b": "=?", "x-amz-meta-c": "=?utf-8?B?/w==?="}
    )

    assert parsed("PutObject", headers)["Metadata"] == {
        "a": "=?klingon?B?AA==?=",
        "b": "=?",
        "c": "=?utf-8?B?/w==?=",
    }


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("", []),
        (" , ,", []),
        ("a", ["a"]),
        ("a , b,c", ["a", "b", "c"]),
        ('"a,b", c', ["a,b", "c"]),
        (r'"a\"b"', ['a"b']),
        ('"a', ["a"]),
    ],
)
def test_a_list_is_split_at_commas_that_are_not_quoted(text: str, items: list[str]) -> None:
    """
    As botocore quotes.
    """
    assert split_list(text) == items


def test_a_plus_in_a_query_is_a_space_and_in_a_header_a_plus() -> None:
    """
    SDKs send %20, curl's users send a plus.
    """
    headers = CIMultiDict({"If-Match": "a+b"})

    assert parsed("GetObject", headers, "response-content-type=a+b") == {"IfMatch": "a+b", "ResponseContentType": "a b"}
