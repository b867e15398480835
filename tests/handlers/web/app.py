"""Answers by path: what it saw, cookies and bytes, an error, or what it was sent as the answer."""

import base64
import json


def handler(event, context):
    path = event["rawPath"]
    if path == "/cookies":
        picture = base64.b64encode(bytes(range(256))).decode()
        headers = {"Content-Type": "image/png", "Access-Control-Allow-Origin": "https://own.example"}
        return {
            "statusCode": 201,
            "headers": headers,
            "cookies": ["a=1", "b=2"],
            "body": picture,
            "isBase64Encoded": True,
        }
    if path == "/fails":
        raise ValueError("a secret")
    if path == "/said":
        return json.loads(event["body"])
    return event
