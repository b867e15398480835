"""Counts the lines of each object that an event tells of, and saves what it counted."""

import json
import os
from urllib.parse import unquote_plus

import boto3

s3 = boto3.client("s3")


def handler(event, context):
    for record in event["Records"]:
        bucket, key = record["s3"]["bucket"]["name"], unquote_plus(record["s3"]["object"]["key"])
        lines = sum(1 for _ in s3.get_object(Bucket=bucket, Key=key)["Body"].iter_lines())
        count = json.dumps({"key": key, "lines": lines})
        s3.put_object(Bucket=os.environ["RESULTS"], Key=f"counts/{key}.json", Body=count)
        print(count)
