"""JSON lines on standard error. Call with names and ids only: never with text, addresses or secrets."""

import logging
import sys

import structlog


def set_up_logs(service: str) -> None:
    """Sends our own lines and the libraries' warnings to standard error, one JSON object a line."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)


def get_log(room: str) -> structlog.typing.FilteringBoundLogger:
    """The logger of one room; `room` says which part of the house speaks."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger(room=room)
    return logger
