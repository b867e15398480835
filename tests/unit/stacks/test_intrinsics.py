"""What CloudFormation's functions come to."""

from typing import Any

import pytest

from emulator.stacks.errors import ValidationError
from emulator.stacks.intrinsics import Facts, Scope, pseudo_parameters
from emulator.stacks.reading import read_document

CONDITIONS = """
IsProd: !Equals [!Ref Stage, prod]
IsLarge: !And [!Condition IsProd, !Not [!Equals [!Ref Size, 1]]]
IsEither: !Or [!Condition IsProd, !Equals [dev, !Ref Stage]]
Round: !Condition AndRound
AndRound: !Condition Round
"""


@pytest.fixture
def scope() -> Scope:
    return Scope(
        parameters={"Stage": "dev", "Size": "2", "Names": ["a", "b"]},
        mappings={"Sizes": {"dev": {"Memory": 128}, "prod": {"Memory": 512}}},
        said_conditions=read_document(CONDITIONS.encode()),
        pseudo=pseudo_parameters("photos", "arn:stack", "us-east-1"),
        zones=["us-east-1a", "us-east-1b"],
        exports={"bucket-of-others": "raw-1"},
        resources={"Raw": Facts("photos-raw-1", {"Arn": "arn:aws:s3:::photos-raw-1"})},
    )


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("!Ref Stage", "dev"),
        ("!Ref Names", ["a", "b"]),
        ("!Ref Raw", "photos-raw-1"),
        ("!Ref AWS::Region", "us-east-1"),
        ("!GetAtt Raw.Arn", "arn:aws:s3:::photos-raw-1"),
        ('!Sub "${Raw}/${Stage}-${AWS::StackName} ${Raw.Arn} ${!Raw}"', None),
        ("!Sub ['${x}-${Stage}', {x: !Ref Size}]", "2-dev"),
        ("!Join ['-', [a, 1, true, !Ref Stage]]", "a-1-true-dev"),
        ("!Join [',', !Ref Names]", "a,b"),
        ("!Split [',', 'a,b']", ["a", "b"]),
        ("!Select [1, !Ref Names]", "b"),
        ("!Select ['0', !GetAZs '']", "us-east-1a"),
        ("!FindInMap [Sizes, !Ref Stage, Memory]", 128),
        ("!If [IsProd, yes, 'no']", "no"),
        ("!If [IsEither, here, there]", "here"),
        ("!If [IsLarge, large, small]", "small"),
        ("!Base64 text", "dGV4dA=="),
        ("!ImportValue bucket-of-others", "raw-1"),
        ("{kept: 1, gone: !If [IsProd, 1, !Ref AWS::NoValue]}", {"kept": 1}),
        ("[1, !Ref AWS::NoValue]", [1]),
        ("!Length [1, 2, 3]", 3),
        ("!ToJsonString {a: !Ref Size}", '{"a":"2"}'),
        ("{Condition: {StringLike: x}}", {"Condition": {"StringLike": "x"}}),
    ],
)
def test_a_function_is_worked_out(scope: Scope, said: str, value: Any) -> None:
    resolved = scope.resolve(read_document(f"v: {said}".encode())["v"])

    assert resolved == ("photos-raw-1/dev-photos arn:aws:s3:::photos-raw-1 ${Raw}" if value is None else value)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("!Ref Nothing", "Template format error: Unresolved resource dependencies [Nothing] in the template"),
        ("!GetAtt Raw.Size", "Template error: resource Raw does not support attribute type Size in Fn::GetAtt"),
        ("!Select [7, !Ref Names]", "Template error: Fn::Select cannot select nonexistent value at index 7"),
        (
            "!FindInMap [Sizes, test, Memory]",
            "Template error: Unable to get object for key 'test' for [Sizes::test::Memory]",
        ),
        ("!If [Nothing, 1, 2]", "Template format error: Unresolved condition dependency Nothing"),
        ("!If [Round, 1, 2]", "Template format error: Circular dependency between conditions: [Round]"),
        ("!ImportValue none", "No export named none found. Rollback requested by user."),
        ("!Transform {Name: AWS::Include}", "Template error: Fn::Transform is not available here"),
        ("!GetAZs eu-west-1", "Template error: eu-west-1 is not the region of this cloud"),
        ("!Join [',', !Ref Stage]", "Template error: Fn::Join needs a separator and a list"),
        ("!Sub ['${Names}', {}]", "Template error: Fn::Sub needs texts"),
    ],
)
def test_what_has_no_value_is_refused(scope: Scope, said: str, message: str) -> None:
    with pytest.raises(ValidationError) as refused:
        scope.resolve(read_document(f"v: {said}".encode())["v"])

    assert str(refused.value) == message
