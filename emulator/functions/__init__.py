"""Lambda: handlers run by AWS's own runtime client, in containers that are kept warm and thrown away.

Deploying and looking need no server (`service`). Running does: `fleet` is what a server keeps, `queue` what it works
off. Nothing here knows where events come from.
"""

from emulator.functions.definition import Function
from emulator.functions.references import function_arn, function_name

__all__ = ["Function", "function_arn", "function_name"]
