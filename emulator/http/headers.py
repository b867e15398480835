"""Headers as text. The web framework hands on bytes that are no UTF-8 as lone surrogates, which nothing can write."""


def header_text(value: str) -> str:
    """Return *value*, read as ISO 8859-1 if it is no UTF-8: so it was meant, when headers were young.

    >>> header_text("caf\\udce9"), header_text("café")
    ('café', 'café')
    """
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogateescape").decode("latin-1")
    return value


def trace_header(value: str | None) -> str:
    """Return what *value*, of X-Amzn-Trace-Id, says; nothing if it can be no such header."""
    return value if value and value.isascii() and value.isprintable() else ""
