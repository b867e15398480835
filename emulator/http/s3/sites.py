"""Which web site a request is for, and which of its pages: by the site's host name, or by our own path for it."""

from dataclasses import dataclass
from urllib.parse import quote

from aiohttp import web

from emulator.http.s3.address import Address, decode

PATH_PREFIX = "/_cloudlet/website/"
KEPT_IN_PATHS = "/-_.~!*'()@&=+$,;:"


@dataclass(frozen=True)
class Site:
    """What a visitor asks for. `root` is what the paths of the site begin with: "" if it has a host name."""

    bucket: str
    key: str
    root: str = ""

    def path(self, key: str) -> str:
        """Return the path of *key*; it never reads as the name of another host."""
        quoted = quote(key, safe=KEPT_IN_PATHS)
        return f"{self.root}/{f'%2F{quoted[1:]}' if quoted.startswith('/') else quoted}"


def site_of(request: web.Request, address: Address) -> Site | None:
    """Return what *request* asks for of a web site; None if it is for a program's endpoint."""
    if address.is_website:
        return Site(address.bucket, address.key)
    path = request.raw_path.partition("?")[0]
    if not path.startswith(PATH_PREFIX):
        return None
    bucket, _, key = path.removeprefix(PATH_PREFIX).partition("/")
    return Site(decode(bucket), decode(key), f"{PATH_PREFIX}{bucket}")
