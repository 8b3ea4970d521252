"""JSON lines on standard error. Call with names and ids only: never with text, addresses or secrets."""

import contextlib
import io
import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO, cast

import structlog

from shared.trace import traces

FOREIGN_LENGTH_MAX = 300


class _Tolerant(io.TextIOBase):
    """A stream whose full disk or closed pipe costs a line, and never the work that wanted to write it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Writes what can be written."""
        with contextlib.suppress(OSError, ValueError):
            return self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Flushes what can be flushed."""
        with contextlib.suppress(OSError, ValueError):
            self._stream.flush()


class _Foreign(logging.Handler):
    """What libraries say, as lines of ours: its first line and an error's kind, for the rest may hold anything."""

    def emit(self, record: logging.LogRecord) -> None:
        """Writes one line."""
        said = record.getMessage().partition("\n")[0][:FOREIGN_LENGTH_MAX]
        about = {"error": record.exc_info[0].__name__} if record.exc_info and record.exc_info[0] else {}
        get_log(record.name).log(record.levelno, said, **about)


def set_up_logs(service: str, level: str = "info") -> None:
    """Sends our own lines and the libraries' warnings to standard error, one JSON object a line."""
    logging.raiseExceptions = False
    logging.basicConfig(handlers=[_Foreign()], level=logging.WARNING)
    structlog.configure(
        processors=[
            _add_traces,
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.WriteLoggerFactory(file=cast("TextIO", _Tolerant(sys.stderr))),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)


def get_log(room: str) -> structlog.typing.FilteringBoundLogger:
    """The logger of one room; `room` says which part of the house speaks."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger(room=room)
    return logger


def _add_traces(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    known = traces()
    if len(known) == 1:
        line["trace_id"] = known[0]
    elif known:
        line["trace_ids"] = known
    return line
