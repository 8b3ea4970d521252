"""Every page that a person can look at: the one list for pictures, for the accessibility test and for first paints."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus


@dataclass(frozen=True)
class Page:
    """A page by its route, and one address of it with ids of the demo. `awaits` is there when the page is whole."""

    name: str
    route: str
    address: str
    status: int = HTTPStatus.OK
    awaits: str = "h1"
    is_for_strangers: bool = False


def _page(name: str, route: str, query: str = "") -> Page:
    return Page(name, route, route.replace("_id}", "}") + query)


_NOT_FOUND = HTTPStatus.NOT_FOUND
PAGES = (
    Page("sign-in", "/console/sign-in", "/console/sign-in", is_for_strangers=True),
    Page("welcome", "/welcome", "/welcome", is_for_strangers=True),
    Page("welcome-person", "/welcome", "/welcome#{link}", awaits="[name=password]", is_for_strangers=True),
    _page("inbox", "/console/inbox"),
    _page("inbox-critical", "/console/inbox", "?urgency=critical&state=new&state=open"),
    _page("inbox-empty", "/console/inbox", "?tag=nobody-uses-this"),
    _page("case", "/console/cases/{case_id}"),
    _page("review", "/console/review"),
    _page("quarantine", "/console/quarantine"),
    _page("quarantine-spam", "/console/quarantine", "?state=spam"),
    _page("problems", "/console/problems"),
    _page("problem", "/console/problems/{problem_id}"),
    _page("actions", "/console/actions"),
    _page("action", "/console/actions/{action_id}"),
    _page("overview", "/console/overview"),
    _page("overview-weeks", "/console/overview", "?period=12w&language=zh"),
    _page("imports", "/console/imports"),
    _page("import", "/console/imports/{import_id}"),
    _page("mails", "/console/mails"),
    _page("mails-empty", "/console/mails", "?state=in_doubt"),
    Page("find", "/console/find", "/console/find"),
    _page("members", "/console/settings/members"),
    _page("member", "/console/settings/members/{member_id}"),
    _page("keys", "/console/settings/keys"),
    _page("key-new", "/console/settings/keys/new"),
    _page("key", "/console/settings/keys/{key_id}"),
    _page("tenant", "/console/settings/tenant"),
    _page("mail", "/console/settings/mail"),
    _page("audit", "/console/settings/audit"),
    _page("health", "/console/settings/health"),
    _page("account", "/console/settings/account"),
    _page("setup-tenant", "/console/setup", "?step=company"),
    _page("setup-mail", "/console/setup", "?step=mail"),
    _page("setup-key", "/console/setup", "?step=key"),
    _page("setup-feedback", "/console/setup", "?step=feedback"),
    _page("setup-done", "/console/setup", "?step=done"),
    _page("design", "/console/design"),
    Page("missing", "/console/cases/{case_id}", "/console/cases/00000000-0000-7000-8000-000000000000", _NOT_FOUND),
)
# What answers below /console and is no page by itself.
NO_PAGES: Mapping[str, str] = {
    "/console": "leads on to the inbox",
    "/console/static/{digest}/{name:path}": "a style or a script",
    "/console/live": "a stream of news",
    "/console/inbox/rows": "a part of the inbox",
    "/console/imports/{import_id}/progress": "a part of an import",
    "/console/imports/{import_id}/rejects.csv": "a table for a spreadsheet",
    "/console/cases/{case_id}/pane": "a case beside the inbox",
    "/console/cases/{case_id}/original": "a part of a case",
    "/console/cases/{case_id}/files": "a part of a case",
    "/console/cases/{case_id}/pictures": "a part of a case",
    "/console/cases/{case_id}/files/{attachment_id}": "a customer's file",
    "/console/cases/{case_id}/files/{attachment_id}/preview": "a customer's picture",
    "/console/cases/{case_id}/reach": "a part of a case",
    "/console/cases/{case_id}/customer": "a part of a case",
    "/console/quarantine/waiting": "a count in the inbox",
    "/console/review/cards": "a part of the review",
    "/console/overview/{name}.html": "a part of the overview",
    "/console/overview/{name}.csv": "a table for a spreadsheet",
    "/console/settings": "leads on to its first part",
    "/console/settings/audit.csv": "a table for a spreadsheet",
    "/console/setup/arrival": "a part of the set-up",
}
