"""Stacks deployed, changed, taken back and destroyed; every fact is read from where it takes effect."""

import json
from contextlib import AbstractContextManager

import pytest

from emulator.buckets.lifecycle_rules import rules_of
from emulator.progress import Silent
from emulator.stacks.errors import StackFailedError, StackNotFoundError, UnsupportedError, ValidationError
from tests.unit.stacks.conftest import Desk

TWO_BUCKETS = """
Parameters: {Stage: {Type: String, Default: dev}}
Conditions: {IsProd: !Equals [!Ref Stage, prod]}
Resources:
  Raw:
    Type: AWS::S3::Bucket
    Properties: {Tags: [{Key: stage, Value: !Ref Stage}, {Key: beside, Value: !Ref Results}]}
  Results: {Type: AWS::S3::Bucket}
  Copies: {Type: AWS::S3::Bucket, Condition: IsProd}
Outputs:
  Raw: {Value: !Ref Raw, Export: {Name: raw}}
  Copies: {Condition: IsProd, Value: !GetAtt Copies.Arn}
"""

SAM_MISTAKE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: s3://code/a.zip
      Runtime: python3.11
      Handler: app.handler
      Events: {D: {Type: S3, Properties: {Bucket: !Ref Nobody, Events: "s3:*"}}}
"""


def test_a_template_is_made_in_the_order_of_its_references(desk: Desk) -> None:
    done = desk.deploy(TWO_BUCKETS)

    assert [(one.action, one.logical_id) for one in done] == [("Add", "Results"), ("Add", "Raw")]
    standing = desk.standing()
    assert sorted(desk.cloud.buckets.names()) == sorted(one.physical_id for one in standing.values())
    assert standing["Raw"].physical_id.startswith("photos-raw-")
    tags = desk.cloud.buckets.bucket_settings.get(standing["Raw"].physical_id, "BucketTagging")
    assert tags == {
        "TagSet": [{"Key": "stage", "Value": "dev"}, {"Key": "beside", "Value": standing["Results"].physical_id}]
    }
    assert desk.outputs() == {"Raw": standing["Raw"].physical_id}


def test_what_has_not_changed_is_left_alone_and_what_has_is_changed_or_added(desk: Desk) -> None:
    desk.deploy(TWO_BUCKETS)
    before = desk.standing()

    assert desk.deploy(TWO_BUCKETS) == []
    assert desk.plan(TWO_BUCKETS, Stage="prod") == [("Add", "Copies"), ("Modify", "Raw")]
    assert desk.standing() == before, "a plan changes nothing"
    desk.deploy(TWO_BUCKETS, Stage="prod")

    after = desk.standing()
    assert after["Raw"].physical_id == before["Raw"].physical_id
    assert after["Results"] == before["Results"]
    assert desk.outputs()["Copies"] == f"arn:aws:s3:::{after['Copies'].physical_id}"
    assert desk.plan(TWO_BUCKETS) == [], "parameters that are not said stay"


def test_what_the_template_has_no_more_is_removed_and_what_it_retains_stays(desk: Desk) -> None:
    desk.deploy(TWO_BUCKETS, Stage="prod")
    copies = desk.standing()["Copies"].physical_id
    kept = desk.standing()["Results"].physical_id

    assert desk.plan(TWO_BUCKETS, Stage="dev") == [("Modify", "Raw"), ("Remove", "Copies")]
    desk.deploy(TWO_BUCKETS, Stage="dev")
    assert copies not in desk.cloud.buckets.names()

    desk.deploy(TWO_BUCKETS.replace("Results: {Type", "Results: {DeletionPolicy: Retain, Type"))
    desk.stacks.destroy("photos")

    assert desk.cloud.buckets.names() == [kept]
    assert desk.stacks.records.all() == []


def test_another_name_is_another_bucket_and_the_same_name_is_refused(desk: Desk) -> None:
    """As on AWS, where a name that only one can have stands in the way of its own replacement."""
    named = "Resources: {{Raw: {{Type: AWS::S3::Bucket, Properties: {{BucketName: {0}}}}}}}"
    keyed = "Resources: {{Key: {{Type: AWS::EC2::KeyPair, Properties: {{KeyName: mine, KeyType: {0}}}}}}}"
    desk.deploy(named.format("raw-one"))

    assert desk.plan(named.format("raw-two")) == [("Replace", "Raw")]
    desk.deploy(named.format("raw-two"))
    assert desk.cloud.buckets.names() == ["raw-two"]

    desk.deploy(keyed.format("ed25519"), "keys")
    with pytest.raises(StackFailedError) as refused:
        desk.deploy(keyed.format("rsa"), "keys")
    assert "cannot update a stack when a custom-named resource requires replacing. Rename mine" in str(refused.value)
    assert desk.cloud.key_pairs.find("mine").type == "ed25519"


def test_everything_that_is_not_here_is_told_at_once_and_nothing_is_made(desk: Desk) -> None:
    template = """
