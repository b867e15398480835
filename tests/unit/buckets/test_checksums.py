"""A checksum is worth something only if it is the very one that S3 has: published values, AWS's own model and words."""

import base64
import subprocess
import sys
from collections.abc import Callable, Mapping
from itertools import pairwise

import botocore.loaders
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.buckets.checksums import (
    DEFAULT,
    Algorithm,
    Checksum,
    ChecksumType,
    Given,
    Part,
    UploadChecksum,
    algorithm_named,
    algorithm_of_header,
    algorithm_of_member,
    check_completed_type,
    check_completed_value,
    check_content_md5,
    check_uploaded_part,
    checksum_of_parts,
    choose,
    completed_part_fits,
    decoded,
    given_in,
    parse_content_md5,
    types_of,
    verify,
)
from emulator.errors import InvalidRequestError
from emulator.units import GIB, MIB

CRCS = {
    # The catalogue's reflected polynomials; all three start with and end in ones.
    Algorithm.CRC32: (32, 0xEDB88320),
    Algorithm.CRC32C: (32, 0x82F63B78),
    Algorithm.CRC64NVME: (64, 0x9A6C9329AC4BC9B5),
}
COMPOSITE_SHA256 = UploadChecksum(Algorithm.SHA256, ChecksumType.COMPOSITE, asked=True)
FULL_CRC32 = UploadChecksum(Algorithm.CRC32, ChecksumType.FULL_OBJECT, asked=True)
NOBODY_ASKED = choose(None, None)


def digest_of(algorithm: Algorithm, data: bytes) -> bytes:
    checksum = Checksum(algorithm)
    checksum.update(data)
    return checksum.digest()


def text_of(algorithm: Algorithm, data: bytes) -> str:
    return base64.b64encode(digest_of(algorithm, data)).decode()


