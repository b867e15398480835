"""Our own paths on the endpoint, below a name that no bucket can have: both who serves them and who asks reads here."""

STATUS = "/_cloudlet/status"
WAIT = "/_cloudlet/wait"
WAKE = "/_cloudlet/wake"
FUNCTION_URL = "/_cloudlet/url/"
"""Followed by the id of a function URL, where names under .localhost are not known."""
