"""Stacks with functions, on a real engine."""

import pytest

from emulator.stacks.errors import StackFailedError
from tests.integration.pipeline.conftest import open_house
from tests.integration.stacks.conftest import Desk

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters: {Memory: {Type: Number, Default: 256}}
Resources:
  Raw: {Type: AWS::S3::Bucket}
  Results: {Type: AWS::S3::Bucket}
  Copy:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: copy/
      Handler: app.handler
      Runtime: python3.11
      MemorySize: !Ref Memory
      AutoPublishAlias: live
      Environment: {Variables: {RESULTS: !Ref Results, TIMES: 2}}
      EventInvokeConfig: {MaximumRetryAttempts: 1}
      FunctionUrlConfig: {AuthType: NONE}
      Events:
        Drop:
          Type: S3
          Properties:
            {Bucket: !Ref Raw, Events: "s3:ObjectCreated:*", Filter: {S3Key: {Rules: [{Name: suffix, Value: .csv}]}}}
        Daily: {Type: Schedule, Properties: {Schedule: rate(1 day), Input: '{"by": "the clock"}'}}
Outputs:
  Url: {Value: !GetAtt CopyUrl.FunctionUrl}
  Version: {Value: !Ref Copy.Version}
"""

CODE = """
import os, boto3

def handler(event, context):
    for record in event["Records"]:
        key = record["s3"]["object"]["key"]
        body = boto3.client("s3").get_object(Bucket=record["s3"]["bucket"]["name"], Key=key)["Body"].read()
        boto3.client("s3").put_object(Bucket=os.environ["RESULTS"], Key=key, Body=body * int(os.environ["TIMES"]))
"""


@pytest.mark.timeout(600)
def test_a_file_that_is_dropped_runs_the_function_of_a_deployed_template(desk: Desk) -> None:
    """The whole way, with a server: bucket, rule, alias, version, code, environment."""
    desk.write("copy/app.py", CODE)
    desk.deploy(TEMPLATE)
    standing = desk.standing()

    with open_house(desk.cloud) as house:
        house.start()
        path = desk.cloud.buckets.path(standing["Raw"].physical_id)
        (path / "a.csv").write_text("ab")
        (path / "a.txt").write_text("not this one")
        house.settle()

        assert (desk.cloud.buckets.path(standing["Results"].physical_id) / "a.csv").read_text() == "abab"
        assert [one.name for one in desk.cloud.buckets.path(standing["Results"].physical_id).iterdir()] == ["a.csv"]


def test_a_stack_of_functions_is_made_changed_and_destroyed(desk: Desk) -> None:
    desk.write("copy/app.py", CODE)
    desk.deploy(TEMPLATE)
    functions, name = desk.cloud.functions, desk.standing()["Copy"].physical_id

    function = functions.find(name)
    assert (function.memory_mb, function.environment["TIMES"]) == (256, "2")
    assert functions.tags.of(name) == {"lambda:createdBy": "SAM"}
    assert functions.aliases.find(name, "live").version == "1"
    assert functions.event_configs.get(name, "live") is not None
    assert desk.outputs() == {
        "Url": desk.cloud.function_urls.find(name, "live").address(4566),
        "Version": f"{function.arn('us-east-1')}:1",
    }
    (trigger,) = desk.cloud.triggers.list(name)
    assert (trigger.rule.bucket, trigger.rule.suffix) == (desk.standing()["Raw"].physical_id, ".csv")
    assert trigger.target.endswith(":live")
    (rule,) = desk.cloud.schedules.rules()
    (target,) = desk.cloud.schedules.targets(rule.name)
    assert (rule.schedule, target.input) == ("rate(1 day)", '{"by": "the clock"}')

    assert desk.deploy(TEMPLATE) == []
    assert desk.deploy(TEMPLATE, Memory="512") == [("Modify", "Copy")]
    assert functions.find(name).memory_mb == 512

    desk.write("copy/app.py", CODE + "# another\n")
    done = desk.deploy(TEMPLATE)
    assert {("Modify", "Copy"), ("Modify", "CopyAliaslive")} <= set(done)
    assert functions.aliases.find(name, "live").version == "2"
    assert "# another" in (functions.code_folder(functions.find(name, "2")) / "app.py").read_text()  # type: ignore[operator]

    desk.deploy(TEMPLATE.replace("      Environment: {Variables: {RESULTS: !Ref Results, TIMES: 2}}\n", ""))
    assert functions.find(name).environment == {}, "what is not said any more is as AWS has it"

    desk.stacks.destroy("photos")
    assert functions.list() == []
    assert desk.cloud.buckets.names() == []
    assert desk.cloud.schedules.rules() == []


def test_code_that_was_changed_is_what_it_was_when_the_deployment_fails_later(desk: Desk) -> None:
    """The folder has the new code by then: the old one comes from the home."""
    template = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Copy:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: copy/, Handler: app.handler, Runtime: python3.11, MemorySize: 128}
  After: {Type: AWS::S3::Bucket, DependsOn: Copy, Properties: {BucketName: after}}
"""
    desk.write("copy/app.py", CODE)
    desk.deploy(template)
    functions, name = desk.cloud.functions, desk.standing()["Copy"].physical_id
    before = functions.find(name)
    desk.write("copy/app.py", CODE + "# another\n")

    with pytest.raises(StackFailedError) as failed:
        desk.deploy(template.replace("128", "256").replace("after}", "NO}"))

    assert failed.value.code == "UPDATE_ROLLBACK_COMPLETE"
    assert functions.find(name) == before
    folder = functions.code_folder(functions.find(name))
    assert folder is not None
    assert (folder / "app.py").read_text() == CODE
    assert desk.cloud.buckets.names() == ["after"]


