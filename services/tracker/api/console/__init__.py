"""The console's pages."""

from services.tracker.api.console import case, entry, find, inbox, live, review

CONSOLE_ROUTERS = (entry.router, inbox.router, case.router, review.router, find.router, live.router)
