"""What the services say: themselves, what waits in them, and whether their pages stay at home."""

import re
from collections.abc import Mapping

import httpx

from deploy.doctor.patient import Finding, Patient, State, failed, ok
from deploy.postgres.roles import SERVICES

OUTBOX_AGE_MAX_S = 60.0
PAGES = ("/docs", "/redoc")
_GAUGE = re.compile(r"^huiyin_(\w+) ([0-9.e+-]+)$", re.MULTILINE)
_ELSEWHERE = re.compile(r"""(?:src|href)\s*=\s*["']?((?:https?:)?//[^"'\s>]+)""", re.IGNORECASE)

_FAR_OUTBOX = "The {service} has facts that have waited {value:.0f} s for the stream."
_DEAD_LETTERS = "{value:.0f} facts were set aside in the {service}."
_DEAD_JOBS = "{value:.0f} jobs of the {service} were given up."
# A gauge of /metrics, what is too much of it, what that means, and what to do.
_WAITING = (
    (
        "outbox_oldest_unsent_seconds",
        OUTBOX_AGE_MAX_S,
        _FAR_OUTBOX,
        "Does NATS run? See: run.py ps, DATA/logs/nats.log.",
    ),
    ("dead_letters", 0, _DEAD_LETTERS, "See: run.py dead-letters list; once the cause is mended, replay them."),
    ("jobs_dead", 0, _DEAD_JOBS, "The service's log names them under job_failed."),
)
# What a service says of itself, by the name of its look: what broken means, and what to do.
_BROKEN: Mapping[str, tuple[str, str]] = {
    "keys": (
        "The master key does not open the keys of {about} tenants: their customers' addresses cannot be read.",
        "Put back the keys/master.key that belongs to these databases. Do not delete the other one.",
    ),
    "model": (
        "The classifier's model file is not what was trained: {about}.",
        "Stop, remove the file under DATA/models, and start: the model is trained again.",
    ),
    "mailboxes": (
        "Mailboxes cannot be read ({about}).",
        "See: run.py mailboxes list, and run.py mailboxes test NAME, which says what to mend.",
    ),
    "mail": (
        "The mail server does not let us in ({about}).",
        "Check HUIYIN_TRACKER_SMTP_HOST, _PORT, _SECURITY, _USERNAME and _PASSWORD; mails wait meanwhile.",
    ),
}
_UNSET: Mapping[str, tuple[str, str]] = {
    "mailboxes": (
        "No mailbox is read: answers to mails, and mails that come back, are not heard of.",
        "Add one with run.py mailboxes add, see docs/mail-in.md.",
    ),
    "mail": (
        "No SMTP is set: mails are not sent, see `run.py mails`.",
        "Set HUIYIN_TRACKER_SMTP_HOST and what it needs.",
    ),
}
_FINE: Mapping[str, str] = {
    "keys": "The master key opens every tenant's keys.",
    "mailboxes": "Every mailbox is read.",
    "model": "The model's file is what was trained.",
    "mail": "The mail server lets us in.",
}


async def services_say(patient: Patient) -> list[Finding]:
    """Each service looks at what only it can look at."""
    found = []
    for service in SERVICES:
        async with patient.client(service) as client:
            looks = (await client.get("/v1/self-checks")).raise_for_status().json()
        found += [_said(name, look["health"], look["about"]) for name, look in looks.items()]
    return found


def _said(name: str, health: str, about: str) -> Finding:
    if health == "fine":
        return Finding(State.OK, _FINE[name])
    if health == "unknown":
        return Finding(State.SKIPPED, f"The {name} could not be looked at now ({about}).", "Try again in a moment.")
    says, remedy = (_UNSET if health == "unset" else _BROKEN)[name]
    return Finding(State.NOTE if health == "unset" else State.FAILED, says.format(about=about), remedy)


async def nothing_waits_long(patient: Patient) -> list[Finding]:
    """Facts get out, none was set aside, no job was given up."""
    found = []
    for service in SERVICES:
        async with patient.client(service) as client:
            gauges = dict(_GAUGE.findall((await client.get("/metrics")).raise_for_status().text))
        found += [
            failed(says.format(service=service, value=float(gauges[name])), remedy)
            for name, most, says, remedy in _WAITING
            if float(gauges[name]) > most
        ]
    return found or ok("Nothing waits long, and nothing was set aside or given up.")


async def pages_stay_at_home(patient: Patient) -> list[Finding]:
    """Pages that are served ask no other host for anything: there may be no internet, and nobody should be told."""
    found = []
    for service in SERVICES:
        async with patient.client(service) as client:
            for page in PAGES:
                answer = await client.get(page)
                found += [
                    failed(f"{page} of the {service} loads from {url}.", "Serve that file from here.")
                    for url in _hosts_in(answer)
                ]
    return found or ok("No page that is served loads from another host.")


def _hosts_in(answer: httpx.Response) -> list[str]:
    is_page = answer.is_success and "html" in answer.headers.get("content-type", "")
    return sorted(set(_ELSEWHERE.findall(answer.text))) if is_page else []
