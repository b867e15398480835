"""Takes a second to load."""

import time

time.sleep(1)


def handler(event, context):
    return {"remaining_ms": context.get_remaining_time_in_millis()}
