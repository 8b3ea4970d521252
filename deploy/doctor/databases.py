"""The databases: reachable, safe in a power cut, and each role with its rights and no more."""

from collections.abc import Sequence

import asyncpg
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import to_tuple

from deploy.databases import NoUrlError
from deploy.doctor.patient import Finding, Patient, State, failed, ok
from deploy.migrate import versions_of
from deploy.postgres.roles import SERVICES
from shared.migrations.runner import GROUND_VERSIONS, HERE
from shared.sql import role_of

PARTS_THAT_SERVE = ("app", "carrier")
SAFE = ("fsync", "synchronous_commit", "full_page_writes")
CLOCK_SKEW_MAX_S = 2.0
UNSEALED_MAX_S = 60.0

_SETTINGS = "SELECT name, setting FROM pg_settings WHERE name = ANY ($1) AND setting NOT IN ('on', 'remote_apply')"
_TOO_MUCH = "SELECT rolsuper OR rolbypassrls OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
# The carrier reads carrier tables only, so what it may not read holds tenants' rows.
_UNGUARDED = """
SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relrowsecurity
    AND NOT has_table_privilege($1, c.oid, 'SELECT')
    AND EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id')
ORDER BY 1
"""
_OWNED = "SELECT relname AS name FROM pg_class WHERE relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)"
_VERSIONS = "SELECT version_num FROM alembic_version"
_UNSEALED_S = """
SELECT coalesce(extract(epoch FROM now() - min(a.at)), 0)::float8 FROM audit a
WHERE NOT EXISTS (SELECT 1 FROM audit_seal s WHERE s.tenant_id = a.tenant_id AND s.id = a.id)
"""


async def reachable(patient: Patient) -> list[Finding]:
    """Every role of every service can sign in."""
    found = []
    for service, part in _serving():
        try:
            async with patient.database(service, part) as connection:
                await connection.fetchval("SELECT 1")
        except (NoUrlError, OSError, asyncpg.PostgresError) as error:
            says = f"The {service}'s database cannot be reached as {part} ({type(error).__name__})."
            found.append(failed(says, "See DATA/logs/postgres.log, or whether your own server runs and lets us in."))
    return found or ok("All roles of all services can sign in.")


async def safe_in_a_power_cut(patient: Patient) -> list[Finding]:
    """What is acknowledged is on disk."""
    found = []
    for service, part in _serving():
        async with patient.database(service, part) as connection:
            found += [
                failed(
                    f"{row['name']} is {row['setting']} for the {service}'s {part} role: a power cut can lose "
                    "what was acknowledged.",
                    f"Set {row['name']} = on in the server, and for role and database.",
                )
                for row in await connection.fetch(_SETTINGS, list(SAFE))
            ]
    return found or ok("fsync, synchronous_commit and full_page_writes are on.")


async def roles_are_small(patient: Patient) -> list[Finding]:
    """No role that serves may pass row-level security."""
    found = []
    for service, part in _serving():
        async with patient.database(service, part) as connection:
            if await connection.fetchval(_TOO_MUCH):
                says = f"The {service}'s {part} role is superuser, bypasses row-level security or makes roles."
                found.append(failed(says, "Take that from the role: run.py sql-roles prints the statements."))
    return found or ok("No role that serves is superuser or bypasses row-level security.")


async def tenants_are_guarded(patient: Patient) -> list[Finding]:
    """Row-level security on every table with tenants' rows."""
    found = []
    for service in SERVICES:
        async with patient.database(service, "app") as connection:
            for row in await connection.fetch(_UNGUARDED, role_of(patient.url(service, "carrier"))):
                says = f"The {service}'s table {row['name']} has no row-level security: tenants can see each other."
                found.append(failed(says, f"As its owner: ALTER TABLE {row['name']} ENABLE ROW LEVEL SECURITY;"))
    return found or ok("Row-level security is on for every table of tenants.")


async def app_owns_nothing(patient: Patient) -> list[Finding]:
    """An owner is exempt from row-level security."""
    found = []
    for service, part in _serving():
        async with patient.database(service, part) as connection:
            for row in await connection.fetch(_OWNED):
                says = f"The {service}'s {part} role owns {row['name']}, and owners pass row-level security."
                found.append(failed(says, f"Give {row['name']} to the role huiyin_{service}_owner."))
    return found or ok("The roles that serve own nothing.")


async def migrations_at_head(patient: Patient) -> list[Finding]:
    """The databases have the form that this release expects. Only the owner may look."""
    found = []
    for service in SERVICES:
        try:
            async with patient.database(service, "owner") as connection:
                known = {row["version_num"] for row in await connection.fetch(_VERSIONS)}
        except NoUrlError as error:
            return [Finding(State.SKIPPED, "Whether all migrations are applied was not looked at.", str(error))]
        if known != _heads(service):
            says = (
                f"The {service}'s database has the form {', '.join(sorted(known)) or 'of no release'}, not the newest."
            )
            found.append(
                failed(says, "Stop and start: `run.py` migrates; with databases of your own, `run.py migrate`.")
            )
    return found or ok("All migrations are applied.")


async def clocks_agree(patient: Patient) -> list[Finding]:
    """Leases, expiries and times of reports stand on both clocks."""
    async with patient.database(SERVICES[0], "app") as connection:
        theirs = await connection.fetchval("SELECT clock_timestamp()")
    skew_s = abs((patient.clock() - theirs).total_seconds())
    if skew_s <= CLOCK_SKEW_MAX_S:
        return ok("The database's clock agrees with this machine's.")
    return [failed(f"The database's clock is {skew_s:.0f} s off.", "Have both machines follow a time server.")]


async def audit_is_sealed(patient: Patient) -> list[Finding]:
    """Lines do not wait for their seal. Only the owner may look."""
    found = []
    for service in SERVICES:
        try:
            async with patient.database(service, "owner") as connection:
                oldest_s = float(await connection.fetchval(_UNSEALED_S))
        except NoUrlError as error:
            return [Finding(State.SKIPPED, "Whether the audit is sealed was not looked at.", str(error))]
        if oldest_s > UNSEALED_MAX_S:
            says = f"The {service}'s audit has a line that has waited {oldest_s:.0f} s for its seal."
            remedy = "Does the service run with the lane jobs? A transaction that stays open holds the sealing up, too."
            found.append(failed(says, remedy))
    return found or ok("The audit is sealed; run.py audit verify checks whether it is whole.")


def _serving() -> Sequence[tuple[str, str]]:
    return [(service, part) for service in SERVICES for part in PARTS_THAT_SERVE]


def _heads(service: str) -> set[str]:
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", f"{GROUND_VERSIONS}\n{versions_of(service)}")
    scripts = ScriptDirectory.from_config(config)
    # What another revision stands on is implied by it, and Alembic does not write it down as well.
    implied = {name for revision in scripts.walk_revisions() for name in to_tuple(revision.dependencies, default=())}
    return set(scripts.get_heads()) - implied
