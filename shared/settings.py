"""What every service may be told from outside; each service adds its own in its `settings.py`."""

import os
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from pydantic import AliasChoices, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings


class LaneName(StrEnum):
    """What one process of a service does; a replica may run only some of it."""

    API = "api"
    RELAY = "relay"
    CONSUMER = "consumer"
    JOBS = "jobs"


class LogLevel(StrEnum):
    """From which weight on a line is written. Each request writes one of `info`."""

    INFO = "info"
    WARNING = "warning"


class ServiceSettings(BaseSettings):
    """Settings shared by the three services. Names of variables: `HUIYIN_<SERVICE>_<FIELD>`."""

    app_url: str
    carrier_url: str
    nats_url: str = Field(validation_alias=AliasChoices("nats_url", "NATS_URL"))
    nats_ca_file: Path | None = Field(None, validation_alias=AliasChoices("nats_ca_file", "HUIYIN_NATS_CA_FILE"))
    nats_replicas: int = Field(1, validation_alias=AliasChoices("nats_replicas", "HUIYIN_NATS_REPLICAS"))
    stream: str = Field("HUIYIN", validation_alias=AliasChoices("stream", "HUIYIN_STREAM"))
    lanes: str = Field(
        ",".join(LaneName), validation_alias=AliasChoices("lanes", "HUIYIN_LANES"), description="comma-separated"
    )
    cursor_key_file: Path
    data_dir: Path = Field(validation_alias=AliasChoices("data_dir", "HUIYIN_DATA_DIR"))
    host: str = "127.0.0.1"
    port: int = 0
    listen_fd: int | None = None
    pool_connections_max: int = 10
    ack_wait_s: int = Field(30, validation_alias=AliasChoices("ack_wait_s", "HUIYIN_ACK_WAIT_S"))
    log_level: LogLevel = Field(
        LogLevel.INFO, validation_alias=AliasChoices("log_level", "HUIYIN_LOG_LEVEL"), description="info or warning"
    )
    job_lease_s: int = Field(60, validation_alias=AliasChoices("job_lease_s", "HUIYIN_JOB_LEASE_S"))

    @field_validator("lanes")
    @classmethod
    def _known_lanes(cls, lanes: str) -> str:
        for name in lanes.split(","):
            if name.strip():
                LaneName(name.strip())
        return lanes

    def has_lane(self, lane: LaneName) -> bool:
        """Whether this process runs the lane."""
        return lane in {LaneName(name.strip()) for name in self.lanes.split(",") if name.strip()}


Settings = TypeVar("Settings", bound=ServiceSettings)


def read_settings(kind: type[Settings]) -> Settings:
    """The settings from the environment; ends the process with a sentence that names each wrong variable.

    A secret may lie in a file: where `NATS_URL` is asked for, `NATS_URL_FILE` may name the file that holds it.
    """
    try:
        return kind(**_given_by_file(kind, os.environ))
    except ValidationError as error:
        wrong = [f"{_variable(kind, entry['loc'])}: {entry['msg']}" for entry in error.errors()]
        raise SystemExit("These settings are wrong: " + "; ".join(wrong)) from None


def variable_of(kind: type[ServiceSettings], name: str) -> str:
    """The environment variable of a setting."""
    alias = kind.model_fields[name].validation_alias
    if isinstance(alias, AliasChoices):
        return next(str(choice) for choice in alias.choices if str(choice).isupper())
    return f"{kind.model_config.get('env_prefix', '')}{name.upper()}"


def _given_by_file(kind: type[ServiceSettings], environment: Mapping[str, str]) -> dict[str, Any]:
    """What stands in files, by the name of the setting."""
    variables = {name: variable_of(kind, name) for name in kind.model_fields}
    return {
        name: _content(variable, environment)
        for name, variable in variables.items()
        if environment.get(f"{variable}_FILE")
    }


def _content(variable: str, environment: Mapping[str, str]) -> str:
    if environment.get(variable):
        raise SystemExit(f"These settings are wrong: {variable} and {variable}_FILE are both set; which one is meant?")
    try:
        return Path(environment[f"{variable}_FILE"]).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SystemExit(f"These settings are wrong: {variable}_FILE: {type(error).__name__}") from None


def _variable(kind: type[ServiceSettings], place: tuple[int | str, ...]) -> str:
    name = str(place[0]) if place else "?"
    return variable_of(kind, name) if name in kind.model_fields else name
