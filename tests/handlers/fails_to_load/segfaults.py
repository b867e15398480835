import ctypes

ctypes.string_at(0)


def handler(event, context):
    return "never"
