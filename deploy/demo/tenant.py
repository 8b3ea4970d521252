"""The demo's own tenant: found, made, thrown away, and the way in for who wants to look at it."""

from deploy.commands.ground import Instance
from deploy.demo.doors import Document, DoorRefusedError, Doors, until
from deploy.demo.sheets import read

SLUG = "demo"
TIME_ZONE = "Asia/Shanghai"
ADMIN = {"name": "演示 Demo", "email": "admin@example.test", "roles": ["admin", "agent"], "language": "zh"}
WHY = "the demo is filled anew"
GONE_IN_S = 60.0
KNOWN_IN_S = 30.0
WELCOME_PATH, CONSOLE_PATH = "/welcome", "/console"


class ForeignTenantError(Exception):
    """Somebody's own company has the demo's short name."""


def find(doors: Doors) -> Document | None:
    """The demo's tenant, if there is one. Raises ForeignTenantError."""
    found = next((one for one in doors.list("tracker", "/v1/tenants") if one["slug"] == SLUG), None)
    if found is not None and not found["is_demo"]:
        raise ForeignTenantError
    return found


def throw_away(doors: Doors, tenant: Document) -> None:
    """Deletes all rows of it, also where that was begun before. Returns when it is gone. Raises TookTooLongError."""
    path = f"/v1/tenants/{tenant['id']}"
    if tenant["state"] == "active":
        doors.post("tracker", f"{path}:suspend", {"reason": WHY})
    if tenant["state"] != "deleted":
        doors.post("tracker", f"{path}:delete", {"reason": WHY, "slug": SLUG})
    until(lambda: find(doors) is None, "the old demo was still there", GONE_IN_S)


def make(doors: Doors) -> Document:
    """A new tenant, known to all services. Raises TookTooLongError."""
    words = read("products")
    body = {"slug": SLUG, "name": words["company"], "time_zone": TIME_ZONE, "is_demo": True, "brand": words["brand"]}
    tenant = doors.post("tracker", "/v1/tenants", body)
    doors.work_for(tenant["id"])
    until(lambda: _is_known(doors), "the collector had not heard of the new tenant", KNOWN_IN_S)
    return tenant


def _is_known(doors: Doors) -> bool:
    try:
        doors.get("collector", "/v1/figures")
    except DoorRefusedError:
        return False
    return True


def invite(doors: Doors) -> list[str]:
    """The administrator, and the team; returns the ids of those who work on cases."""
    doors.post("tracker", "/v1/members", ADMIN)
    team = [doors.post("tracker", "/v1/members", one)["member"] for one in read("people")["members"]]
    return [member["id"] for member in team if "viewer" not in member["roles"]]


def way_in(doors: Doors, instance: Instance) -> tuple[str, str]:
    """The console's address, and a fresh link by which one comes in as the demo's administrator."""
    members = doors.list("tracker", "/v1/members")
    admin = next((one for one in members if one["email"] == ADMIN["email"]), None)
    if admin is not None and admin["disabled_at"] is None:
        link = doors.post("tracker", f"/v1/members/{admin['id']}:link", {})["url"]
    else:
        link = doors.post("tracker", "/v1/sign-in/first-links", {})["url"]
    home, is_welcome, _ = str(link).partition(WELCOME_PATH)
    return (home if is_welcome else instance.description["services"]["tracker"]["url"]) + CONSOLE_PATH, link
