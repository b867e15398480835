"""Summarises every CSV of penguins that lands in a bucket: a table as JSON and a chart as PNG, in another bucket."""

import io
import json
import os
from urllib.parse import unquote_plus

import boto3
import matplotlib.pyplot as plt
import pandas as pd

s3 = boto3.client("s3")
RESULTS = os.environ["RESULTS_BUCKET"]


def handler(event, context):
    """Handle one S3 notification; return the keys that were written."""
    written = []
    for record in event["Records"]:
        bucket = record["s3"]["bucket"]["name"]
        key = unquote_plus(record["s3"]["object"]["key"])
        penguins = pd.read_csv(s3.get_object(Bucket=bucket, Key=key)["Body"])
        print(f"read {len(penguins)} rows from s3://{bucket}/{key}")
        written += [
            put("summary.json", summary(penguins, key), "application/json"),
            put("chart.png", chart(penguins), "image/png"),
        ]
    return written


def summary(penguins, source):
    """Return, as JSON, how many there are of each species and what they measure on average."""
    means = penguins.groupby("species")[["bill_length_mm", "flipper_length_mm", "body_mass_g"]].mean().round(1)
    counts = penguins["species"].value_counts()
    rows = [{"species": name, "count": int(counts[name]), **means.loc[name].to_dict()} for name in means.index]
    return json.dumps({"source": source, "rows": len(penguins), "species": rows}, indent=2).encode()


def chart(penguins):
    """Return, as PNG, flipper length against body mass, one colour a species."""
    figure, axes = plt.subplots(figsize=(7, 4.2), layout="constrained")
    for name, group in penguins.groupby("species"):
        axes.scatter(group["flipper_length_mm"], group["body_mass_g"], s=14, alpha=0.7, label=name)
    axes.set(xlabel="flipper length (mm)", ylabel="body mass (g)", title="Palmer penguins")
    axes.legend()
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=120)
    plt.close(figure)
    return content.getvalue()


def put(key, content, content_type):
    """Write one result and return its key."""
    s3.put_object(Bucket=RESULTS, Key=key, Body=content, ContentType=content_type)
    return key
