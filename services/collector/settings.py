"""What the collector may be told from outside."""

from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class CollectorSettings(ServiceSettings):
    """Variables are named `HUIYIN_COLLECTOR_<FIELD>`."""

    model_config = SettingsConfigDict(env_prefix="HUIYIN_COLLECTOR_")
