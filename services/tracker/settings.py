"""What the tracker may be told from outside."""

from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class TrackerSettings(ServiceSettings):
    """Variables are named `HUIYIN_TRACKER_<FIELD>`."""

    model_config = SettingsConfigDict(env_prefix="HUIYIN_TRACKER_")
