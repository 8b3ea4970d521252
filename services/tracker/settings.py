"""What the tracker may be told from outside."""

from enum import StrEnum
from pathlib import Path

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class SmtpSecurity(StrEnum):
    """How the connection to the mail server is protected."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class TrackerSettings(ServiceSettings):
    """Variables are named `HUIYIN_TRACKER_<FIELD>`."""

    model_config = SettingsConfigDict(env_prefix="HUIYIN_TRACKER_")

    collector_url: str = Field(validation_alias=AliasChoices("collector_url", "HUIYIN_COLLECTOR_URL"))
    peer_key_file: Path
    cursor_key_file: Path
    brand: str = "Huiyin 回音"
    public_url: str | None = Field(
        None, description="where browsers reach the tracker, such as https://huiyin.example.com"
    )
    smtp_host: str | None = Field(None, description="no mail leaves the box until this is set")
    smtp_port: int = 587
    smtp_security: SmtpSecurity = SmtpSecurity.STARTTLS
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    mail_from: str = "no-reply@localhost"