def bit_by_bit(algorithm: Algorithm, data: bytes) -> bytes:
    """The check as its definition has it, one bit at a time: it shares nothing with what is tested."""
    width, polynomial = CRCS[algorithm]
    value = (1 << width) - 1
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = (value >> 1) ^ (polynomial if value & 1 else 0)
    return (value ^ ((1 << width) - 1)).to_bytes(width // 8)


def refused(call: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(InvalidRequestError) as caught:
        call()
    return caught.value.code, caught.value.message


def mismatch(expected: str, actual: str) -> tuple[str, str]:
    message = f"Checksum Type mismatch occurred, expected checksum Type: {expected}, actual checksum Type: {actual}"
    return "InvalidRequest", message


@pytest.mark.parametrize(
    ("algorithm", "data", "published"),
    [
        (Algorithm.CRC32, b"123456789", "cbf43926"),
        (Algorithm.CRC32C, b"123456789", "e3069283"),
        (Algorithm.CRC64NVME, b"123456789", "ae8b14860a799888"),
        (Algorithm.MD5, b"abc", "900150983cd24fb0d6963f7d28e17f72"),
        (Algorithm.SHA1, b"abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        (Algorithm.SHA256, b"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            Algorithm.SHA512,
            b"abc",
            (
                "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
            ),
        ),
        (Algorithm.XXHASH64, b"", "ef46db3751d8e999"),
        (Algorithm.XXHASH3, b"", "2d06800538d394c2"),
        (Algorithm.XXHASH128, b"", "99aa06d3014798d86001c324468d497f"),
        (Algorithm.XXHASH64, b"abc", "44bc2cf5ad770999"),
        (Algorithm.XXHASH3, b"abc", "78af5f94892f3950"),
        (Algorithm.XXHASH128, b"abc", "06b05ab6733a618578af5f94892f3950"),
    ],
)
def test_the_published_values_come_out(algorithm: Algorithm, data: bytes, published: str) -> None:
    """
    A client calculates the same, elsewhere: another seed, order of bits or of bytes, and no upload would succeed.
    """
    assert digest_of(algorithm, data).hex() == published


def test_each_algorithm_of_the_api_is_here_under_its_names() -> None:
    """
    The list, the headers and the members are AWS's model's; one that is missing here would be a header ignored.
    """
    shapes = botocore.loaders.Loader().load_service_model("s3", "service-2")["shapes"]

    members = {name: member["locationName"] for name, member in shapes["PutObjectRequest"]["members"].items()
               if name.startswith("Checksum") and name != "ChecksumAlgorithm"}  # fmt: skip
    assert set(Algorithm) == set(shapes["ChecksumAlgorithm"]["enum"])
    assert set(ChecksumType) == set(shapes["ChecksumType"]["enum"])
    assert {algorithm.member: algorithm.header for algorithm in Algorithm} == members
    assert all(algorithm_of_member(algorithm.member) is algorithm for algorithm in Algorithm)
    assert all(algorithm_of_header(algorithm.header.upper()) is algorithm for algorithm in Algorithm)
    assert algorithm_of_header("x-amz-checksum-type") is None


@given(algorithm=st.sampled_from(list(CRCS)), data=st.binary(max_size=400), skipped=st.integers(0, 20))
def test_a_crc_is_what_its_definition_says(algorithm: Algorithm, data: bytes, skipped: int) -> None:
    """
    Fast code takes other paths for short, long and unaligned stretches; all must agree with the slow one.
    """
    checksum = Checksum(algorithm)

    checksum.update(memoryview(data)[skipped:])

    assert checksum.digest() == bit_by_bit(algorithm, data[skipped:])


@given(algorithm=st.sampled_from(Algorithm), data=st.binary(max_size=2000), cuts=st.lists(st.integers(0, 2000)))
def test_blocks_of_any_size_give_the_checksum_of_the_whole(algorithm: Algorithm, data: bytes, cuts: list[int]) -> None:
    """
    How the network cuts a body must not matter, nor may looking at the value on the way.
    """
    checksum = Checksum(algorithm)

    for start, end in pairwise([0, *sorted(cuts), len(data)]):
        checksum.update(bytearray(data[start : max(start, end)]))
        checksum.digest()

    assert checksum.digest() == digest_of(algorithm, data)
    assert decoded(algorithm, checksum.base64()) == checksum.digest()


@given(algorithm=st.sampled_from(list(CRCS)), contents=st.lists(st.binary(max_size=300), max_size=8))
def test_the_parts_of_a_full_object_checksum_give_what_one_put_would_have(
    algorithm: Algorithm, contents: list[bytes]
) -> None:
    """
    A reader cannot tell how an object came, so its checksum must not; and 5 TiB are not read again to complete.
    """
    upload = UploadChecksum(algorithm, ChecksumType.FULL_OBJECT, asked=True)
    parts = [Part(digest_of(algorithm, content), len(content)) for content in contents]

    assert checksum_of_parts(upload, parts) == text_of(algorithm, b"".join(contents))


@pytest.mark.parametrize("algorithm", CRCS)
def test_the_size_of_a_part_may_need_more_than_32_bits(algorithm: Algorithm) -> None:
    """
    A part has up to 5 GiB. Two of 4 GiB of zeros are the same object as 8192 of one MiB.
    """
    upload = UploadChecksum(algorithm, ChecksumType.FULL_OBJECT, asked=True)
    mebibyte = Part(digest_of(algorithm, bytes(MIB)), MIB)
    half = decoded(algorithm, checksum_of_parts(upload, [mebibyte] * 4096))
    assert half is not None

    in_two = checksum_of_parts(upload, [Part(half, 4 * GIB)] * 2)

    assert in_two == checksum_of_parts(upload, [mebibyte] * 8192)


@pytest.mark.parametrize(
    ("algorithm", "parts", "whole"),
    [
        ("CRC32", ("JRTCyQ==", "QoZTGg==", "YAgjqw=="), "WgDhBQ=="),
        ("CRC64NVME", ("L/E4WYn8v98=", "xW1l19VobYM=", "cK5MnNaWrW4="), "i+6LR0y3eFo="),
    ],
)
def test_a_full_object_checksum_is_the_published_one(algorithm: str, parts: tuple[str, ...], whole: str) -> None:
    """
    Values that other people's tests of S3 expect for 5 MiB each of A, B and C.
    """
    contents = [letter * 5 * MIB for letter in (b"A", b"B", b"C")]
    upload = choose(algorithm, "FULL_OBJECT")

    assert tuple(text_of(upload.algorithm, content) for content in contents) == parts
    assert checksum_of_parts(upload, [Part(base64.b64decode(part), 5 * MIB) for part in parts]) == whole


def test_a_composite_checksum_is_the_one_that_aws_answered() -> None:
    """
    Three parts' values and the object's, as S3 sent them for an upload of 5, 5 and 1 MiB.
    """
    texts = (
        "lcKa6Boe7a167tUCN5C4OaFygGSYD8MBnBARTrdL+1w=",
        "gHjhbUT4oo2tSCtSZJdlKi+jeNXJT+VImqdPXsXvkOc=",
        "4l9PQ3zOPZ0oGFvknFX+J4zZwE4WMzO+l3r8XrbWOeM=",
    )
    parts = [Part(base64.b64decode(text), 5 * MIB) for text in texts]

    assert checksum_of_parts(COMPOSITE_SHA256, parts) == "rVWtNbadtsaKXJAcgWPWjifHzJaXde/iV4jaJAOdivc=-3"


@pytest.mark.parametrize(
    ("algorithm", "default", "other"),
    [
        ("CRC64NVME", "FULL_OBJECT", None),
        ("CRC32", "COMPOSITE", "FULL_OBJECT"),
        ("CRC32C", "COMPOSITE", "FULL_OBJECT"),
        *((name, "COMPOSITE", None) for name in ("SHA1", "SHA256", "SHA512", "MD5")),
        *((name, "COMPOSITE", None) for name in ("XXHASH64", "XXHASH3", "XXHASH128")),
    ],
)
def test_an_upload_gets_the_type_that_its_algorithm_has(algorithm: str, default: str, other: str | None) -> None:
    """
    The table of AWS's guide: only a CRC can be of the full object, and CRC64NVME is nothing else.
    """
    allowed = {default} | ({other} if other else set())

    assert choose(algorithm, None) == UploadChecksum(Algorithm(algorithm), ChecksumType(default), asked=True)
    assert set(types_of(Algorithm(algorithm))) == allowed
    for wanted in allowed:
        assert choose(algorithm.lower(), wanted).type == wanted
    for wanted in {"COMPOSITE", "FULL_OBJECT"} - allowed:
        assert refused(lambda wanted=wanted: choose(algorithm, wanted)) == (  # type: ignore[misc]
            "InvalidRequest",
            f"The {wanted} checksum type cannot be used with the {algorithm.lower()} checksum algorithm.",
        )


def test_an_upload_that_asks_for_nothing_gets_the_default() -> None:
    """
    S3 adds a CRC64NVME to whatever comes without a checksum.
    """
    assert UploadChecksum(DEFAULT, ChecksumType.FULL_OBJECT, asked=False) == NOBODY_ASKED
    assert DEFAULT is Algorithm.CRC64NVME


@pytest.mark.parametrize(
    ("algorithm", "checksum_type", "message"),
    [
        (
            None,
            "COMPOSITE",
            "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.",
        ),
        ("CRC32", "WHOLE", "Value for x-amz-checksum-type header is invalid."),
        (
            "CRC16",
            None,
            (
                "Checksum algorithm provided is unsupported. Please try again with any of the valid types: "
                "[CRC32, CRC32C, CRC64NVME, MD5, SHA1, SHA256, SHA512, XXHASH128, XXHASH3, XXHASH64]"
            ),
        ),
    ],
)
def test_an_upload_that_asks_for_nonsense_is_refused_in_awss_words(
    algorithm: str | None, checksum_type: str | None, message: str
) -> None:
    """
    Scripts look for the code, people search for the words.
    """
    assert refused(lambda: choose(algorithm, checksum_type)) == ("InvalidRequest", message)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"x-amz-checksum-mode": "ENABLED", "x-amz-checksum-type": "COMPOSITE", "Content-MD5": "x"}, None),
        ({"X-Amz-Checksum-CRC32": "y/Q5Jg=="}, Given(Algorithm.CRC32, bytes.fromhex("cbf43926"))),
        ({"x-amz-trailer": " x-amz-checksum-crc64nvme"}, Given(Algorithm.CRC64NVME, None)),
        (
            {"x-amz-sdk-checksum-algorithm": "crc32c", "X-Amz-Trailer": "X-Amz-Checksum-Crc32c"},
            Given(Algorithm.CRC32C, None),
        ),
    ],
)
def test_what_is_given_is_read_from_header_or_trailer(headers: Mapping[str, str], expected: Given | None) -> None:
    """
    SDKs send either, depending on whether they can read a body twice; and names of headers have no case.
    """
    assert given_in(headers) == expected


