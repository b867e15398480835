"""The server as a user starts, looks at and ends it."""

import json
import shlex
import socket

from tests.e2e.conftest import User


def test_status_says_where_everything_is(user: User) -> None:
    """
    Other programs read it: the names are a promise.
    """
    user.sees("cloudlet start")

    status = json.loads(user.sees("cloudlet status --output json"))

    port = int(user.environment["CLOUDLET_PORT"])
    assert status["home"] == str(user.home)
    assert status["port"] == port
    assert status["endpoint"] == f"http://127.0.0.1:{port}"
    assert status["pid"] > 1
    assert status["engine"]
    assert status["queue"] == {"queued": 0, "running": 0, "done": 0, "failed": 0}


def test_starting_twice_is_a_conflict_that_names_the_first(user: User) -> None:
    """
    A second server would run every trigger twice.
    """
    user.sees("cloudlet start")
    pid = user.sees("cloudlet status --query pid").strip()

    again = user.types("cloudlet start")

    assert again.returncode == 1
    assert f"already runs (pid {pid}" in again.stderr
    assert "hint: " in again.stderr
    assert user.sees("cloudlet status --query pid").strip() == pid


def test_stopping_twice_is_no_failure(user: User) -> None:
    """
    Clean-up scripts run whether or not the start before them did.
    """
    user.sees("cloudlet start")

    first, second = user.types("cloudlet stop"), user.types("cloudlet stop")

    assert (first.returncode, second.returncode) == (0, 0)
    assert "has ended" in first.stdout
    assert "no server runs" in second.stderr
    assert user.sees("cloudlet status --query pid").strip() == "null"


def test_a_port_that_is_taken_is_named(user: User) -> None:
    """
    Another emulator often has the same port.
    """
    with socket.create_server(("127.0.0.1", int(user.environment["CLOUDLET_PORT"]))):
        started = user.types("cloudlet start")

    assert started.returncode == 1
    assert f"error: port {user.environment['CLOUDLET_PORT']} of 127.0.0.1 is already in use" in started.stderr
    assert "CLOUDLET_PORT" in started.stderr.splitlines()[-1]
    assert user.sees("cloudlet status --query pid").strip() == "null"


def test_env_leads_other_programs_to_the_running_server(user: User) -> None:
    """
    `eval "$(cloudlet env)"` is all that boto3 and the AWS command line need.
    """
    user.sees("cloudlet start")

    endpoint = user.sees('eval "$(cloudlet env)"; echo "$AWS_ENDPOINT_URL"').strip()

    assert endpoint == f"http://127.0.0.1:{user.environment['CLOUDLET_PORT']}"


def test_s3api_says_the_same_with_a_server_and_without(user: User) -> None:
    """
    The one asks the server, signing what it sends; the other opens S3's door itself.
    """
    user.sees("cloudlet s3api create-bucket --bucket raw && seq 100000 > numbers")
    put = "cloudlet s3api put-object --bucket raw --body numbers --metadata who=me --output json --key"
    head = "cloudlet s3api head-object --bucket raw --output json --query '[ETag,Metadata]' --key"
    alone = [user.sees(f"{put} alone"), user.sees(f"{head} alone")]
    user.sees("cloudlet start --require-auth")

    served = [user.sees(f"{put} served"), user.sees(f"{head} served")]

    assert served == alone
    assert user.sees("cloudlet s3api get-object --bucket raw --key alone - | cmp - numbers && echo same") == "same\n"
    refused = user.types("cloudlet s3api list-buckets", CLOUDLET_SECRET_ACCESS_KEY="another")
    assert "SignatureDoesNotMatch" in refused.stderr


def test_an_instance_opens_a_bucket_with_the_credentials_of_its_role(user: User) -> None:
    """
    Found at its metadata service, signed as AWS wants it, sent to the endpoint that containers see.
    """
    user.sees("cloudlet start && cloudlet s3 mb s3://raw")
    user.sees("echo hello > hello.txt && cloudlet s3 cp hello.txt s3://raw/hello.txt")
    user.sees(
        "cloudlet ec2 run-instances --image-id base --instance-type t3.micro --iam-instance-profile Name=reader"
        " --tag-specifications 'ResourceType=instance,Tags=[{Key=Name,Value=reader}]'"
    )
    endpoint = user.sees("cloudlet status --query vpc_endpoint --output text").strip()
    script = f"""
        metadata=http://169.254.169.254/latest/meta-data/iam/security-credentials/reader
        eval "$(curl -fsS "$metadata" | python3 -c '
import json, sys
told = json.load(sys.stdin)
print("key=" + told["AccessKeyId"], "secret=" + told["SecretAccessKey"], "token=" + told["Token"])')"
        curl -fsS --aws-sigv4 aws:amz:us-east-1:s3 --user "$key:$secret" -H "x-amz-security-token: $token" \\
            {endpoint}/raw/hello.txt
    """

    assert user.sees(f"cloudlet ec2 exec reader -- bash -c {shlex.quote(script)}") == "hello\n"
