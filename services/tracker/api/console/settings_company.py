"""/console/settings/tenant and /mail: the company itself, and how its mails leave."""

from typing import Annotated

from fastapi.responses import HTMLResponse

from services.tracker.api.console.page import PageRouter, Visit, Worker, visitor_with
from services.tracker.api.console.settings import settings_page
from services.tracker.api.context import Here
from shared.access.scopes import Scope
from shared.contracts.countries import DIAL_PLANS
from shared.contracts.vocabulary import Language

# Offered first; any other name of the IANA data base can be written.
ZONES = (
    "Asia/Shanghai", "Asia/Hong_Kong", "Asia/Taipei", "Asia/Singapore", "Asia/Tokyo", "Asia/Seoul", "Asia/Kolkata",
    "Europe/London", "Europe/Berlin", "Europe/Paris", "America/New_York", "America/Los_Angeles", "UTC",
)  # fmt: skip
Manager = Annotated[Visit, visitor_with(Scope.TENANT_MANAGE)]
router = PageRouter("/settings")


@router.get("/tenant", include_in_schema=False)
async def get_tenant_page(visit: Worker) -> HTMLResponse:
    """The company: everybody may read it."""
    return settings_page(visit, "tenant", zones=ZONES, languages=tuple(Language), countries=tuple(DIAL_PLANS))


@router.get("/mail", include_in_schema=False)
async def get_mail_page(here: Here, visit: Manager) -> HTMLResponse:
    """What is set, and a test that fails loudly."""
    return settings_page(visit, "mail", mail=here.mail)
