"""Third of three: a summary becomes a page to look at."""

import html
import json
import os
from pathlib import PurePosixPath
from urllib.parse import unquote_plus

import boto3

s3 = boto3.client("s3")
COLUMNS = ("room", "readings", "low", "mean", "high")


def handler(event, context):
    for record in event["Records"]:
        bucket, key = record["s3"]["bucket"]["name"], unquote_plus(record["s3"]["object"]["key"])
        rooms = json.load(s3.get_object(Bucket=bucket, Key=key)["Body"])
        written = str(PurePosixPath(key).with_suffix(".html"))
        s3.put_object(Bucket=os.environ["NEXT"], Key=written, Body=page(rooms), ContentType="text/html")
        print(f"{key}: {written}")


def page(rooms):
    head = row("th", COLUMNS)
    body = "".join(row("td", (room[name] for name in COLUMNS)) for room in rooms)
    return f"<!doctype html>\n<title>Readings</title>\n<table>\n{head}{body}</table>\n"


def row(tag, cells):
    return "<tr>" + "".join(f"<{tag}>{html.escape(str(cell))}</{tag}>" for cell in cells) + "</tr>\n"
