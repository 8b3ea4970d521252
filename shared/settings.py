"""What every service may be told from outside; each service adds its own in its `settings.py`."""

from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from pydantic import AliasChoices, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings


class LaneName(StrEnum):
    """What one process of a service does; a replica may run only some of it."""

    API = "api"
    RELAY = "relay"
    CONSUMER = "consumer"
    JOBS = "jobs"


class ServiceSettings(BaseSettings):
    """Settings shared by the three services. Names of variables: `HUIYIN_<SERVICE>_<FIELD>`."""

    app_url: str
    carrier_url: str
    nats_url: str = Field(validation_alias=AliasChoices("nats_url", "NATS_URL"))
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
    """The settings from the environment; ends the process with a sentence that names each wrong variable."""
    try:
        return kind()
    except ValidationError as error:
        prefix = kind.model_config.get("env_prefix", "")
        wrong = [f"{_variable(entry['loc'], prefix)}: {entry['msg']}" for entry in error.errors()]
        raise SystemExit("These settings are wrong: " + "; ".join(wrong)) from None


def _variable(place: tuple[int | str, ...], prefix: str) -> str:
    name = str(place[0]) if place else "?"
    return name if name.isupper() else f"{prefix}{name.upper()}"