CRC32_OF_DIGITS = {"x-amz-checksum-crc32": "y/Q5Jg=="}


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        *(
            ({"x-amz-checksum-crc32": text}, "Value for x-amz-checksum-crc32 header is invalid.")
            for text in ("", "y/Q5", "y/Q5JgAA", "y/Q5Jg", "y/Q5Jg==\n", "y_Q5Jg==", "é", "cbf43926")
        ),
        ({"x-amz-checksum-sha1": "y/Q5Jg=="}, "Value for x-amz-checksum-sha1 header is invalid."),
        (
            CRC32_OF_DIGITS | {"x-amz-checksum-sha1": "98O8HYCOBHMq32eZZczDTKeuNEE="},
            "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
        ),
        (CRC32_OF_DIGITS | {"x-amz-trailer": "x-amz-checksum-crc32"}, "Expecting a single x-amz-checksum- header"),
        ({"x-amz-checksum-crc16": "AAA="}, "The algorithm type you specified in x-amz-checksum- header is invalid."),
        ({"x-amz-trailer": "x-amz-meta-a"}, "The value specified in the x-amz-trailer header is not supported"),
        (
            {"x-amz-sdk-checksum-algorithm": "CRC32"},
            (
                "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer "
                "headers were found."
            ),
        ),
        (
            CRC32_OF_DIGITS | {"x-amz-sdk-checksum-algorithm": "SHA1"},
            "Value for x-amz-sdk-checksum-algorithm header is invalid.",
        ),
    ],
)
def test_headers_that_make_no_sense_are_refused_before_the_body(headers: Mapping[str, str], message: str) -> None:
    """
    A body of gigabytes should not travel for a typing error.
    """
    assert refused(lambda: given_in(headers)) == ("InvalidRequest", message)


