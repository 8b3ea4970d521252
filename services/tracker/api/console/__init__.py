"""The console's pages."""

from services.tracker.api.console import actions, entry, inbox, problems

CONSOLE_ROUTERS = (entry.router, inbox.router, problems.router, actions.router)
