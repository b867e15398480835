"""Handlers that cause themselves to run again, as one that was meant to write elsewhere does."""

import boto3

s3 = boto3.client("s3")
functions = boto3.client("lambda")


def writes_where_it_listens(event, context):
    record = event["Records"][0]["s3"]
    s3.put_object(Bucket=record["bucket"]["name"], Key=f"{record['object']['key']}x", Body=b"again")


def calls_itself(event, context):
    functions.invoke(FunctionName=context.function_name, InvocationType="Event", Payload=b"{}")
