#!/bin/bash
printf '%s\n' "$@" > /tmp/wrapped
exec "$@"
