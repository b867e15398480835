"""Sums up the takings of each shop by the day of the week, as CSV in another bucket."""

import csv
import io
import os
from collections import Counter
from datetime import date
from urllib.parse import unquote_plus

import boto3

s3 = boto3.client("s3")


def handler(event, context):
    for record in event["Records"]:
        bucket, key = record["s3"]["bucket"]["name"], unquote_plus(record["s3"]["object"]["key"])
        lines = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode().splitlines()
        s3.put_object(Bucket=os.environ["RESULTS"], Key=key, Body=by_weekday(csv.DictReader(lines)))


def by_weekday(rows):
    sums = Counter()
    for row in rows:
        sums[date.fromisoformat(row["day"]).strftime("%a"), row["shop"]] += int(row["takings"])
    content = io.StringIO()
    csv.writer(content).writerows([("weekday", "shop", "takings"), *((*names, sums[names]) for names in sums)])
    return content.getvalue().encode()