Resources:
  Raw: {Type: AWS::S3::Bucket, Properties: {ReplicationConfiguration: {}, VersioningConfiguration: {Mfa: 1}}}
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: !Ref Raw}}
  Rule: {Type: AWS::Events::Rule, Properties: {EventPattern: {source: [a]}}}
  Tagged: {Type: AWS::EC2::KeyPair, Properties: {KeyName: k, Tags: {a: b}}}
  Disk: {Type: AWS::EC2::Volume, Properties: {AvailabilityZone: [a], Size: big}}
  Table: {Type: AWS::DynamoDB::Table, Properties: {Stream: !GetAtt Api.Anything}}
"""
    with pytest.raises(UnsupportedError) as refused:
        desk.deploy(template)

    assert str(refused.value).splitlines() == [
        "Raw: ReplicationConfiguration of AWS::S3::Bucket is not available here",
        "Raw: VersioningConfiguration.Mfa of AWS::S3::Bucket is not available here",
        "Rule: EventPattern of AWS::Events::Rule is not available here",
        "Rule: Properties validation failed: required key [ScheduleExpression] not found",
        "Tagged: Properties validation failed: #/Tags: expected type: JSONArray, found: JSONObject",
        "Disk: Properties validation failed: #/AvailabilityZone: expected type: String, found: JSONArray",
        "Disk: Properties validation failed: #/Size: expected type: Number, found: String",
        "Api: AWS::ApiGateway::RestApi is not available here",
        "Table: AWS::DynamoDB::Table is not available here",
    ]
    assert desk.cloud.buckets.names() == []
    assert desk.stacks.records.all() == []


@pytest.mark.parametrize(
    ("template", "message"),
    [
        (
            "Resources: {A: {Type: AWS::S3::Bucket, Properties: {BucketName: !Ref Nobody}}}",
            "Template format error: Unresolved resource dependencies [Nobody] in the Resources block of the template",
        ),
        (
            "Resources: {A: {Type: AWS::S3::Bucket}}\nOutputs: {X: {Value: !GetAtt B.Arn}}",
            "Template format error: Unresolved resource dependencies [B] in the Outputs block of the template",
        ),
        (
            "Resources: {A: {Type: AWS::S3::Bucket, DependsOn: B}, B: {Type: AWS::S3::Bucket, DependsOn: [A]}}",
            "Circular dependency between resources: [A, B]",
        ),
        ("Resources: {}", "Template format error: At least one Resources member must be defined."),
        ("Resource: {}", "Invalid template property or properties [Resource]"),
        (
            "Resources: {A: {Properties: {}}}",
            "Template format error: [/Resources/A] Every Resources object must contain a Type member.",
        ),
        ("Resources: {a-b: {Type: x}}", "Template format error: Resource name a-b is non alphanumeric."),
        (
            "Parameters: {P: {Type: String}}\nResources: {A: {Type: AWS::S3::Bucket}}",
            "Parameters: [P] must have values",
        ),
        (
            "Transform: AWS::Include\nResources: {A: {Type: AWS::S3::Bucket}}",
            "Transform AWS::Include is not available here",
        ),
        (
            "Resources: {A: {Type: AWS::S3::Bucket, Condition: [x]}}",
            "Template format error: [/Resources/A] Condition must be a string.",
        ),
        (
            "Resources: {A: {Type: AWS::S3::Bucket}}\nOutputs: {X: {Value: [1]}}",
            "Template format error: Output X is malformed. Every Value is a text",
        ),
        (
            "Transform: AWS::Serverless-2016-10-31\nResources: {F: {Type: AWS::Serverless::Function, Properties: []}}",
            "Resource with id [F] is invalid. Attribute 'Properties' should be a map.",
        ),
        (
            SAM_MISTAKE,
            "Resource with id [F] is invalid. Event with id [D] is invalid. S3 events must reference an S3 bucket",
        ),
        (
            "Resources: {F: {Type: AWS::Lambda::Function, Properties: {Code: nowhere/, Role: x}}}",
            "Parameter Code of resource F refers to a file or folder that does not exist",
        ),
    ],
)
def test_a_template_with_a_mistake_is_refused_in_the_words_of_aws(desk: Desk, template: str, message: str) -> None:
    with pytest.raises(ValidationError) as refused:
        desk.deploy(template)

    assert str(refused.value).startswith(message)
    assert refused.value.code == "ValidationError"
    assert desk.stacks.records.all() == []


def test_a_new_stack_that_fails_leaves_nothing(desk: Desk) -> None:
    """The second bucket's name is no name: the first one is there by then, and goes again."""
    template = """
Resources:
  First: {Type: AWS::S3::Bucket}
  Second: {Type: AWS::S3::Bucket, DependsOn: First, Properties: {BucketName: NO}}
"""
    with pytest.raises(StackFailedError) as failed:
        desk.deploy(template)

    assert str(failed.value).startswith("Second (AWS::S3::Bucket): ")
    assert failed.value.code == "ROLLBACK_COMPLETE"
    assert desk.cloud.buckets.names() == []
    assert desk.stacks.records.all() == []


