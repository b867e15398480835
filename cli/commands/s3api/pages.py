"""A listing that comes page by page, as AWS's SDK puts it together: its tokens, its order, its null for what is not."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from emulator.errors import InvalidRequestError

_CUT = "boto_truncate_amount"
"""In a token: how much of the page that it names was listed already."""


@dataclass(frozen=True)
class Asked:
    """How much of a listing is asked for; None is not said."""

    starting_token: str | None = None
    max_items: int | None = None
    page_size: int | None = None
    no_paginate: bool | None = None

    @property
    def options(self) -> list[str]:
        """Return those that were given and mean nothing without pages."""
        names = ("starting_token", "page_size", "max_items")
        return [f"--{name.replace('_', '-')}" for name in names if getattr(self, name) is not None]


Page = dict[str, Any]


def all_pages(
    ask: Callable[[Mapping[str, Any]], Page], paginator: Mapping[str, Any], values: Mapping[str, Any], asked: Asked
) -> tuple[Page, list[Page]]:
    """
    Return the listing as one document, and as the pages that `--output text` shows.

    *ask* returns the page for some values. A listing that ends early has a NextToken.
    """
    tokens, results = _listed(paginator["input_token"]), _listed(paginator["result_key"])
    request = dict(values)
    if asked.page_size is not None:
        request[paginator["limit_key"]] = asked.page_size
    token, skipped = _starting(asked.starting_token, tokens)
    _put(request, token)
    pages: list[Page] = []
    seen, resume = 0, None
    while True:
        page = ask(request)
        pages.append(page)
        if skipped:
            page[results[0]] = page.get(results[0], [])[skipped:]
            page |= {name: [] for name in results[1:] if name in page}
        count = len(page.get(results[0], ()))
        too_many = 0 if asked.max_items is None else seen + count - asked.max_items
        if too_many > 0:
            page[results[0]] = page[results[0]][: count - too_many]
            resume = {**token, _CUT: count - too_many + skipped}
            break
        seen, skipped = seen + count, 0
        following = _following(page, paginator, tokens)
        if following is None:
            break
        if seen == asked.max_items:
            resume = following
            break
        token = following
        _put(request, token)
    return _merged(pages, paginator, results, resume), _for_text(pages, paginator, results, resume)


def _merged(
    pages: list[Page], paginator: Mapping[str, Any], results: list[str], resume: Mapping[str, Any] | None
) -> Page:
    whole: Page = {}
    for page in pages:
        for name in results:
            if name in page:
                whole.setdefault(name, []).extend(page[name])
    whole |= {name: pages[0].get(name) for name in paginator.get("non_aggregate_keys", ())}
    if resume is not None:
        whole["NextToken"] = _encoded(resume)
    return whole


def _for_text(
    pages: list[Page], paginator: Mapping[str, Any], results: list[str], resume: Mapping[str, Any] | None
) -> list[Page]:
    shown = [{name: page.get(name) for name in results} for page in pages]
    shown[0] = {name: pages[0].get(name) for name in paginator.get("non_aggregate_keys", ())} | shown[0]
    return shown if resume is None else [*shown, {"NextToken": {"NextToken": _encoded(resume)}}]


def _following(page: Page, paginator: Mapping[str, Any], tokens: list[str]) -> dict[str, Any] | None:
    """Return where the next page begins, None behind the last one."""
    if "more_results" in paginator and not page.get(paginator["more_results"]):
        return None
    sources = _listed(paginator["output_token"])
    found = {name: _found(source, page) or None for name, source in zip(tokens, sources, strict=True)}
    return found if any(found.values()) else None


def _found(expression: str, page: Page) -> Any:
    if expression.isidentifier():
        return page.get(expression)
    import jmespath

    return jmespath.search(expression, page)


def _put(request: dict[str, Any], token: Mapping[str, Any]) -> None:
    for name, text in token.items():
        if text is None:
            request.pop(name, None)
        else:
            request[name] = text


def _starting(text: str | None, tokens: list[str]) -> tuple[dict[str, Any], int]:
    """Return where *text*, a NextToken, says to begin, and how much to leave out there."""
    if text is None:
        return dict.fromkeys(tokens), 0
    try:
        found = json.loads(base64.b64decode(text, validate=True))
        skipped = int(found.pop(_CUT, 0))
    except (ValueError, TypeError, AttributeError) as error:
        raise InvalidRequestError(f"Bad starting token: {text}", hint="it is the NextToken of an answer") from error
    if found.keys() != {*tokens}:
        raise InvalidRequestError(f"Bad starting token: {text}", hint="it is the NextToken of the same command")
    return found, skipped


def _encoded(token: Mapping[str, Any]) -> str:
    return base64.b64encode(json.dumps(token).encode()).decode()


def _listed(names: str | list[str]) -> list[str]:
    return [names] if isinstance(names, str) else names
