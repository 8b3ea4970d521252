"""The console's pages."""

from services.tracker.api.console import (
    actions,
    case,
    entry,
    find,
    inbox,
    live,
    mails,
    overview,
    problems,
    review,
    settings,
    settings_account,
    settings_audit,
    settings_company,
    settings_health,
    settings_keys,
    settings_members,
    setup,
)

PAGES = (
    actions,
    case,
    entry,
    find,
    inbox,
    live,
    mails,
    overview,
    problems,
    review,
    settings,
    settings_account,
    settings_audit,
    settings_company,
    settings_health,
    settings_keys,
    settings_members,
    setup,
)
CONSOLE_ROUTERS = tuple(page.router for page in PAGES)