TRAILER = "x-amz-checksum-crc32"
MALFORMED = (
    "MalformedTrailerError",
    "The request contained trailing data that was not well-formed or did not conform to our published schema.",
)


@pytest.mark.parametrize(
    ("headers", "trailers"),
    [
        ({}, {}),
        (CRC32_OF_DIGITS, {}),
        (CRC32_OF_DIGITS, {"x-amz-trailer-signature": "00"}),
        ({"x-amz-trailer": TRAILER}, {"X-Amz-Checksum-Crc32": "y/Q5Jg=="}),
    ],
)
def test_a_body_that_is_what_was_given_is_taken(headers: Mapping[str, str], trailers: Mapping[str, str]) -> None:
    """
    The other half of the following test: what is right passes.
    """
    calculated = Checksum(Algorithm.CRC32)
    calculated.update(b"123456789")

    verify(given_in(headers), calculated, trailers)


@pytest.mark.parametrize(
    ("headers", "trailers", "expected"),
    [
        (
            {"x-amz-checksum-crc32": "y/Q5Jw=="},
            {},
            ("BadDigest", "The CRC32 you specified did not match the calculated checksum."),
        ),
        (
            {"x-amz-trailer": TRAILER},
            {TRAILER: "y/Q5Jw=="},
            ("BadDigest", "The CRC32 you specified did not match the calculated checksum."),
        ),
        (
            {"x-amz-trailer": TRAILER},
            {TRAILER: "y/Q5"},
            ("InvalidRequest", "Value for x-amz-checksum-crc32 trailing header is invalid."),
        ),
        ({"x-amz-trailer": TRAILER}, {}, MALFORMED),
        ({"x-amz-trailer": TRAILER}, {"x-amz-checksum-crc32c": "y/Q5Jg=="}, MALFORMED),
        ({}, {TRAILER: "y/Q5Jg=="}, MALFORMED),
    ],
)
def test_a_body_that_is_not_what_was_given_is_refused(
    headers: Mapping[str, str], trailers: Mapping[str, str], expected: tuple[str, str]
) -> None:
    """
    This is what a checksum is for.
    """
    calculated = Checksum(Algorithm.CRC32)
    calculated.update(b"123456789")

    assert refused(lambda: verify(given_in(headers), calculated, trailers)) == expected


