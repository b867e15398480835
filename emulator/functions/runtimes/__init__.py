"""Runtimes: what a worker's image is built from, and what runs a handler in it."""
