"""The console's pages."""

from services.tracker.api.console import (
    entry,
    inbox,
    mails,
    settings,
    settings_account,
    settings_audit,
    settings_company,
    settings_health,
    settings_keys,
    settings_members,
    setup,
)

CONSOLE_ROUTERS = (
    entry.router,
    inbox.router,
    mails.router,
    settings.router,
    settings_account.router,
    settings_audit.router,
    settings_company.router,
    settings_health.router,
    settings_keys.router,
    settings_members.router,
    setup.router,
)
