"""The console's pages."""

from services.tracker.api.console import entry, inbox, overview

CONSOLE_ROUTERS = (entry.router, inbox.router, overview.router)
