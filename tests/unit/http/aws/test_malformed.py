"""What no client should send, and anybody may: refused with AWS's code, and never with another exception."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.errors import EmulatorError
from emulator.http.aws.errors import InvalidArgumentError
from emulator.http.aws.request import Request, read_query
from emulator.http.aws.restxml import render_error
from emulator.http.aws.s3 import s3
from emulator.http.aws.xml_reading import MAX_BYTES

PARTS = b"<CompleteMultipartUpload><Part><PartNumber>%b</PartNumber></Part></CompleteMultipartUpload>"
GRANTS = (
    b"<AccessControlPolicy><AccessControlList><Grant><Grantee%b/></Grant></AccessControlList></AccessControlPolicy>"
)


def parsed(
    name: str, body: bytes | None = None, query: str = "", headers: dict[str, str] | None = None
) -> dict[str, object]:
    operation = s3().model.operations[name]
    labels = {"Bucket": "b", "Key": "k"}
    request = Request(operation.method, operation.path, labels, read_query(query), headers or {}, body)
    return s3().protocol.parse(operation, request)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("PutBucketVersioning", b"x"),
        ("PutBucketVersioning", b"<VersioningConfiguration>"),
        ("PutBucketVersioning", b"<Other/>"),
        ("PutBucketVersioning", b"<VersioningConfiguration><Status>On</Status></VersioningConfiguration>"),
        ("PutBucketVersioning", b"<VersioningConfiguration><Status>Enabled</Status>x</VersioningConfiguration>"),
        ("PutBucketVersioning", b"<VersioningConfiguration>x<Status>Enabled</Status></VersioningConfiguration>"),
        ("PutBucketVersioning", b"<VersioningConfiguration><Statuss>Enabled</Statuss></VersioningConfiguration>"),
        ("PutBucketVersioning", b"<VersioningConfiguration><Status><b/></Status></VersioningConfiguration>"),
        (
            "PutBucketVersioning",
            b"<VersioningConfiguration><Status>Enabled</Status><Status>Enabled</Status></VersioningConfiguration>",
        ),
        ("PutBucketVersioning", b"<VersioningConfiguration/><VersioningConfiguration/>"),
        ("PutBucketTagging", b"<Tagging/>"),
        ("PutBucketTagging", b"<Tagging><TagSet><Tag><Key>a</Key></Tag></TagSet></Tagging>"),
        ("PutBucketTagging", b"<Tagging><TagSet><Other/></TagSet></Tagging>"),
        ("DeleteObjects", b"<Delete/>"),
        ("DeleteObjects", b"<Delete><Object/></Delete>"),
        ("DeleteObjects", b"<Delete><Quiet>maybe</Quiet><Object><Key>a</Key></Object></Delete>"),
        ("DeleteObjects", b"<Delete><Object><Key>\x01</Key></Object></Delete>"),
        ("DeleteObjects", b"<Delete><Object><Key>\xff</Key></Object></Delete>"),
        ("CompleteMultipartUpload", PARTS % b"x"),
        ("CompleteMultipartUpload", PARTS % b"99999999999"),
        ("PutObjectRetention", b"<Retention><RetainUntilDate>soon</RetainUntilDate></Retention>"),
        ("PutBucketAcl", GRANTS % b" xsi:type='CanonicalUser'"),
        ("PutBucketAcl", GRANTS % b" xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:type='Somebody'"),
        ("PutBucketAcl", GRANTS % b""),
    ],
)  # fmt: skip
def test_a_document_that_is_not_the_schema_s_is_refused(name: str, body: bytes) -> None:
    """
    Whole: nothing of it has been acted upon.
    """
    query = {"CompleteMultipartUpload": "uploadId=1"}.get(name, "")

    with pytest.raises(EmulatorError) as refusal:
        parsed(name, body, query)

    assert refusal.value.code == "MalformedXML"
    assert refusal.value.message.startswith("The XML you provided was not well-formed")


BOMB = '<!DOCTYPE a [<!ENTITY x "xxxxxxxxxx"><!ENTITY y "&x;&x;&x;&x;&x;&x;&x;&x;&x;&x;">]>'
EXTERNAL = '<!DOCTYPE a [<!ENTITY y SYSTEM "file:///etc/passwd">]>'
DOCUMENT = "<Delete><Object><Key>&y;</Key></Object></Delete>"


@pytest.mark.parametrize(
    "declaration", [BOMB, EXTERNAL, "<!DOCTYPE Delete>", '<!DOCTYPE a SYSTEM "http://localhost/">']
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-7"])
def test_declarations_are_refused(declaration: str, encoding: str) -> None:
    """
    An entity blows a small body up, or reads a file. In another encoding a search for `<!` would not see it.
    """
    said = f'<?xml version="1.0" encoding="{encoding}"?>'

    with pytest.raises(EmulatorError) as refusal:
        parsed("DeleteObjects", (said + declaration + DOCUMENT).encode(encoding))

    assert refusal.value.code == "MalformedXML"


def test_depth_and_size_are_bounded() -> None:
    """
    Depth by the shape: the second element that it does not know ends the reading.
    """
    with pytest.raises(EmulatorError) as deep:
        parsed("DeleteObjects", b"<Delete>" * 1_000_000)
    with pytest.raises(EmulatorError) as large:
        parsed("DeleteObjects", b"<Delete>" + b" " * MAX_BYTES + b"</Delete>")

    assert (deep.value.code, deep.value.hint) == ("MalformedXML", "Delete is not expected there")
    assert large.value.code == "MaxMessageLengthExceeded"


@pytest.mark.parametrize("name", ["PutBucketVersioning", "DeleteObjects", "PutBucketPolicy"])
@pytest.mark.parametrize("body", [None, b""])
def test_a_body_that_must_be_there_is_missed(name: str, body: bytes | None) -> None:
    """
    An empty document would otherwise be an empty configuration.
    """
    with pytest.raises(EmulatorError) as refusal:
        parsed(name, body)

    assert refusal.value.code == "MissingRequestBodyError"


@pytest.mark.parametrize(
    ("name", "argument", "value"),
    [
        ("ListObjectsV2", "max-keys", "ten"),
        ("ListObjectsV2", "max-keys", "1_0"),
        ("ListObjectsV2", "max-keys", "\N{ARABIC-INDIC DIGIT ONE}"),
        ("ListObjectsV2", "max-keys", "2147483648"),
        ("ListObjectsV2", "encoding-type", "html"),
        ("ListObjectsV2", "fetch-owner", "1"),
        ("ListBuckets", "max-buckets", "0"),
        ("GetObject", "partNumber", "a"),
        ("GetObject", "response-expires", "soon"),
    ],
)
def test_a_parameter_that_makes_no_sense_is_named(name: str, argument: str, value: str) -> None:
    """
    With its value, as AWS has them in the document.
    """
    with pytest.raises(InvalidArgumentError) as refusal:
        parsed(name, query=f"{argument}={quote(value)}")

    assert refusal.value.code == "InvalidArgument"
    assert refusal.value.fields == {"ArgumentName": argument, "ArgumentValue": value}


@pytest.mark.parametrize(
    ("name", "header", "value", "code"),
    [
        ("GetObjectAttributes", "x-amz-object-attributes", "Color", "InvalidArgument"),
        ("PutObject", "x-amz-acl", "mine", "InvalidArgument"),
        ("PutObject", "x-amz-object-lock-retain-until-date", "soon", "InvalidArgument"),
        ("PutObject", "Content-Length", "-1x", "InvalidArgument"),
        ("PutObject", "x-amz-storage-class", "FAST", "InvalidStorageClass"),
        ("PutObject", "x-amz-sdk-checksum-algorithm", "CRC8", "InvalidRequest"),
        ("CopyObject", "x-amz-metadata-directive", "MERGE", "InvalidArgument"),
        ("DeleteObject", "x-amz-bypass-governance-retention", "yes", "InvalidArgument"),
    ],
)
def test_a_header_that_makes_no_sense_is_named(name: str, header: str, value: str, code: str) -> None:
    """
    With its value, as AWS has them in the document.
    """
    with pytest.raises(InvalidArgumentError) as refusal:
        parsed(name, headers={"x-amz-copy-source": "a/b", header: value})

    assert refusal.value.code == code
    assert refusal.value.fields == {"ArgumentName": header, "ArgumentValue": value}


@pytest.mark.parametrize(
    ("name", "query", "argument"),
    [
        ("UploadPart", "uploadId=1", "partNumber"),
        ("UploadPart", "partNumber=1", "uploadId"),
        ("DeleteBucketAnalyticsConfiguration", "analytics", "id"),
        ("GetObjectAttributes", "attributes", "x-amz-object-attributes"),
    ],
)
def test_an_argument_that_must_be_there_is_missed(name: str, query: str, argument: str) -> None:
    """
    By its name in the request, which is what the sender knows.
    """
    with pytest.raises(InvalidArgumentError) as refusal:
        parsed(name, query=query)

    assert refusal.value.code == "InvalidArgument"
    assert refusal.value.fields == {"ArgumentName": argument}


def test_what_aws_overlooks_is_overlooked() -> None:
    """
    A date that is none is no condition; an empty number or choice is not given.
    """
    headers = {"if-modified-since": "yesterday", "x-amz-storage-class": "", "if-match": ""}

    assert parsed("GetObject", headers=headers) == {"Bucket": "b", "Key": "k", "IfMatch": ""}
    assert parsed("ListObjectsV2", query="max-keys=&encoding-type=&prefix=") == {"Bucket": "b", "Prefix": ""}


@pytest.mark.parametrize("query", ["prefix=%FF", "a=%C3%28", "&".join(f"a{n}=1" for n in range(1001))])
def test_a_query_that_is_no_text_is_refused(query: str) -> None:
    """
    A key is UTF-8; guessing would list other objects.
    """
    with pytest.raises(EmulatorError) as refusal:
        read_query(query)

    assert refusal.value.code == "InvalidArgument"


@given(body=st.binary(max_size=200) | st.text("<>/&;!ab\"'= ").map(lambda text: f"<Delete>{text}".encode()))
def test_no_body_breaks_the_reader(body: bytes) -> None:
    """
    It is read, or refused.
    """
    try:
        parsed("DeleteObjects", body)
    except EmulatorError as error:
        assert error.code in ("MalformedXML", "MissingRequestBodyError")


@given(st.dictionaries(st.sampled_from(["x-amz-meta-a", "x-amz-object-attributes", "range"]), st.text(max_size=40)))
def test_no_header_breaks_the_reader(headers: dict[str, str]) -> None:
    """
    It is read, or refused.
    """
    for name in ("GetObjectAttributes", "PutObject"):
        try:
            parsed(name, headers=headers)
        except EmulatorError as error:
            assert error.code == "InvalidArgument"


def test_an_answer_cannot_be_given_another_header() -> None:
    """
    A presigned URL says what a header of the answer is to be; it may not say more than that.
    """
    operation = s3().model.operations["GetObject"]

    with pytest.raises(InvalidArgumentError):
        s3().protocol.render(operation, {"ContentDisposition": "a\r\nSet-Cookie: b"})
    rendered = s3().protocol.render(operation, {"Metadata": {"a": "b\r\nc"}})

    assert rendered.headers == {"x-amz-meta-a": "=?UTF-8?B?Yg0KYw==?="}


def test_an_error_document_cannot_be_broken() -> None:
    """
    The key in it is the attacker's.
    """
    answer = render_error("NoSuchKey", "It's not <here>", 404, {"Key": "</Key>&\x01", "RequestId": "1", "HostId": None})

    assert answer.status == 404
    assert answer.headers == {"Content-Type": "application/xml"}
    assert answer.body == (
        b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code>'
        b"<Message>It's not &lt;here&gt;</Message>"
        b"<Key>&lt;/Key&gt;&amp;&#1;</Key><RequestId>1</RequestId></Error>"
    )


@pytest.mark.parametrize("output", [{"Etag": "x"}, {"Body": b"", "Other": 1}])
def test_an_operation_that_answers_what_there_is_not_is_a_bug(output: dict[str, object]) -> None:
    """
    A misspelt name would otherwise be an answer without that part.
    """
    with pytest.raises(KeyError):
        s3().protocol.render(s3().model.operations["GetObject"], output)
