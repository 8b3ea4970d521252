"""What this process counts for Prometheus: requests and facts as they pass, the rest when somebody asks."""

from collections.abc import Mapping
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

PREFIX = "huiyin"
# Seconds; a post takes a millisecond, a large batch a second.
BUCKETS_S = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

_REGISTRY = CollectorRegistry()
REQUEST_S = Histogram(
    "http_request_duration_seconds",
    "Time from a request's first byte to the last of its answer.",
    ("method", "route", "status"),
    namespace=PREFIX,
    buckets=BUCKETS_S,
    registry=_REGISTRY,
)
INBOX_FACTS = Counter(
    "inbox_facts", "Facts of others that had their effect here.", ("consumer",), namespace=PREFIX, registry=_REGISTRY
)
MAILS_READ = Counter(
    "mails_read", "Mails that were read, by what became of them.", ("outcome",), namespace=PREFIX, registry=_REGISTRY
)
MAILBOX_FAILURES = Counter(
    "mailbox_failures", "Visits to a mailbox that failed.", ("fault",), namespace=PREFIX, registry=_REGISTRY
)
# What waits in a service: the figure's column, its name for Prometheus, and what it means.
WAITING = (
    ("outbox_pending", "outbox_unsent", "Facts that the stream does not have yet."),
    ("outbox_oldest_s", "outbox_oldest_unsent_seconds", "How long the oldest of them has waited."),
    ("dead_letters", "dead_letters", "Facts that were set aside for a person."),
    ("jobs_waiting", "jobs_waiting", "Jobs that are not done yet."),
    ("jobs_oldest_s", "jobs_oldest_overdue_seconds", "How long the oldest of them has been due."),
    ("jobs_dead", "jobs_dead", "Jobs that were given up."),
)


@dataclass(frozen=True)
class Waiting:
    """What waits now: the carriers' figures, and each consumer's facts in the stream (None: it was not reached)."""

    figures: Mapping[str, float]
    lag_by_consumer: Mapping[str, int] | None


def exposition(waiting: Waiting) -> bytes:
    """Everything in Prometheus' text format."""
    now = CollectorRegistry()
    for column, name, meaning in WAITING:
        Gauge(name, meaning, namespace=PREFIX, registry=now).set(waiting.figures[column])
    reached = Gauge("stream_reached", "Whether the stream answered this time.", namespace=PREFIX, registry=now)
    reached.set(waiting.lag_by_consumer is not None)
    meaning = "Messages of the stream that a consumer has not settled yet."
    lag = Gauge("stream_lag_messages", meaning, ("consumer",), namespace=PREFIX, registry=now)
    for consumer, messages in (waiting.lag_by_consumer or {}).items():
        lag.labels(consumer).set(messages)
    return generate_latest(_REGISTRY) + generate_latest(now)
