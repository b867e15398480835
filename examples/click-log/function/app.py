"""A page with a button, and what the button does: one line of log in a bucket for each click."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import boto3

BUCKET = os.environ["BUCKET"]
PAGE = Path(__file__).with_name("index.html").read_text()

s3 = boto3.client("s3")


def handler(event, context):
    request = event["requestContext"]["http"]
    if (request["method"], event["rawPath"]) == ("GET", "/"):
        return answer(200, "text/html; charset=utf-8", PAGE)
    if (request["method"], event["rawPath"]) == ("POST", "/click"):
        return answer(201, "application/json", json.dumps({"saved": save(event, context)}))
    return answer(404, "text/plain", "there is only / and /click\n")


def save(event, context):
    """Write the line of one click, an object of its own, and return where it is."""
    now = datetime.now(UTC)
    said = json.loads(event["body"])
    line = f"{now:%Y-%m-%dT%H:%M:%S.%fZ} click {json.dumps(said['what'])} {event['headers'].get('user-agent', '-')}\n"
    key = f"{now:%Y/%m/%d}/{context.aws_request_id}.log"
    s3.put_object(Bucket=BUCKET, Key=key, Body=line.encode(), ContentType="text/plain")
    print(line, end="")
    return f"s3://{BUCKET}/{key}"


def answer(status, content_type, body):
    return {"statusCode": status, "headers": {"Content-Type": content_type}, "body": body}