def test_a_stack_whose_change_fails_is_as_it_was(desk: Desk) -> None:
    """Changed, replaced and added before the failure: all of it is taken back."""
    before = """
Resources:
  Raw: {Type: AWS::S3::Bucket, Properties: {Tags: [{Key: a, Value: "1"}]}}
  Named: {Type: AWS::S3::Bucket, Properties: {BucketName: name-one}}
  Tick: {Type: AWS::Events::Rule, Properties: {ScheduleExpression: rate(1 hour)}}
Outputs: {Tick: {Value: !Ref Tick}}
"""
    after = """
Resources:
  Raw: {Type: AWS::S3::Bucket, Properties: {Tags: [{Key: a, Value: "2"}], VersioningConfiguration: {Status: Enabled}}}
  Named: {Type: AWS::S3::Bucket, Properties: {BucketName: name-two}}
  New: {Type: AWS::S3::Bucket}
  Tick: {Type: AWS::Events::Rule, DependsOn: [Raw, Named, New], Properties: {ScheduleExpression: rate(0 hours)}}
"""
    desk.deploy(before)
    standing, buckets = desk.standing(), desk.cloud.buckets.names()

    with pytest.raises(StackFailedError) as failed:
        desk.deploy(after)

    assert failed.value.code == "UPDATE_ROLLBACK_COMPLETE"
    assert desk.cloud.buckets.names() == buckets
    raw = standing["Raw"].physical_id
    assert desk.cloud.buckets.bucket_settings.get(raw, "BucketTagging") == {"TagSet": [{"Key": "a", "Value": "1"}]}
    assert desk.cloud.buckets.versioning(raw) == "Suspended", "versions that were kept once are suspended, not unsaid"
    assert desk.cloud.schedules.find(standing["Tick"].physical_id).schedule == "rate(1 hour)"
    assert desk.standing() == standing
    assert desk.outputs() == {"Tick": standing["Tick"].physical_id}
    assert desk.plan(before) == []


