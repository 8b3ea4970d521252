"""What the collector may be told from outside."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class CollectorSettings(ServiceSettings):
    """Variables are named `HUIYIN_COLLECTOR_<FIELD>`."""

    model_config = SettingsConfigDict(env_prefix="HUIYIN_COLLECTOR_")

    master_key_file: Path
    reply_key_file: Path | None = Field(None, description="what the tracker signs addresses for answers with")
