"""The console's pages."""

from services.tracker.api.console import entry, inbox

CONSOLE_ROUTERS = (entry.router, inbox.router)
