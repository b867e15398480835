"""How the core tells that it is at work. A door passes in an implementation; the core never finds a terminal."""

from contextlib import AbstractContextManager, nullcontext
from typing import Protocol


class Progress(Protocol):
    """Where long work reports to."""

    def step(self, title: str) -> AbstractContextManager[object]:
        """Announce a step that lasts as long as the context does."""

    def detail(self, line: str) -> None:
        """Pass on a line that the work under way printed."""

    def warn(self, sentence: str) -> None:
        """Say something the user should know although all goes on."""

    def interrupted(self) -> None:
        """Say that Ctrl-C was heard, and that what was begun is being taken back; called in a signal handler."""


class Silent:
    """Reports to nobody."""

    def step(self, title: str) -> AbstractContextManager[object]:
        return nullcontext(title)

    def detail(self, line: str) -> None:
        pass

    def warn(self, sentence: str) -> None:
        pass

    def interrupted(self) -> None:
        pass
