"""Which of inotify's events are the two halves of one move: the kernel gives both the same cookie.

It writes them one after the other, but not at once, and either may be missing: something moved in or out, an overflow,
the end of what was read. Half a move is then what it looks like, a removal or a new file, and nothing waits for it.
"""

from dataclasses import dataclass

from inotify_simple import Event, INotify, flags

_PAIR_MILLISECONDS = 5
"""How long the second half of a move may take."""


@dataclass(frozen=True)
class Place:
    """A watched folder: the one with all buckets (`bucket` is empty), a bucket's, or one in it (`prefix` ends in /)."""

    bucket: str = ""
    prefix: str = ""


@dataclass(frozen=True)
class Source:
    """Where a move began."""

    bucket: str
    key: str
    """Of a folder, its prefix, which ends in /."""

    @property
    def is_folder(self) -> bool:
        return self.key.endswith("/")


class Moves:
    """The moves among the events that are in hand."""

    def __init__(self) -> None:
        self._whole: set[int] = set()
        self._begun: dict[int, Source] = {}

    def read(self, inotify: INotify) -> list[Event]:
        """Return what has happened; nothing is in hand from before."""
        events: list[Event] = inotify.read(timeout=0)
        self._begun.clear()
        if _cookies(events, flags.MOVED_FROM) - _cookies(events, flags.MOVED_TO):
            events += inotify.read(timeout=_PAIR_MILLISECONDS)
        self._whole = _cookies(events, flags.MOVED_FROM) & _cookies(events, flags.MOVED_TO)
        return events

    def __contains__(self, cookie: int) -> bool:
        """Tell whether both halves of a move are in hand."""
        return cookie in self._whole

    def begin(self, event: Event, place: Place) -> Source | None:
        """Keep where a move began, until its other half is handled; None if that is not among the events."""
        if event.cookie not in self._whole or not event.mask & flags.MOVED_FROM:
            return None
        slash = "/" if event.mask & flags.ISDIR else ""
        source = self._begun[event.cookie] = Source(place.bucket, f"{place.prefix}{event.name}{slash}")
        return source

    def end(self, event: Event) -> Source | None:
        """Return where the move began that *event* is the end of; None if it is none, or that is not known."""
        return self._begun.pop(event.cookie, None) if event.mask & flags.MOVED_TO else None

    def unended(self) -> list[Source]:
        """Return where moves began that led out of the buckets after all."""
        begun, self._begun = list(self._begun.values()), {}
        return begun


def _cookies(events: list[Event], half: int) -> set[int]:
    return {event.cookie for event in events if event.mask & half}
