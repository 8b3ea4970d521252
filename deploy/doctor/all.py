"""Everything that the doctor looks at, in one table."""

from dataclasses import dataclass

import asyncpg
import httpx

from deploy.databases import NoUrlError
from deploy.doctor import databases, machine, services
from deploy.doctor.patient import Check, Finding, Patient, State

CHECKS: dict[str, Check] = {
    "processes": machine.processes_live,
    "python": machine.python_is_mended,
    "disk": machine.disk_has_room,
    "key files": machine.keys_are_private,
    "database": databases.reachable,
    "power cut": databases.safe_in_a_power_cut,
    "roles": databases.roles_are_small,
    "row-level security": databases.tenants_are_guarded,
    "ownership": databases.app_owns_nothing,
    "migrations": databases.migrations_at_head,
    "clock": databases.clocks_agree,
    "audit": databases.audit_is_sealed,
    "audit heads": machine.heads_are_noted,
    "services": services.services_say,
    "waiting": services.nothing_waits_long,
    "pages": services.pages_stay_at_home,
}


@dataclass(frozen=True)
class Report:
    """What the checks found, in their order."""

    findings: list[tuple[str, Finding]]

    @property
    def is_healthy(self) -> bool:
        """Whether no check failed. A note or a check that could not be made is no failure."""
        return all(finding.state is not State.FAILED for _, finding in self.findings)


async def examine(patient: Patient) -> Report:
    """Makes every check. One that cannot look at all is a finding, too."""
    findings = []
    for name, check in CHECKS.items():
        try:
            found = await check(patient)
        except (NoUrlError, OSError, asyncpg.PostgresError, httpx.HTTPError) as error:
            says = (
                str(error) if isinstance(error, NoUrlError) else f"This could not be looked at: {type(error).__name__}."
            )
            found = [Finding(State.FAILED, says, "See `run.py ps` and the logs; then try again.")]
        findings += [(name, finding) for finding in found]
    return Report(findings)
