"""Second of three: the rows of a CSV file become one summary a room, as JSON."""

import csv
import json
import os
from pathlib import PurePosixPath
from statistics import mean
from urllib.parse import unquote_plus

import boto3

s3 = boto3.client("s3")


def handler(event, context):
    for record in event["Records"]:
        bucket, key = record["s3"]["bucket"]["name"], unquote_plus(record["s3"]["object"]["key"])
        lines = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode().splitlines()
        rooms = summary(csv.DictReader(lines))
        written = str(PurePosixPath(key).with_suffix(".json"))
        s3.put_object(Bucket=os.environ["NEXT"], Key=written, Body=json.dumps(rooms, indent=2))
        print(f"{key}: {len(rooms)} rooms")


def summary(rows):
    """Return how often each room was measured, and its lowest, mean and highest degrees, by name."""
    degrees = {}
    for row in rows:
        degrees.setdefault(row["room"], []).append(float(row["degrees"]))
    return [
        {"room": room, "readings": len(found), "low": min(found), "mean": round(mean(found), 1), "high": max(found)}
        for room, found in sorted(degrees.items())
    ]
