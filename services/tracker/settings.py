"""What the tracker may be told from outside."""

import re
from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import AliasChoices, Field, SecretStr, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from services.tracker.domain.safe_url import is_safe_url
from shared.access.scopes import Role
from shared.reply_tokens import TOKEN_LENGTH
from shared.settings import ServiceSettings

LOCAL_PART_LENGTH_MAX = 64  # RFC 5321
_PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}")


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
    reply_address: str | None = Field(None, description="where customers' answers go; a mailbox that is read has it")
    reply_tag: str = Field("+", description="what the mail server takes between a local part and a tag; none: empty")
    reply_key_file: Path | None = Field(None, description="what addresses for answers are signed with")
    bounce_address: str | None = Field(None, description="where reports go that a mail did not arrive")

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

    @field_validator("reply_address", "bounce_address")
    @classmethod
    def _plain_address(cls, written: str | None) -> str | None:
        if written is not None and not _PLAIN_ADDRESS.fullmatch(written):
            raise ValueError("must be a plain address, such as answers@example.com")
        return written

    @model_validator(mode="after")
    def _room_for_a_token(self) -> Self:
        for written in (self.reply_address, self.bounce_address):
            local = len((written or "").rpartition("@")[0])
            if written and self.reply_tag and local + len(self.reply_tag) + TOKEN_LENGTH > LOCAL_PART_LENGTH_MAX:
                longest = LOCAL_PART_LENGTH_MAX - len(self.reply_tag) - TOKEN_LENGTH
                raise ValueError(f"{written}: what stands before the @ may have {longest} characters at most")
        if (self.reply_address or self.bounce_address) and self.reply_key_file is None:
            raise ValueError("an address for answers needs HUIYIN_TRACKER_REPLY_KEY_FILE beside it")
        return self

    @model_validator(mode="after")
    def _whole_provider(self) -> Self:
        if self.oidc_issuer is not None and not (self.oidc_client_id and self.public_url):
            raise ValueError("HUIYIN_TRACKER_OIDC_ISSUER needs HUIYIN_TRACKER_OIDC_CLIENT_ID and _PUBLIC_URL beside it")
        return self
