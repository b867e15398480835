"""The lineage in a trace header: a loop must show through whatever carried the header, and nothing else must."""

import pytest
from botocore.handlers import add_recursion_detection_header
from hypothesis import example, given
from hypothesis.strategies import integers, lists, text

from emulator.functions.events.lineage import passes, traced

REQUEST_ID = "4f1d0a52-0000-4000-8000-000000000000"


def test_what_boto3_sends_of_it_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """It quotes the bars between functions."""
    header = traced(traced("", "arn:one", REQUEST_ID), "arn:two", REQUEST_ID)
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "two")
    monkeypatch.setenv("_X_AMZN_TRACE_ID", header)
    request: dict[str, dict[str, str]] = {"headers": {}}

    add_recursion_detection_header(request)

    sent = request["headers"]["X-Amzn-Trace-Id"]
    assert "|" not in sent
    assert (passes(sent, "arn:one"), passes(sent, "arn:two"), passes(sent, "arn:three")) == (1, 1, 0)


@given(lists(integers(0, 9), max_size=60))
def test_each_function_counts_its_own_passes(chain: list[int]) -> None:
    """A loop may lead through several."""
    header = ""
    for number in chain:
        header = traced(header, f"arn:{number}", REQUEST_ID)

    assert [passes(header, f"arn:{number}") for number in range(10)] == [chain.count(number) for number in range(10)]


def test_of_a_chain_through_very_many_functions_the_first_are_forgotten() -> None:
    """A header has an end: what is sent must not be refused by whoever reads it, and what comes next is counted."""
    header, most = "", 32
    for number in range(most + 8):
        header = traced(header, f"arn:{number}", REQUEST_ID)

    known = [number for number in range(most + 8) if passes(header, f"arn:{number}")]
    assert known == list(range(8, most + 8))
    assert len(header) < 1024
    assert passes(traced(header, "arn:8", REQUEST_ID), "arn:8") == 2


@given(text(max_size=80))
@example("Root=%C3%A9;Sampled=%0d%0aX: 1")
@example("Lineage=1:203da914:99999999999999999999|:|1::|x")
def test_a_header_that_makes_no_sense_is_none(trace: str) -> None:
    """Anybody may send anything; the worker must still get a header that is one line of ASCII."""
    header = traced(trace, "arn:f", REQUEST_ID)

    assert header.isascii()
    assert header.isprintable()
    assert passes(header, "arn:f") >= 1


def test_the_root_of_a_trace_is_kept() -> None:
    """What tools follow."""
    header = traced("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1", "arn:f", REQUEST_ID)

    assert header.startswith("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=")
    assert ";Sampled=1;" in header
