"""What the collector may be told from outside."""

from pathlib import Path

from pydantic import Field, field_validator
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class CollectorSettings(ServiceSettings):
    """Variables are named `HUIYIN_COLLECTOR_<FIELD>`."""

    model_config = SettingsConfigDict(env_prefix="HUIYIN_COLLECTOR_")

    master_key_file: Path
    reply_key_file: Path | None = Field(None, description="what the tracker signs addresses for answers with")
    public_url: str | None = Field(
        None, description="where customers reach the collector, such as https://feedback.example.com"
    )

    @field_validator("public_url")
    @classmethod
    def _without_slash(cls, url: str | None) -> str | None:
        return url.rstrip("/") if url else None
