"""Lambda: handlers run by AWS's own runtime client, in containers that are kept warm and thrown away.

Deploying and looking need no server (`Functions`). Running does: `Fleet` is what a server keeps, `InvocationQueue`
what it works off. Nothing here knows where events come from.
"""

from emulator.functions.definition import Function, function_arn, function_name
from emulator.functions.service import Deployment, Functions

__all__ = ["Deployment", "Function", "Functions", "function_arn", "function_name"]
