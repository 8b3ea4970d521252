"""`run.py demo`: a company with a year of feedback behind it, to look at."""

import time
from typing import Annotated

import httpx
import typer

from deploy.commands.ground import DataDirOption, Instance, JsonOption, answer, fail, find_instance, say
from deploy.demo import tenant
from deploy.demo.doors import Document, DoorRefusedError, Doors, TookTooLongError
from deploy.demo.fill import fill
from deploy.demo.progress import shown
from deploy.demo.sheets import read
from deploy.demo.story import ITEMS
from shared.clock import now

ITEMS_MIN = 60  # Fewer tell no story.
_WORK = ("feedback", "cases", "problems", "actions")


def demo(
    data_dir: DataDirOption,
    *,
    reset: Annotated[bool, typer.Option("--reset", help="Throw the demo away, and fill it anew.")] = False,
    items: Annotated[int, typer.Option(min=ITEMS_MIN, hidden=True)] = ITEMS,
    json: JsonOption = False,
) -> None:
    """Fills a company called demo with a year of feedback, made up, and prints the way in. Its mails are never sent."""
    instance = find_instance(data_dir, as_json=json)
    try:
        with Doors(instance) as doors:
            document = _demo(doors, instance, items, is_anew=reset)
    except tenant.ForeignTenantError:
        fail("There is a company called demo that is none of ours. Nothing was done: delete it yourself.", as_json=json)
    except (DoorRefusedError, TookTooLongError) as error:
        fail(f"{error} See python3 run.py doctor, then fill it anew: python3 run.py demo --reset", as_json=json)
    except httpx.HTTPError as error:
        fail(f"A service does not answer ({type(error).__name__}). See: python3 run.py ps", as_json=json)
    answer(document, as_json=json, text=_says(document))


def _demo(doors: Doors, instance: Instance, items: int, *, is_anew: bool) -> Document:
    started = time.monotonic()
    found = tenant.find(doors)
    if found is not None and is_anew:
        say("Throwing the old demo away …")
        tenant.throw_away(doors, found)
        found = None
    if found is not None:
        made, counts = found, _counts(doors, found)
    else:
        made = tenant.make(doors)
        with shown() as parts:
            counts = fill(doors, now(), items, parts)
    url, link = tenant.way_in(doors, instance)
    seconds = round(time.monotonic() - started, 1)
    return {"ok": True, "tenant_id": made["id"], **counts, "seconds": seconds, "url": url, "link": link}


def _counts(doors: Doors, found: Document) -> Document:
    """What is there already. Raises DoorRefusedError where the filling was cut off."""
    doors.work_for(found["id"])
    figures = doors.get("tracker", "/v1/figures")
    received = doors.get("collector", "/v1/figures")["received"]
    if found["state"] != "active" or figures["actions"] < len(read("work")["problem"]):
        raise DoorRefusedError("The demo is there, but was not filled to its end.")
    say("The demo is there already; --reset fills it anew.")
    return {name: figures.get(name, received) for name in _WORK}


def _says(document: Document) -> str:
    counts = ", ".join(f"{document[name]} {name}" for name in _WORK)
    return (
        f"The demo is there: {counts} ({document['seconds']} s).\n\n"
        f"  console    {document['url']}\n"
        f"  sign in    company {tenant.SLUG}, {tenant.ADMIN['email']}\n"
        f"  first      {document['link']}\n\n"
        "The last link works once: it sets your password. Run this again for another."
    )
