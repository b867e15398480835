"""Which names a Python module binds when it is loaded, as far as its text says so without being run."""

import ast
from collections.abc import Iterable, Iterator


def bound_names(text: bytes) -> set[str] | None:
    """
    Return them; None if only running it would tell, or if it cannot be read.

    >>> sorted(bound_names(b"import a.b as c\\nif c: d = 1\\ndef e(): f = 1") or ())
    ['c', 'd', 'e']
    >>> bound_names(b"from handlers import *") is None
    True
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return None
    names = set(_bound(tree.body))
    return None if names & {"*", "__getattr__"} or _writes_by_name(tree) else names


def _bound(body: Iterable[ast.AST]) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from (one.asname or one.name.partition(".")[0] for one in node.names)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.MatchAs | ast.MatchStar | ast.ExceptHandler) and node.name:
            yield node.name
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            yield from _bound(ast.iter_child_nodes(node))


def _writes_by_name(tree: ast.Module) -> bool:
    """Tell whether names may come to be in a way that no text shows."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            return True
        if isinstance(node, ast.Name) and node.id in ("globals", "vars", "exec", "setattr"):
            return True
        if isinstance(node, ast.Attribute) and node.attr in ("modules", "__dict__"):
            return True
    return False
