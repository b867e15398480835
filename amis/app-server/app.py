"""A web application of one page. Put your own here: any WSGI application, Flask's and Django's too, called `app`."""

import os
import platform
from collections.abc import Callable, Iterable
from typing import Any

PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{greeting}</title>
<style>body {{ font: 1.1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 4rem auto; padding: 0 1rem }}</style>
<h1>{greeting}</h1>
<p>This is <code>{host}</code>, Python {version}. The page comes from <code>/srv/app/app.py</code>: put your own there,
then <code>systemctl reload app</code>.</p>
</html>
"""


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer a request; what goes through `environ` and `start_response` is laid down in PEP 3333."""
    if environ["PATH_INFO"] != "/":
        start_response("404 Not Found", [("Content-Type", "text/plain; charset=utf-8")])
        return [b"There is only one page here: /\n"]
    page = PAGE.format(
        greeting=os.environ.get("GREETING", "Hello from an instance"),
        host=platform.node(),
        version=platform.python_version(),
    )
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
    return [page.encode()]
