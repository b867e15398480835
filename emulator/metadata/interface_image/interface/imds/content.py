"""What there is to be asked: metadata.json as a tree of texts, read again whenever the file is another."""

from __future__ import annotations

import binascii
import json
import os
import sys

from .credentials import profile_info, role_credentials

VERSIONS = (
    *("1.0", "2007-01-19", "2007-03-01", "2007-08-29", "2007-10-10", "2007-12-15", "2008-02-01", "2008-09-01"),
    *("2009-04-04", "2011-01-01", "2011-05-01", "2012-01-12", "2014-02-25", "2014-11-05", "2015-10-20", "2016-04-19"),
    *("2016-06-30", "2016-09-02", "2018-03-28", "2018-08-17", "2018-09-24", "2019-10-01", "2020-10-27", "2021-01-03"),
    *("2021-03-23", "2021-07-15", "2022-07-09", "2022-09-24", "2024-04-11", "latest"),
)
"""All have the same content, the newest: what a version did not have yet harms nobody who asks for it."""

_USER_DATA = "user-data"
_INFO = "meta-data/iam/info"
_CREDENTIALS = "meta-data/iam/security-credentials/"


class Content:
    """One version of metadata.json. What is wrong with it is a KeyError, TypeError or ValueError of the constructor."""

    def __init__(self, raw: bytes, key: bytes) -> None:
        document = json.loads(raw)
        options = document["options"]
        self.instance_id: str = document["instance_id"]
        self.is_enabled: bool = options["http_endpoint"] == "enabled"
        self.needs_token: bool = options["http_tokens"] == "required"
        self.hop_limit = int(options["http_put_response_hop_limit"])
        self._key = key
        self._profile: dict[str, str] | None = document["instance_profile"]
        self._texts: dict[str, str] = document["texts"]
        user_data: str | None = document["user_data"]
        self._user_data = None if user_data is None else binascii.a2b_base64(user_data)
        self._lists = _lists([*self._texts, *self._fresh_paths()])

    def find(self, path: str, now: float) -> tuple[bytes, str] | None:
        """Return the body and the content type of *path*, without its slash at either end; None if there is none."""
        if not path:
            return "\n".join(VERSIONS).encode(), "text/plain"
        version, _, rest = path.partition("/")
        if version not in VERSIONS:
            return None
        if rest == _USER_DATA:
            return None if self._user_data is None else (self._user_data, "application/octet-stream")
        text = self._text(rest, now)
        return None if text is None else (text.encode(), "text/plain")

    def _text(self, path: str, now: float) -> str | None:
        if not path:
            return "\n".join(["dynamic", "meta-data", *([_USER_DATA] if self._user_data is not None else [])])
        if self._profile is not None and path == _INFO:
            return profile_info(self._profile, now)
        if self._profile is not None and path == _CREDENTIALS + self._profile["role"]:
            return role_credentials(self._key, self._profile["role"], now)
        # A path with a slash at its end is the list of a folder that lists something else than what is in it.
        return self._texts.get(path, self._texts.get(f"{path}/", self._lists.get(path)))

    def _fresh_paths(self) -> list[str]:
        return [] if self._profile is None else [_INFO, _CREDENTIALS + self._profile["role"]]


def _lists(paths: list[str]) -> dict[str, str]:
    """Return what each folder lists: a line for each name, a folder's with a slash at its end."""
    names: dict[str, set[str]] = {}
    for path in paths:
        parts = path.strip("/").split("/")
        for depth in range(1, len(parts)):
            is_folder = depth < len(parts) - 1 or path.endswith("/")
            names.setdefault("/".join(parts[:depth]), set()).add(parts[depth] + ("/" if is_folder else ""))
    return {folder: "\n".join(sorted(found)) for folder, found in names.items()}


class ContentFile:
    """Has the content of the file as it is now; of a broken one, the last that was not."""

    def __init__(self, path: str, key: bytes) -> None:
        self._path = path
        self._key = key
        self._seen: tuple[int, int, int] | None = None
        self._content: Content | None = None
        self.current()

    def current(self) -> Content | None:
        """Return the content; None if there never was any."""
        try:
            status = os.stat(self._path)
            seen = (status.st_ino, status.st_mtime_ns, status.st_size)
            if seen != self._seen:
                self._seen = seen
                with open(self._path, "rb") as file:
                    self._content = Content(file.read(), self._key)
        except FileNotFoundError:
            self._seen = None
        except (OSError, AttributeError, KeyError, TypeError, ValueError) as error:
            sys.stderr.write(f"{self._path} is left aside: {error!r}\n")
        return self._content
