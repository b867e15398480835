"""Handlers that log: as people do, and far too much."""

import logging

print("loading")

log = logging.getLogger()


def levels(event, context):
    log.debug("a debug message")
    log.info("an info message", extra={"took": 7})
    log.warning("a warning")
    print("a printed line")


def raises(event, context):
    try:
        {}["a"]
    except KeyError:
        log.exception("handled")
    print("printed between")
    raise ValueError("no\nsecond line")


def floods(event, context):
    line = "x" * 99
    block = "\n".join([line] * 10_000)
    for _ in range(event["megabytes"]):
        print(block)
    print("the last line")
    return event["megabytes"]


def one_line(event, context):
    print("x" * 1_000_000)
