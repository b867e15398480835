"""Reads a CSV file that was dropped into a bucket, and writes its rows into a table of a PostgreSQL server."""

import csv
import io
import os
from urllib.parse import unquote_plus

import boto3
import pg8000.native

s3 = boto3.client("s3")

TABLE = """
CREATE TABLE IF NOT EXISTS sale (
    source text NOT NULL,
    line   integer NOT NULL,
    day    date NOT NULL,
    item   text NOT NULL,
    amount numeric NOT NULL,
    PRIMARY KEY (source, line)
)
"""
INSERT = "INSERT INTO sale VALUES (:source, :line, :day, :item, :amount)"


def handler(event, context):
    return sum(load(record["s3"]) for record in event["Records"])


def load(changed):
    """Put the rows of one file in place of those it had: an event may come twice, and a file may be corrected."""
    bucket, key = changed["bucket"]["name"], unquote_plus(changed["object"]["key"])
    text = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    database = connect()
    try:
        database.run("BEGIN")
        database.run(TABLE)
        database.run("DELETE FROM sale WHERE source = :source", source=key)
        for line, row in enumerate(rows, 1):
            database.run(INSERT, source=key, line=line, day=row["day"], item=row["item"], amount=row["amount"])
        database.run("COMMIT")
    finally:
        database.close()
    print(f"wrote {len(rows)} rows of s3://{bucket}/{key}")
    return len(rows)


def connect():
    return pg8000.native.Connection(
        os.environ["PGUSER"],
        host=os.environ["PGHOST"],
        database=os.environ["PGDATABASE"],
        password=os.environ["PGPASSWORD"],
        timeout=20,
    )
