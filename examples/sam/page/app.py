"""Shows what was counted: to who asks by HTTP, and to the clock, whose copy is kept."""

import html
import json
import os

import boto3

s3 = boto3.client("s3")


def handler(event, context):
    page = render(counts(os.environ["RESULTS"]))
    if "requestContext" in event:
        return {"statusCode": 200, "headers": {"Content-Type": "text/html; charset=utf-8"}, "body": page}
    s3.put_object(Bucket=os.environ["RESULTS"], Key="page.html", Body=page, ContentType="text/html")
    return {"saved": "page.html"}


def counts(bucket):
    listed = s3.list_objects_v2(Bucket=bucket, Prefix="counts/").get("Contents", [])
    return [json.load(s3.get_object(Bucket=bucket, Key=one["Key"])["Body"]) for one in listed]


def render(found):
    rows = "".join(f"<tr><td>{html.escape(one['key'])}</td><td>{one['lines']}</td></tr>" for one in found)
    return f"<!doctype html><title>Counts</title><table><tr><th>File</th><th>Lines</th></tr>{rows}</table>"
