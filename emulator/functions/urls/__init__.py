"""Function URLs: a function's own address on the web. What is configured, and the payloads of format 2.0.

The addresses are public to this machine: who knows one may call it, as on AWS. Listening is the door's business.
"""

from emulator.functions.urls.model import FunctionUrl
from emulator.functions.urls.service import FunctionUrls

__all__ = ["FunctionUrl", "FunctionUrls"]
