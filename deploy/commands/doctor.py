"""`run.py doctor`: looks whether all is well, and says what to do where it is not."""

import asyncio
from dataclasses import asdict

import typer

from deploy.commands.ground import DataDirOption, JsonOption, answer, find_instance
from deploy.doctor.all import examine
from deploy.doctor.patient import Finding, Patient, State

MARKS = {State.OK: "ok    ", State.NOTE: "note  ", State.FAILED: "FAILED", State.SKIPPED: "-     "}


def doctor(data_dir: DataDirOption, *, json: JsonOption = False) -> None:
    """Checks processes, disk, keys, databases, audit, services and mail. Exit status 1 when something is wrong."""
    instance = find_instance(data_dir, as_json=json)
    report = asyncio.run(examine(Patient(instance.data, instance.description)))
    checks = [{"name": name, **asdict(finding)} for name, finding in report.findings]
    text = "\n".join(_line(name, finding) for name, finding in report.findings)
    answer({"ok": report.is_healthy, "checks": checks}, as_json=json, text=text)
    raise typer.Exit(0 if report.is_healthy else 1)


def _line(name: str, finding: Finding) -> str:
    remedy = f"\n{'':<28}{finding.remedy}" if finding.remedy else ""
    return f"{MARKS[finding.state]}  {name:<20}{finding.says}{remedy}"
