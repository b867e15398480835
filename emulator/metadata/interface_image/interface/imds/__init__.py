"""
The program in an interface container: it answers metadata requests and brings changed rules into force.

It runs beside every instance, so it is to be small: modules of the standard library that cost megabytes (dataclasses,
hashlib, http.server, logging, subprocess, typing) are left out. Nothing outside this folder is imported.
"""