def test_code_may_stand_in_the_template_lie_in_a_bucket_or_be_a_layer(desk: Desk) -> None:
    import io
    import zipfile

    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("app.py", "def handler(event, context):\n    return 1\n")
    desk.cloud.buckets.create_bucket("code")
    desk.cloud.buckets.objects.put("code", "app.zip", io.BytesIO(content.getvalue()))
    desk.write("libraries/python/mine.py", "VALUE = 7\n")
    template = """
Resources:
  Libraries:
    Type: AWS::Lambda::LayerVersion
    Properties: {Content: libraries/, CompatibleRuntimes: [python3.11]}
  Inline:
    Type: AWS::Lambda::Function
    Properties:
      Handler: index.handler
      Runtime: python3.11
      Role: arn:aws:iam::000000000000:role/any
      Layers: [!Ref Libraries]
      ReservedConcurrentExecutions: 5
      Code: {ZipFile: "def handler(event, context): return 0"}
  Stored:
    Type: AWS::Lambda::Function
    Properties:
      Handler: app.handler
      Runtime: python3.11
      Role: arn:aws:iam::000000000000:role/any
      Code: {S3Bucket: code, S3Key: app.zip}
"""
    desk.deploy(template)
    functions, standing = desk.cloud.functions, desk.standing()

    inline = functions.find(standing["Inline"].physical_id)
    folder = functions.code_folder(inline)
    assert folder is not None
    assert (folder / "index.py").read_text() == "def handler(event, context): return 0"
    assert inline.layers == (standing["Libraries"].ref,)
    assert functions.concurrency.reserved(inline.name) == 5
    stored = functions.code_folder(functions.find(standing["Stored"].physical_id))
    assert stored is not None
    assert (stored / "app.py").exists()

    desk.write("libraries/python/mine.py", "VALUE = 8\n")
    done = desk.deploy(template.replace("return 0", "return 2").replace("      ReservedConcurrentExecutions: 5\n", ""))

    assert done == [("Replace", "Libraries"), ("Modify", "Inline")]
    inline = functions.find(inline.name)
    assert inline.layers == (desk.standing()["Libraries"].ref,)
    assert functions.concurrency.reserved(inline.name) is None
    assert [one.version for one in functions.layers.versions("Libraries")] == [2], "the first is removed at the end"
    folder = functions.code_folder(inline)
    assert folder is not None
    assert "return 2" in (folder / "index.py").read_text()
