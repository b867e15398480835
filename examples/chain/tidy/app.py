"""First of three: lines as thermometers write them become CSV, without those that say nothing."""

import csv
import io
import os
from pathlib import PurePosixPath
from urllib.parse import unquote_plus

import boto3

s3 = boto3.client("s3")


def handler(event, context):
    for record in event["Records"]:
        bucket, key = record["s3"]["bucket"]["name"], unquote_plus(record["s3"]["object"]["key"])
        lines = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode().splitlines()
        rows = [*filter(None, map(reading, lines))]
        written = str(PurePosixPath(key).with_suffix(".csv"))
        s3.put_object(Bucket=os.environ["NEXT"], Key=written, Body=as_csv(rows))
        print(f"{key}: {len(rows)} of {len(lines)} lines are readings")


def reading(line):
    """Return when, where and degrees; None for a line that is no reading."""
    try:
        time, room, degrees = line.split()
        return time, room.lower(), float(degrees.replace(",", "."))
    except ValueError:
        return None


def as_csv(rows):
    content = io.StringIO()
    csv.writer(content, lineterminator="\n").writerows([("time", "room", "degrees"), *rows])
    return content.getvalue().encode()