def test_a_bucket_that_is_not_empty_is_kept_with_its_stack_until_it_is_forced(desk: Desk) -> None:
    desk.deploy(TWO_BUCKETS)
    raw = desk.standing()["Raw"].physical_id
    (desk.cloud.buckets.path(raw) / "a.csv").write_text("1")

    with pytest.raises(StackFailedError) as failed:
        desk.stacks.destroy("photos")
    assert failed.value.code == "DELETE_FAILED"
    assert desk.cloud.buckets.names() == [raw]
    assert [one.physical_id for one in desk.standing().values()] == [raw], "it is not lost from sight"

    desk.stacks.destroy("photos", empties_buckets=True)
    assert desk.cloud.buckets.names() == []
    with pytest.raises(StackNotFoundError) as gone:
        desk.stacks.destroy("photos")
    assert str(gone.value) == "Stack with id photos does not exist"


def test_what_somebody_removed_by_other_means_is_made_again(desk: Desk) -> None:
    desk.deploy(TWO_BUCKETS)
    desk.cloud.buckets.delete_bucket(desk.standing()["Results"].physical_id)

    assert desk.plan(TWO_BUCKETS) == [("Add", "Results"), ("Modify", "Raw")]
    desk.deploy(TWO_BUCKETS)

    assert desk.standing()["Results"].physical_id in desk.cloud.buckets.names()
    assert len(desk.stacks.records.resources("photos")) == 2


def test_what_a_shell_was_making_when_it_died_is_removed_first(desk: Desk) -> None:
    """It left a row that says so: the thing may be half made."""
    desk.deploy(TWO_BUCKETS)
    desk.cloud.buckets.create_bucket("photos-half")
    row = desk.standing()["Results"].__class__("Copies", "AWS::S3::Bucket", "photos-half", "CREATE_IN_PROGRESS")
    desk.stacks.records.put("photos", row)

    desk.deploy(TWO_BUCKETS, Stage="prod")

    assert "photos-half" not in desk.cloud.buckets.names()
    assert desk.standing()["Copies"].status == "CREATE_COMPLETE"


def test_one_stack_may_speak_of_what_another_exports(desk: Desk) -> None:
    desk.deploy(TWO_BUCKETS)
    other = "Resources: {R: {Type: AWS::IAM::Role, Properties: {}}}\nOutputs: {Raw: {Value: !ImportValue raw}}"

    desk.deploy(other, "other")

    assert desk.outputs("other") == desk.outputs()


def test_settings_of_a_bucket_come_and_go_with_the_template(desk: Desk) -> None:
    """A template says them in other words than S3's API."""
    site = """
Resources:
  Site:
    Type: AWS::S3::Bucket
    Properties:
      VersioningConfiguration: {Status: Enabled}
      WebsiteConfiguration:
        IndexDocument: index.html
        RoutingRules:
          - RedirectRule: {HostName: b.org, HttpRedirectCode: 302}
            RoutingRuleCondition: {KeyPrefixEquals: a/}
      CorsConfiguration: {CorsRules: [{AllowedMethods: [GET], AllowedOrigins: ["*"], ExposedHeaders: [x], MaxAge: 3}]}
      PublicAccessBlockConfiguration: {BlockPublicAcls: true}
      BucketEncryption:
        ServerSideEncryptionConfiguration: [{ServerSideEncryptionByDefault: {SSEAlgorithm: AES256}}]
      LifecycleConfiguration:
        Rules:
          - {Id: old, Status: Enabled, Prefix: logs/, ExpirationInDays: 30, TagFilters: [{Key: a, Value: b}]}
          - {Id: parts, Status: Enabled, AbortIncompleteMultipartUpload: {DaysAfterInitiation: 2}}
          - {Id: versions, Status: Enabled, NoncurrentVersionExpiration: {NoncurrentDays: 3}}
  Open:
    Type: AWS::S3::BucketPolicy
    Properties: {Bucket: !Ref Site, PolicyDocument: {Version: 2012-10-17, Statement: []}}
Outputs: {Url: {Value: !GetAtt Site.WebsiteURL}}
"""
    desk.deploy(site)
    name, settings = desk.standing()["Site"].physical_id, desk.cloud.buckets.bucket_settings

    assert desk.cloud.buckets.versioning(name) == "Enabled"
    assert settings.get(name, "BucketWebsite") == {
        "IndexDocument": {"Suffix": "index.html"},
        "RoutingRules": [
            {"Redirect": {"HostName": "b.org", "HttpRedirectCode": "302"}, "Condition": {"KeyPrefixEquals": "a/"}}
        ],
    }
    assert settings.get(name, "BucketCors") == {
        "CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"], "ExposeHeaders": ["x"], "MaxAgeSeconds": 3}]
    }
    assert settings.get(name, "PublicAccessBlock") == {
        "BlockPublicAcls": True,
        "IgnorePublicAcls": False,
        "BlockPublicPolicy": False,
        "RestrictPublicBuckets": False,
    }
    assert settings.get(name, "BucketEncryption") == {
        "Rules": [
            {"BucketKeyEnabled": False, "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}},
        ]
    }
    lifecycle = settings.get(name, "BucketLifecycleConfiguration")
    assert lifecycle is not None
    assert lifecycle["Rules"] == [
        {
            "ID": "old",
            "Status": "Enabled",
            "Filter": {"And": {"Prefix": "logs/", "Tags": [{"Key": "a", "Value": "b"}]}},
            "Expiration": {"Days": 30},
        },
        {
            "ID": "parts",
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 2},
        },
        {
            "ID": "versions",
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "NoncurrentVersionExpiration": {"NoncurrentDays": 3},
        },
    ]
    assert [rule.id for rule in rules_of(json.dumps(lifecycle))] == ["old", "parts", "versions"], "it is acted upon"
    assert settings.get(name, "BucketPolicy") == {"Policy": '{"Version": "2012-10-17", "Statement": []}'}
    assert desk.outputs() == {"Url": f"http://{name}.s3-website.localhost:4566/"}

    desk.deploy("Resources: {Site: {Type: AWS::S3::Bucket}}")

    assert settings.get(name, "BucketWebsite") is None
    assert settings.get(name, "BucketPolicy") is None
    assert desk.cloud.buckets.versioning(name) == "Suspended"


