"""Asynchronous invocation: a durable queue, and who works it off."""
