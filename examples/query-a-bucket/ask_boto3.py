"""How many rides does each file have?"""

import boto3

s3 = boto3.client("s3")
for page in s3.get_paginator("list_objects_v2").paginate(Bucket="rides", Prefix="2026-"):
    for entry in page["Contents"]:
        lines = s3.get_object(Bucket="rides", Key=entry["Key"])["Body"].iter_lines()
        print(f"{entry['Key']}  {sum(1 for _ in lines) - 1} rides")