def test_a_part_comes_with_the_checksum_that_its_upload_has() -> None:
    """
    A composite checksum needs the sender's; a full-object one S3 calculates; where nobody asked, anything goes: boto3
    adds a CRC32 to each part of an upload that was created without.
    """
    crc32, sha256 = Given(Algorithm.CRC32, None), Given(Algorithm.SHA256, None)
    check_uploaded_part(COMPOSITE_SHA256, sha256)
    check_uploaded_part(FULL_CRC32, None)
    check_uploaded_part(NOBODY_ASKED, None)
    check_uploaded_part(NOBODY_ASKED, crc32)

    answers = [
        refused(lambda: check_uploaded_part(COMPOSITE_SHA256, None)),
        refused(lambda: check_uploaded_part(COMPOSITE_SHA256, crc32)),
        refused(lambda: check_uploaded_part(FULL_CRC32, sha256)),
    ]

    assert answers == [mismatch("sha256", "null"), mismatch("sha256", "crc32"), mismatch("crc32", "sha256")]


def test_a_part_in_a_completion_must_be_the_one_that_was_uploaded() -> None:
    """
    The list of parts is the client's last word on what the object is made of.
    """
    digest, other = digest_of(Algorithm.SHA256, b"a"), text_of(Algorithm.SHA256, b"b")
    right = {"ETag": '"x"', "PartNumber": "1", "ChecksumSHA256": base64.b64encode(digest).decode()}
    crc32 = {"ChecksumCRC32": "y/Q5Jg=="}

    assert completed_part_fits(COMPOSITE_SHA256, 1, right, digest)
    assert not completed_part_fits(COMPOSITE_SHA256, 1, {"ChecksumSHA256": other}, digest)
    assert completed_part_fits(FULL_CRC32, 1, {"ETag": '"x"'}, b"\xcb\xf4\x39\x26")
    assert completed_part_fits(FULL_CRC32, 1, crc32, b"\xcb\xf4\x39\x26")
    assert completed_part_fits(NOBODY_ASKED, 1, {}, None)
    assert not completed_part_fits(NOBODY_ASKED, 1, crc32, None)
    assert refused(lambda: completed_part_fits(COMPOSITE_SHA256, 3, {}, digest)) == (
        "InvalidRequest",
        (
            "The upload was created using a sha256 checksum. The complete request must include the checksum for each "
            "part. It was missing for part 3 in the request."
        ),
    )
    assert refused(lambda: completed_part_fits(COMPOSITE_SHA256, 3, crc32, digest)) == (
        "BadDigest",
        "The crc32 you specified for part 3 did not match what we received.",
    )
    for nonsense in (right | crc32, {"ChecksumSHA256": "y/Q5Jg=="}):
        assert refused(lambda nonsense=nonsense: completed_part_fits(COMPOSITE_SHA256, 1, nonsense, digest)) == (  # type: ignore[misc]
            "InvalidArgument",
            "Invalid Base64 or multiple checksums present in request",
        )


def test_a_completion_must_be_of_the_uploads_type() -> None:
    """
    It may say none at all: most clients do.
    """
    check_completed_type(FULL_CRC32, None)
    check_completed_type(FULL_CRC32, "FULL_OBJECT")

    assert refused(lambda: check_completed_type(FULL_CRC32, "COMPOSITE")) == (
        "InvalidRequest",
        (
            "The upload was created using the FULL_OBJECT checksum mode. The complete request must use the same "
            "checksum mode."
        ),
    )


@pytest.mark.parametrize("text", ["{digest}-3", "{digest}"])
def test_the_checksum_of_a_completion_is_compared(text: str) -> None:
    """
    With the number of parts or without: both are written about, and neither is ambiguous.
    """
    digest = text_of(Algorithm.SHA256, b"a")

    check_completed_value(COMPOSITE_SHA256, f"{digest}-3", {"X-Amz-Checksum-Sha256": text.format(digest=digest)})
    check_completed_value(COMPOSITE_SHA256, f"{digest}-3", {"x-amz-checksum-type": "COMPOSITE"})


