"""`run.py status`: how much came in, and how far it went."""

from typing import Any

import httpx

from deploy.commands.ground import DataDirOption, Instance, JsonOption, answer, fail, find_instance

SUMMED = ("outbox_pending", "dead_letters", "jobs_waiting", "jobs_dead")


def status(data_dir: DataDirOption, *, json: JsonOption = False) -> None:
    """Counts feedback along its way, and what waits; it has settled when received = classified + quarantined."""
    instance = find_instance(data_dir, as_json=json)
    try:
        document = read_status(instance)
    except httpx.HTTPError as error:
        fail(f"A service does not answer ({type(error).__name__}). See: python3 run.py ps", as_json=json)
    lines = [f"{name.replace('_', ' '):<16}{value}" for name, value in document.items() if not isinstance(value, dict)]
    lines += [f"  {name:<14}{count}" for name, count in document["notifications"].items()]
    answer(document, as_json=json, text="\n".join(lines))


def read_status(instance: Instance) -> dict[str, Any]:
    """The three services' figures as one document."""
    figures = {}
    for service in ("collector", "classifier", "tracker"):
        with instance.client(service) as client:
            figures[service] = client.get("/v1/figures", params={"all_tenants": "true"}).raise_for_status().json()
    tracker = figures["tracker"]
    return {
        "received": figures["collector"]["received"],
        "classified": figures["classifier"]["classified"],
        "quarantined": figures["classifier"]["quarantined"],
        **{name: tracker[name] for name in ("cases", "problems", "actions", "notifications")},
        **{name: sum(one[name] for one in figures.values()) for name in SUMMED},
    }
