"""The trace of a request: the caller's when it is one, a fresh one otherwise, and answered in any case."""

import pytest

from shared.trace import new_trace_id, read_traceparent, trace_id, traceparent, traces, tracing
from tests.house_of_test import SERVICES, House, running

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN = "00f067aa0ba902b7"
GOOD = [f"00-{TRACE}-{SPAN}-01", f"00-{TRACE}-{SPAN}-00", f" 00-{TRACE}-{SPAN}-01 ", f"cc-{TRACE}-{SPAN}-01-more"]
BAD = [
    "",
    TRACE,
    f"00-{TRACE}-{SPAN}",
    f"00-{TRACE}-{SPAN}-01-more",
    f"ff-{TRACE}-{SPAN}-01",
    f"00-{TRACE.upper()}-{SPAN}-01",
    f"00-{'0' * 32}-{SPAN}-01",
    f"00-{TRACE}-{'0' * 16}-01",
    f"00-{TRACE[:-1]}-{SPAN}-01",
    f"00-{TRACE}\n-{SPAN}-01",
]


@pytest.mark.parametrize("header", GOOD)
def test_a_trace_is_read(header: str) -> None:
    assert read_traceparent(header) == TRACE


@pytest.mark.parametrize("header", BAD)
def test_what_is_no_trace_is_passed_over(header: str) -> None:
    assert read_traceparent(header) is None


def test_what_we_write_we_can_read() -> None:
    one = new_trace_id()
    assert read_traceparent(traceparent(one)) == one


def test_traces_last_as_long_as_their_block() -> None:
    with tracing(["a", "b", "a"]):
        assert traces() == ("a", "b")
        with tracing(["c"]):
            assert trace_id() == "c"
        assert trace_id() == "a"
    assert traces() == ()
    assert len(trace_id()) == 32


@pytest.mark.parametrize("service", SERVICES)
async def test_every_answer_says_its_trace(house: House, service: str) -> None:
    async with running(house.app(service), None) as client:
        for path, status in [("/healthz", 200), ("/v1/figures", 401), ("/nowhere", 404)]:
            answer = await client.get(path, headers={"traceparent": GOOD[0]})
            assert (answer.status_code, read_traceparent(answer.headers["traceparent"])) == (status, TRACE)
            assert SPAN not in answer.headers["traceparent"], "the span is another"
            fresh = (await client.get(path, headers={"traceparent": BAD[3]})).headers["traceparent"]
            assert read_traceparent(fresh) not in (None, TRACE)
