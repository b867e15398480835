"""Reads the object that an event names and writes what it says in capitals to another bucket."""

import json
from urllib.parse import unquote_plus

import boto3

s3 = boto3.client("s3")


def handler(event, context):
    for record in event["Records"]:
        bucket, key = record["s3"]["bucket"]["name"], unquote_plus(record["s3"]["object"]["key"])
        content = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        if content == b"fail":
            raise ValueError("asked to fail")
        s3.put_object(Bucket="results", Key=key, Body=content.upper())
        s3.put_object(Bucket="results", Key=f"{key}.event", Body=json.dumps(event).encode())
