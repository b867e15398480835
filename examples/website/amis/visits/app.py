"""A page that counts its visits in a database."""

import html
import os
from collections.abc import Callable, Iterable
from typing import Any

import psycopg

PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Visits</title>
<style>
  body {{ font: 1.1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 4rem auto; padding: 0 1rem }}
  b {{ font-size: 4rem; line-height: 1 }}
</style>
<p><b>{count}</b><br>visits, as the database at {database} has counted them.</p>
</html>
"""


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Count a visit and show how many there were; other pages are none."""
    if environ["PATH_INFO"] != "/":
        start_response("404 Not Found", [("Content-Type", "text/plain; charset=utf-8")])
        return [b"There is only one page here: /\n"]
    try:
        count = _visit()
    except psycopg.OperationalError as error:
        start_response("503 Service Unavailable", [("Content-Type", "text/plain; charset=utf-8")])
        return [f"The database does not answer: {error}\n".encode()]
    page = PAGE.format(count=count, database=html.escape(os.environ["PGHOST"]))
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8"), ("X-Visits", str(count))])
    return [page.encode()]


def _visit() -> int:
    # Where the database is and who we are there: PGHOST, PGUSER and so on, from /etc/default/app.
    with psycopg.connect(connect_timeout=5) as database:
        database.execute("CREATE TABLE IF NOT EXISTS visit (at timestamptz NOT NULL DEFAULT now())")
        database.execute("INSERT INTO visit DEFAULT VALUES")
        (count,) = database.execute("SELECT count(*) FROM visit").fetchone() or (0,)
        return int(count)
