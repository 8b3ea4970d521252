"""OpenTelemetry, off unless an endpoint is set: then FastAPI sends spans and durations there by itself."""

import os
from collections.abc import Mapping
from importlib.util import find_spec

from fastapi.telemetry import TelemetryConfig

_ENDPOINTS = (
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
)
SDK = "opentelemetry.sdk"


def telemetry(environment: Mapping[str, str] = os.environ, *, needs: str = SDK) -> TelemetryConfig:
    """How the application is to be watched. Ends the process when an endpoint is set and the packages are missing.

    Logs stay out: FastAPI would send the words of exceptions, which may be a customer's.
    """
    is_wanted = any(environment.get(name) for name in _ENDPOINTS)
    if is_wanted and find_spec(needs) is None:
        raise SystemExit(
            "An OTEL endpoint is set, but its packages are not installed: install requirements/otel.txt, or unset it."
        )
    return {"tracing": is_wanted, "metrics": is_wanted, "logs": False, "auto_configure": is_wanted}
