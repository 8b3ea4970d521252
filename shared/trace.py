"""One trace id from the post to the mail: what this task works on, carried by context and not by arguments.

The id is that of W3C Trace Context (32 hexadecimal digits). A task that works on many facts at once bears all theirs.
"""

import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_SPAN_BYTES = 8
_SAMPLED = "01"
_TRACEPARENT = re.compile(r"(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?")

_traces: ContextVar[tuple[str, ...]] = ContextVar("traces", default=())


def traces() -> tuple[str, ...]:
    """What this task works on, oldest first; empty when it works for nobody."""
    return _traces.get()


def trace_id() -> str:
    """The trace that new facts of this task belong to; a fresh one when it works for nobody."""
    known = _traces.get()
    return known[0] if known else new_trace_id()


def new_trace_id() -> str:
    """A fresh id."""
    return secrets.token_hex(16)


@contextmanager
def tracing(ids: Iterable[str]) -> Iterator[None]:
    """What is done inside the block is done for these traces; each is named once."""
    token = _traces.set(tuple(dict.fromkeys(ids)))
    try:
        yield
    finally:
        _traces.reset(token)


def read_traceparent(header: str) -> str | None:
    """The trace id in a `traceparent` header; None when it is none (then a new trace begins)."""
    found = _TRACEPARENT.fullmatch(header.strip())
    if found is None or (found.group(1) == "00" and found.group(3)):  # Only a later version may have more parts.
        return None
    return found.group(2)


def traceparent(of: str) -> str:
    """The header that says to others which trace this is; the span in it is a fresh one."""
    return f"00-{of}-{secrets.token_hex(_SPAN_BYTES)}-{_SAMPLED}"