class _Impatient(Silent):
    """Somebody who presses Ctrl-C as soon as a certain step begins."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.heard = 0

    def step(self, title: str) -> AbstractContextManager[object]:
        if title == self.title:
            raise KeyboardInterrupt
        return super().step(title)

    def interrupted(self) -> None:
        self.heard += 1


def test_ctrl_c_takes_back_what_was_made(desk: Desk) -> None:
    progress = desk.cloud.progress = _Impatient("creating Raw (AWS::S3::Bucket)")

    with pytest.raises(KeyboardInterrupt):
        desk.deploy(TWO_BUCKETS)

    assert progress.heard == 1
    assert desk.cloud.buckets.names() == []
    assert desk.stacks.records.all() == []


def test_a_property_that_lacks_a_part_is_told_by_its_name(desk: Desk) -> None:
    with pytest.raises(StackFailedError) as failed:
        desk.deploy("Resources: {A: {Type: AWS::S3::Bucket, Properties: {CorsConfiguration: {}}}}")

    assert str(failed.value) == "A (AWS::S3::Bucket): required key [CorsRules] not found"
    assert desk.cloud.buckets.names() == []


def test_what_goes_out_of_a_group_is_everything_unless_the_template_says_what(desk: Desk) -> None:
    """A rule that somebody added by other means stays; those of the template come and go."""
    template = """
Resources:
  Site:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: The site
      SecurityGroupEgress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}]
"""
    desk.deploy(template)
    groups, site = desk.cloud.network.groups, desk.standing()["Site"].physical_id
    groups.authorize(
        site, [{"IpProtocol": "udp", "FromPort": 53, "ToPort": 53, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}]
    )

    def goes_out() -> list[tuple[str, int]]:
        return [(one.protocol, one.from_port) for one in groups.find(site).permissions(egress=True)]

    assert goes_out() == [("tcp", 443)]

    desk.deploy(template.replace("SecurityGroupEgress", "SecurityGroupIngress"))

    assert goes_out() == [("-1", -1)]
    let_in = {(one.protocol, one.from_port) for one in groups.find(site).permissions(egress=False)}
    assert let_in == {("udp", 53), ("tcp", 443)}
