"""Answers with what it was given and what it sees."""

import os


def handler(event, context):
    print("handling", event)
    return {
        "event": event,
        "request_id": context.aws_request_id,
        "memory_limit_in_mb": context.memory_limit_in_mb,
        "function_name": context.function_name,
        "arn": context.invoked_function_arn,
        "remaining_ms": context.get_remaining_time_in_millis(),
        "user": os.getuid(),
        "cwd": os.getcwd(),
        "environment": dict(os.environ),
    }
