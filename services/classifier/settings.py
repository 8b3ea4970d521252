"""What the classifier may be told from outside."""

from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class ClassifierSettings(ServiceSettings):
    """Variables are named `HUIYIN_CLASSIFIER_<FIELD>`."""

    model_config = SettingsConfigDict(env_prefix="HUIYIN_CLASSIFIER_")