def test_the_checksum_of_a_completion_is_refused_unless_it_is_the_objects() -> None:
    """
    Here AWS writes the algorithm in small letters, elsewhere in capitals.
    """
    right, wrong = text_of(Algorithm.SHA256, b"a"), text_of(Algorithm.SHA256, b"b")
    bad_digest = ("BadDigest", "The sha256 you specified did not match the calculated checksum.")
    invalid = ("InvalidRequest", "Value for x-amz-checksum-sha256 header is invalid.")

    def answer(upload: UploadChecksum, value: str, algorithm: Algorithm, text: str) -> tuple[str, str]:
        return refused(lambda: check_completed_value(upload, value, {algorithm.header: text}))

    assert answer(COMPOSITE_SHA256, f"{right}-3", Algorithm.SHA256, f"{wrong}-3") == bad_digest
    assert answer(COMPOSITE_SHA256, f"{right}-3", Algorithm.SHA256, f"{right}-2") == bad_digest
    assert answer(COMPOSITE_SHA256, f"{right}-3", Algorithm.SHA256, "AAAA-3") == invalid
    assert answer(FULL_CRC32, "y/Q5Jg==", Algorithm.SHA256, right) == mismatch("crc32", "sha256")
    assert answer(FULL_CRC32, "y/Q5Jg==", Algorithm.CRC32, "y/Q5Jg==-1") == (
        "InvalidRequest",
        "Value for x-amz-checksum-crc32 header is invalid.",
    )


def test_a_checksum_that_nobody_had_asked_for_is_taken_of_the_first_algorithms_only() -> None:
    """
    The guide says so: the four that there were before CRC64NVME are neither verified nor kept, the default is
    verified, and the five of 2026 are refused.
    """
    value, other = "rosUhgp5mIg=", text_of(Algorithm.SHA256, b"b")
    check_completed_value(NOBODY_ASKED, value, {Algorithm.SHA256.header: other})
    check_completed_value(NOBODY_ASKED, value, {Algorithm.CRC64NVME.header: value})

    answers = [
        refused(lambda: check_completed_value(NOBODY_ASKED, value, {Algorithm.CRC64NVME.header: "AAAAAAAAAAA="})),
        refused(
            lambda: check_completed_value(NOBODY_ASKED, value, {Algorithm.MD5.header: text_of(Algorithm.MD5, b"")})
        ),
    ]

    assert answers == [
        ("BadDigest", "The crc64nvme you specified did not match the calculated checksum."),
        mismatch("null", "md5"),
    ]


def test_the_old_header_for_md5_is_checked_too() -> None:
    """
    Older clients know no other, and its errors are its own.
    """
    digest = parse_content_md5("kAFQmDzST7DWlj99KOF/cg==")

    assert digest == digest_of(Algorithm.MD5, b"abc")
    check_content_md5(digest, digest)
    assert refused(lambda: check_content_md5(digest, bytes(16))) == (
        "BadDigest",
        "The Content-MD5 you specified did not match what we received.",
    )
    for text in ("", "é", "AAAA", "900150983cd24fb0d6963f7d28e17f72"):
        assert refused(lambda text=text: parse_content_md5(text))[0] == "InvalidDigest"  # type: ignore[misc]


@given(st.text(max_size=12))
def test_no_text_but_a_digest_is_taken_for_one(text: str) -> None:
    """
    Whatever a client sends is a digest of four bytes or is refused; nothing else may come of it.
    """
    digest = decoded(Algorithm.CRC32, text)

    assert digest is None or (len(digest) == 4 and base64.b64encode(digest).decode()[:5] == text[:5])


@pytest.mark.parametrize("name", ["ſha1", "SHA-1", " SHA1", "x-amz-checksum-sha1", ""])
def test_only_a_name_is_a_name(name: str) -> None:
    """
    The long s in capitals is an S, and still no letter of a name.
    """
    assert algorithm_named("sha1") is Algorithm.SHA1
    assert refused(lambda: algorithm_named(name))[0] == "InvalidRequest"


SMALL = """
import sys
from emulator.buckets.checksums import Algorithm, Checksum
Checksum(Algorithm.CRC32).update(b"x"); Checksum(Algorithm.SHA256).update(b"x")
print(sorted({"anycrc", "xxhash"} & set(sys.modules)))
Checksum(Algorithm.CRC64NVME).update(b"x")
print(sorted({"anycrc", "xxhash"} & set(sys.modules)))
"""


def test_a_library_is_loaded_by_the_first_checksum_that_needs_it() -> None:
    """
    Commands and an idle server do without, and most uploads bring a CRC32.
    """
    done = subprocess.run([sys.executable, "-c", SMALL], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines() == ["[]", "['anycrc']"]
