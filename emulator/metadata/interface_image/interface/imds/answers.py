"""The metadata service: which request gets which answer, as EC2 gives them."""

from __future__ import annotations

import time

from .content import VERSIONS, Content, ContentFile
from .messages import Request, Response
from .tokens import Tokens

_TOKEN = "x-aws-ec2-metadata-token"  # noqa: S105 - a header's name
_TTL = f"{_TOKEN}-ttl-seconds"
_TTL_ANSWERED = "X-Aws-Ec2-Metadata-Token-Ttl-Seconds"
_LONGEST_TTL_SECONDS = 21_600

_TOKEN_PATHS = frozenset(f"/{version}/api/token" for version in VERSIONS)

# AWS's pages, to the letter: there are programs that look for a sentence in them.
_REFUSED = """\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
   <head>
      <title>{0}</title>
   </head>
   <body>
      <h1>{0}</h1>
   </body>
</html>
"""
_NOT_FOUND = """\
<?xml version="1.0" encoding="iso-8859-1"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"
\t"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
 <head>
  <title>404 - Not Found</title>
 </head>
 <body>
  <h1>404 - Not Found</h1>
 </body>
</html>
"""


def bad_request() -> Response:
    """Return the answer to what makes no sense."""
    return Response(400, _REFUSED.format("400 - Bad Request").encode(), "text/html")


class MetadataService:
    """Answers the requests of the instance it runs beside."""

    def __init__(self, content: ContentFile, tokens: Tokens) -> None:
        self._content = content
        self._tokens = tokens

    def answer(self, request: Request) -> Response:
        """Return the answer to *request*."""
        content = self._content.current()
        if content is None:
            return Response(503)
        if not content.is_enabled:
            return Response(403)
        if request.path in _TOKEN_PATHS:
            return self._token(request, content)
        if request.method in ("GET", "HEAD"):
            return self._metadata(request, content)
        return Response(403) if request.method == "PUT" else Response(405, headers=(("Allow", "GET, HEAD"),))

    def _token(self, request: Request, content: Content) -> Response:
        if request.method != "PUT":
            return Response(405, headers=(("Allow", "OPTIONS, PUT"),))
        if "x-forwarded-for" in request.headers:
            return Response(403)  # it came through a proxy, which is what tokens are there to prevent
        ttl = request.headers.get(_TTL, "")
        if not (ttl.isascii() and ttl.isdigit() and len(ttl) < 9 and 1 <= int(ttl) <= _LONGEST_TTL_SECONDS):
            return bad_request()
        token = self._tokens.issue(content.instance_id, int(ttl), time.time())
        headers = ((_TTL_ANSWERED, str(int(ttl))),)
        return Response(200, token.encode(), headers=headers, hop_limit=content.hop_limit)

    def _metadata(self, request: Request, content: Content) -> Response:
        now = time.time()
        headers: tuple[tuple[str, str], ...] = ()
        token = request.headers.get(_TOKEN)
        if token is not None or content.needs_token:
            left = self._tokens.seconds_left(token or "", content.instance_id, now)
            if left is None:
                return Response(401, _REFUSED.format("401 - Unauthorized").encode(), "text/html")
            headers = ((_TTL_ANSWERED, str(left)),)
        found = content.find(request.path[1:].removesuffix("/"), now)
        if found is None:
            return Response(404, _NOT_FOUND.encode(), "text/html", headers)
        return Response(200, *found, headers)
