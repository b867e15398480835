"""A template's text: YAML with short tags, or JSON."""

import json

import pytest

from emulator.stacks.errors import ValidationError
from emulator.stacks.reading import read_document


def test_a_short_tag_is_the_function_that_it_stands_for() -> None:
    """GetAtt is the odd one: a text with a dot in it is the list of two that JSON has."""
    read = read_document(
        b"""
a: !Ref Raw
b: !GetAtt Raw.Nested.Arn
c: !Sub ["${x}", {x: !Join [",", [1, !Ref A]]}]
d: !If [IsProd, !Ref A, !Ref "AWS::NoValue"]
e: !Condition IsProd
"""
    )

    assert read == {
        "a": {"Ref": "Raw"},
        "b": {"Fn::GetAtt": ["Raw", "Nested.Arn"]},
        "c": {"Fn::Sub": ["${x}", {"x": {"Fn::Join": [",", [1, {"Ref": "A"}]]}}]},
        "d": {"Fn::If": ["IsProd", {"Ref": "A"}, {"Ref": "AWS::NoValue"}]},
        "e": {"Condition": "IsProd"},
    }


def test_a_date_stays_the_text_that_it_is() -> None:
    """2010-09-09 is a version, and 2012-10-17 one of a policy."""
    assert read_document(b"AWSTemplateFormatVersion: 2010-09-09") == {"AWSTemplateFormatVersion": "2010-09-09"}


def test_json_is_read_as_it_is() -> None:
    document = {"Resources": {"Raw": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": {"Ref": "A"}}}}}

    assert read_document(json.dumps(document, indent="\t").replace("\t", "  ").encode()) == document


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: b: c", "Template format error: YAML not well-formed. (line 1, column 5)"),
        ("a: 1\na: 2", "Template format error: YAML not well-formed. (line 2, column 1)"),
        ("a: !Reff B", "Template format error: YAML not well-formed. (line 1, column 4)"),
        ("- 1", "Template format error: unsupported structure."),
        ("", "Template format error: unsupported structure."),
        ("a: !!python/name:os.system", "Template format error: YAML not well-formed. (line 1, column 4)"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(text: str, said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        read_document(text.encode())

    assert str(refused.value) == said
