"""Sets how a company's widgets look and what they say, and what customers are asked to agree to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.collector.domain.widget import SHIPPED_CONSENT
from services.collector.store.widgets import (
    add_consent_text,
    hold_settings,
    keep_settings,
    read_consent_text,
    read_settings,
)
from shared.access.audit import AuditLine, Done
from shared.database import Tx
from shared.versions import Expected


class ConsentTextFixedError(Exception):
    """Customers have agreed to this version of the wording, so it says for ever what it said."""


@dataclass(frozen=True)
class Widget:
    """How it stands: `consent` is the company's own wording by language and purpose, or None for the shipped one."""

    version: int
    settings: dict[str, Any]
    consent: dict[str, dict[str, str]] | None


@dataclass(frozen=True)
class KeepWidget:
    """The command. `consent` is a version and its texts; None goes back to the shipped wording."""

    tenant_id: UUID
    settings: dict[str, Any]
    consent: tuple[str, dict[str, dict[str, str]]] | None
    moment: datetime


async def read_widget(tx: Tx, tenant_id: UUID) -> Widget:
    """The settings with the wording that they name."""
    version, settings = await read_settings(tx, tenant_id)
    named = settings["consent_version"]
    return Widget(version, settings, await read_consent_text(tx, tenant_id, named) if named else None)


async def keep_widget(tx: Tx, command: KeepWidget, expected: Expected) -> Done[Widget]:
    """Sets all of it. Raises StaleVersionError and ConsentTextFixedError."""
    version, before = await hold_settings(tx, command.tenant_id, command.moment)
    expected.check(version)
    named = await _keep_wording(tx, command)
    await keep_settings(tx, command.tenant_id, command.settings | {"consent_version": named}, command.moment)
    line = AuditLine(
        "widget.set",
        "widget",
        command.tenant_id,
        before={"version": version, "consent_version": before["consent_version"]},
        after={"version": version + 1, "consent_version": named},
    )
    return Done(await read_widget(tx, command.tenant_id), line)


async def _keep_wording(tx: Tx, command: KeepWidget) -> str | None:
    if command.consent is None:
        return None
    version, texts = command.consent
    known = await read_consent_text(tx, command.tenant_id, version)
    if version == SHIPPED_CONSENT or known not in (None, texts):
        raise ConsentTextFixedError
    if known is None:
        await add_consent_text(tx, command.tenant_id, version, texts)
    return version
