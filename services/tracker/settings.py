"""What the tracker may be told from outside."""

from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import AliasChoices, Field, SecretStr, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from services.tracker.domain.safe_url import is_safe_url
from shared.access.scopes import Role
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
    classifier_url: str = Field(validation_alias=AliasChoices("classifier_url", "HUIYIN_CLASSIFIER_URL"))
    peer_key_file: Path
    brand: str = "Huiyin 回音"
    public_url: str | None = Field(
        None, description="where browsers reach the tracker, such as https://huiyin.example.com"
    )
    oidc_issuer: str | None = Field(None, description="the identity provider; nobody signs in by it until this is set")
    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = None
    oidc_scopes: str = "openid email profile"
    oidc_default_role: Role | None = Field(None, description="lets in whom the provider knows and nobody has invited")
    smtp_host: str | None = Field(None, description="no mail leaves the box until this is set")
    smtp_port: int = 587
    smtp_security: SmtpSecurity = SmtpSecurity.STARTTLS
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    mail_from: str = "no-reply@localhost"

    @field_validator("oidc_issuer")
    @classmethod
    def _by_tls(cls, issuer: str | None) -> str | None:
        if issuer is not None and not is_safe_url(issuer):
            raise ValueError("must begin with https://")
        return issuer

    @field_validator("oidc_default_role")
    @classmethod
    def _for_strangers(cls, role: Role | None) -> Role | None:
        if role in (Role.ADMIN, Role.DPO):
            raise ValueError("a stranger cannot become admin or dpo")
        return role

    @model_validator(mode="after")
    def _whole_provider(self) -> Self:
        if self.oidc_issuer is not None and not (self.oidc_client_id and self.public_url):
            raise ValueError("HUIYIN_TRACKER_OIDC_ISSUER needs HUIYIN_TRACKER_OIDC_CLIENT_ID and _PUBLIC_URL beside it")
        return self
