"""Uploads by a browser's form: what its policy allows, and nothing else."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.config import Config
from hypothesis import given
from hypothesis import strategies as st

from emulator.signatures import AllowedUpload, Credentials, SignatureError, check_policy
from tests.unit.signatures.clients import HOST, MINE, REGION, TEMPORARY, lookup

NOON = datetime(2026, 5, 24, 12, tzinfo=UTC)
EXPIRATION = "2026-05-24T13:00:00Z"
SIGNING = {
    "x-amz-algorithm": "AWS4-HMAC-SHA256",
    "x-amz-credential": f"{MINE.access_key_id}/20260524/{REGION}/s3/aws4_request",
    "x-amz-date": "20260524T120000Z",
}
COVERED: list[Any] = [{"bucket": "bucket"}, *({name: value} for name, value in SIGNING.items())]


def sign_policy(encoded: str, secret: str = MINE.secret_access_key) -> str:
    """Return the signature of a policy, worked out as AWS documents it."""
    key = b"AWS4" + secret.encode()
    for part in ("20260524", REGION, "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, encoded.encode(), hashlib.sha256).hexdigest()


def with_document(document: object, **fields: str) -> dict[str, str]:
    """Return a form that carries *document*, signed whatever it is."""
    text = document if isinstance(document, str) else json.dumps(document)
    policy = base64.b64encode(text.encode()).decode()
    return {"key": "photo.jpg", **fields, **SIGNING, "policy": policy, "x-amz-signature": sign_policy(policy)}


def form(*conditions: Any, key: str = "photo.jpg", **fields: str) -> dict[str, str]:
    """Return a form that needs *conditions*, any key, and its signature to be right."""
    everything = [["starts-with", "$key", ""], *COVERED, *conditions]
    return with_document({"expiration": EXPIRATION, "conditions": everything}, key=key, **fields)


def check(fields: dict[str, str], size_bytes: int | None = 3, now: datetime = NOON) -> AllowedUpload:
    return check_policy(fields, size_bytes, lookup, now, bucket="bucket", region=REGION)


def refused(fields: dict[str, str], size_bytes: int | None = 3, now: datetime = NOON) -> SignatureError:
    with pytest.raises(SignatureError) as caught:
        check(fields, size_bytes, now)
    return caught.value


@pytest.mark.parametrize("credentials", [MINE, TEMPORARY])
def test_a_form_of_boto3_is_allowed(credentials: Credentials) -> None:
    """With the conditions that people give, and those that the SDK adds."""
    client = boto3.client(
        "s3",
        endpoint_url=f"http://{HOST}",
        region_name=REGION,
        aws_access_key_id=credentials.access_key_id,
        aws_secret_access_key=credentials.secret_access_key,
        aws_session_token=credentials.session_token,
        config=Config(signature_version="s3v4"),
    )
    post = client.generate_presigned_post(
        "bucket",
        "in/${filename}",
        Fields={"Content-Type": "image/png", "x-amz-meta-from": "browser"},
        Conditions=[
            ["starts-with", "$Content-Type", "image/"],
            {"x-amz-meta-from": "browser"},
            ["content-length-range", 1, 10],
        ],
    )
    fields = {**post["fields"], "key": "in/cat.png"}

    allowed = check(fields, None, datetime.now(UTC))

    assert (allowed.credentials, allowed.most_bytes) == (credentials, 10)
    assert refused({**fields, "key": "out/cat.png"}, 1, datetime.now(UTC)).code == "AccessDenied"


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(TEXT, TEXT, st.integers(0, 2**40))
def test_exact_fields_and_prefixes_hold_for_any_text(prefix: str, rest: str, size_bytes: int) -> None:
    conditions = ({"x-amz-meta-a": rest}, ["starts-with", "$x-amz-meta-b", prefix], ["content-length-range", 0, 2**40])

    allowed = check(form(*conditions, **{"x-amz-meta-a": rest, "x-amz-meta-b": prefix + rest}), size_bytes)

    assert allowed.credentials == MINE


def failed(*condition: str) -> str:
    return f"Invalid according to Policy: Policy Condition failed: {json.dumps(condition)}"


@pytest.mark.parametrize(
    ("conditions", "fields", "message"),
    [
        ([["eq", "$key", "a"]], {"key": "b"}, failed("eq", "$key", "a")),
        ([{"acl": "private"}], {"acl": "public-read"}, failed("eq", "$acl", "private")),
        ([{"acl": "private"}], {"acl": "PRIVATE"}, failed("eq", "$acl", "private")),
        ([{"acl": "private"}], {}, failed("eq", "$acl", "private")),
        ([["eq", "acl", "private"]], {"acl": "private"}, failed("eq", "acl", "private")),
        ([["eq", "#acl", "private"]], {"acl": "private"}, failed("eq", "#acl", "private")),
        ([{"bucket": "other"}], {}, failed("eq", "$bucket", "other")),
        ([{"bucket": "other"}], {"bucket": "other"}, failed("eq", "$bucket", "other")),
        ([["starts-with", "$key", "in/"]], {"key": "out/a"}, failed("starts-with", "$key", "in/")),
        ([["StArTs-WiTh", "$Key", "in/"]], {"key": "out/a"}, failed("starts-with", "$Key", "in/")),
        ([["starts-with", "$acl", ""]], {}, failed("starts-with", "$acl", "")),
        (
            [["starts-with", "$Content-Type", "image/"]],
            {"Content-Type": "image/png,text/html"},
            failed("starts-with", "$Content-Type", "image/"),
        ),
        ([["content-length-range", "x", "9"]], {}, failed("content-length-range", "x", "9")),
        (
            [["eq", "$x-amz-meta-a", 'file="a.txt"']],
            {"x-amz-meta-a": "b"},
            failed("eq", "$x-amz-meta-a", 'file="a.txt"'),
        ),
    ],
)
def test_a_condition_that_does_not_hold_is_shown(conditions: list[Any], fields: dict[str, str], message: str) -> None:
    error = refused(form(*conditions, **fields))

    assert (error.code, error.message, error.status) == ("AccessDenied", message, 403)


@pytest.mark.parametrize(
    ("conditions", "fields"),
    [
        ([["starts-with", "$Content-Type", "image/"]], {"Content-Type": "image/png, image/gif"}),
        ([["eq", "$CONTENT-type", "a"]], {"content-TYPE": "a"}),
        ([["starts-with", "$acl", "p"], ["starts-with", "$acl", "private"]], {"acl": "private"}),
        ([], {"x-ignore-this": "1", "X-Ignore-That": "2"}),
        ([], {"bucket": "bucket"}),
        ([["content-length-range", "3", "3"]], {}),
    ],
)
def test_a_condition_that_holds_lets_the_form_pass(conditions: list[Any], fields: dict[str, str]) -> None:
    """Names have no case, some fields need no condition, sizes may be text."""
    assert check(form(*conditions, **fields)).credentials == MINE


def test_a_field_without_a_condition_is_refused() -> None:
    error = refused(form(**{"x-amz-meta-A": "1", "success_action_status": "200"}))

    assert error.message == "Invalid according to Policy: Extra input fields: x-amz-meta-A, success_action_status"
    assert (error.code, error.status) == ("AccessDenied", 403)


def test_a_policy_must_name_the_bucket() -> None:
    """Else a form for one bucket would serve for all."""
    fields = with_document({"expiration": EXPIRATION, "conditions": [["starts-with", "$key", ""], *COVERED[1:]]})

    assert refused(fields).message == "Invalid according to Policy: Extra input fields: bucket"


def test_a_policy_is_good_until_it_expires() -> None:
    end = NOON + timedelta(hours=1)

    assert check(form(), now=end).credentials == MINE
    error = refused(form(), now=end + timedelta(seconds=1))

    assert (error.code, error.status) == ("AccessDenied", 403)
    assert error.message == "Invalid according to Policy: Policy expired."


def test_a_file_must_fit_the_sizes_of_the_policy() -> None:
    """Both ends included; a door that reads it first asks afterwards."""
    sized = form(["content-length-range", 5, 10])

    large, small = refused(sized, 11), refused(sized, 4)
    with pytest.raises(SignatureError, match="exceeds the maximum allowed size"):
        check(sized, None).check_size(11)

    assert all(check(sized, size).most_bytes == 10 for size in (5, 10))
    assert (large.code, large.status) == ("EntityTooLarge", 400)
    assert large.fields == {"ProposedSize": "11", "MaxSizeAllowed": "10"}
    assert (small.code, small.status) == ("EntityTooSmall", 400)
    assert small.fields == {"ProposedSize": "4", "MinSizeAllowed": "5"}


ONE_PROPERTY = "Invalid Simple-Condition: Simple-Conditions must have exactly one property specified."


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ("expiration", "Invalid JSON."),
        ([], "Invalid JSON."),
        ("[" * 100_000, "Invalid JSON."),
        ({"conditions": []}, "Policy missing expiration."),
        ({"expiration": EXPIRATION}, "Policy missing conditions."),
        ({"expiration": EXPIRATION, "conditions": [], "Statement": []}, "Unexpected: 'statement'"),
        ({"expiration": EXPIRATION, "conditions": {}}, "Invalid 'conditions' value: must be a List."),
        *(
            ({"expiration": text, "conditions": []}, f"Invalid 'expiration' value: '{text}'")
            for text in ("tomorrow", "2026-05-24 13:00:00Z", "2026-05-24T13:00:00+00:00", "2026-02-30T00:00:00Z", 7)
        ),
    ],
)
def test_what_is_no_policy_is_refused(document: object, reason: str) -> None:
    error = refused(with_document(document))

    assert (error.code, error.message, error.status) == ("InvalidPolicyDocument", f"Invalid Policy: {reason}", 400)


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        ({}, ONE_PROPERTY),
        ({"acl": "private", "key": "k"}, ONE_PROPERTY),
        ({"acl": 1}, "Invalid Simple-Condition: value must be a string."),
        ("acl", "Invalid condition: must be a List or Object."),
        ([], "Invalid Condition: missing operation identifier."),
        (["ends-with", "$key", "x"], "Invalid Condition: unknown operation 'ends-with'."),
        (["eq", "$key"], "Invalid eq: wrong number of arguments."),
        (["eq", "$key", 1], "Invalid JSON."),
        (["content-length-range", 0], "Invalid content-length-range: wrong number of arguments."),
        (["content-length-range", -1, 0], "Invalid content-length-range: a size must be a number of bytes."),
        (["content-length-range", 0, True], "Invalid content-length-range: a size must be a number of bytes."),
        (["content-length-range", 0, 512.5], "Invalid JSON."),
        (["content-length-range", 0, float("nan")], "Invalid JSON."),
        (["content-length-range", 0, None], "Invalid content-length-range: a size must be a number of bytes."),
    ],
)
def test_what_is_no_condition_is_refused(condition: object, reason: str) -> None:
    error = refused(form(condition))

    assert (error.code, error.message, error.status) == ("InvalidPolicyDocument", f"Invalid Policy: {reason}", 400)


def test_a_policy_may_be_broken_into_lines() -> None:
    """As some libraries write base64; what is signed has the line breaks in it."""
    fields = form()
    policy = "\n".join(fields["policy"][start : start + 60] for start in range(0, len(fields["policy"]), 60))

    assert check({**fields, "policy": policy, "x-amz-signature": sign_policy(policy)}).credentials == MINE


def test_a_policy_that_was_changed_does_not_match() -> None:
    """It is looked at before it is read: a policy that was cut off is a wrong signature, not a wrong document."""
    fields = form()
    policy = fields["policy"][:-4]

    error = refused({**fields, "policy": policy})

    assert (error.code, error.status) == ("SignatureDoesNotMatch", 403)
    assert error.fields == {
        "AWSAccessKeyId": MINE.access_key_id,
        "StringToSign": policy,
        "SignatureProvided": fields["x-amz-signature"],
        "StringToSignBytes": policy.encode().hex(" "),
    }


def test_another_secret_does_not_match() -> None:
    fields = form()

    assert refused({**fields, "x-amz-signature": sign_policy(fields["policy"], "a guess")}).code == (
        "SignatureDoesNotMatch"
    )


def argument(name: str, value: str = "") -> dict[str, str]:
    return {"ArgumentName": name, "ArgumentValue": value}


ORDER = "If it is specified, please check the order of the fields."
OTHER_REGION = SIGNING["x-amz-credential"].replace(REGION, "eu-west-1")


@pytest.mark.parametrize(
    ("change", "message", "fields"),
    [
        *(
            ({name.lower(): None}, f"Bucket POST must contain a field named '{name}'.  {ORDER}", argument(name))
            for name in ("key", "policy", "X-Amz-Signature", "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date")
        ),
        (
            {"x-amz-algorithm": "AWS4-HMAC-SHA1"},
            'X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"',
            argument("X-Amz-Algorithm", "AWS4-HMAC-SHA1"),
        ),
        (
            {"x-amz-date": "2026-05-24T12:00:00Z"},
            "X-Amz-Date must be formated via ISO8601 Long format",
            argument("X-Amz-Date", "2026-05-24T12:00:00Z"),
        ),
        (
            {"x-amz-credential": OTHER_REGION},
            "the region 'eu-west-1' is wrong; expecting 'us-east-1'",
            argument("X-Amz-Credential", OTHER_REGION) | {"Region": REGION},
        ),
    ],
)
def test_a_form_that_lacks_something_hears_what(
    change: dict[str, str | None], message: str, fields: dict[str, str]
) -> None:
    changed = form() | change

    error = refused({name: value for name, value in changed.items() if value is not None})

    assert (error.code, error.message, error.status) == ("InvalidArgument", message, 400)
    assert error.fields == fields


def test_a_form_that_nobody_signed_is_refused() -> None:
    assert (refused({"key": "a"}).code, refused({"key": "a"}).message) == ("AccessDenied", "Access Denied")


def test_a_form_signed_by_an_unknown_key_or_the_old_way_is_refused() -> None:
    unknown = {"x-amz-credential": SIGNING["x-amz-credential"].replace("AKIA", "AKIX")}
    old = {"key": "a", "policy": "e30=", "AWSAccessKeyId": MINE.access_key_id, "signature": "x"}

    assert refused(form() | unknown).code == "InvalidAccessKeyId"
    assert refused(old).message.endswith("Please use AWS4-HMAC-SHA256.")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
WORDS = st.sampled_from(["eq", "starts-with", "content-length-range", "$key", "", 0, -1, 10**30, None, True])


@given(JSON | st.lists(st.lists(WORDS | JSON, max_size=4), max_size=3))
def test_no_signed_document_breaks_the_reading_of_it(conditions: object) -> None:
    """Whoever can sign may still write nonsense."""
    error = refused(with_document({"expiration": EXPIRATION, "conditions": conditions}))

    assert error.status in (400, 403)
