"""The machine: processes, disk, and who can read the keys."""

import os
import stat

from deploy.doctor.patient import Finding, Patient, State, failed, ok

FREE_MIN_BYTES = 1_000_000_000
FREE_MIN_SHARE = 0.05
# The first of each line in which http.cookies is linear and generated mail headers are verified.
MENDED_PYTHONS: dict[tuple[int, ...], tuple[int, ...]] = {(3, 11): (3, 11, 10), (3, 12): (3, 12, 6)}
_WELL = {"running", "external"}


async def processes_live(patient: Patient) -> list[Finding]:
    """Everything runs, and nothing keeps dying."""
    parts = patient.description["services"] | patient.description["engines"]
    found = [
        failed(f"{name} is {part['state']}.", f"Its last words stand in {patient.data.logs / f'{name}.log'}.")
        for name, part in parts.items()
        if part["state"] not in _WELL
    ]
    return found or ok("All processes run.")


async def disk_has_room(patient: Patient) -> list[Finding]:
    """A full disk stops everything that wants to be kept."""
    free, total = patient.disk(patient.data.root)
    if free >= FREE_MIN_BYTES and free >= FREE_MIN_SHARE * total:
        return ok(f"{free / 1e9:.0f} GB are free.")
    says = f"Only {free / 1e9:.1f} GB of {total / 1e9:.0f} GB are free where {patient.data.root} lies."
    return [failed(says, "Make room, or move the data folder to a larger disk.")]


async def keys_are_private(patient: Patient) -> list[Finding]:
    """Nobody but the owner can read a secret."""
    files = [patient.data.operator_key, *sorted(patient.data.keys.iterdir())]
    found = [
        failed(f"{path} can be read by others ({stat.filemode(mode)}).", f"chmod 600 {path}")
        for path in files
        if (mode := path.stat().st_mode) & 0o077
    ]
    found += [
        failed(
            f"{path} belongs to another user.", f"chown it to the user that runs Huiyin, who is {os.geteuid()} here."
        )
        for path in files
        if path.stat().st_uid != os.geteuid()
    ]
    return found or ok("The keys are readable by their owner alone.")


async def python_is_mended(patient: Patient) -> list[Finding]:
    """Python itself has no fault that a stranger could use. Ours are guarded by the doors; others may be met."""
    version = ".".join(map(str, patient.python))
    if patient.python >= MENDED_PYTHONS.get(patient.python[:2], (0,)):
        return ok(f"Python {version} has the mends that are known here.")
    says = f"Python {version} lacks mends for cookies and mails (CVE-2024-7592, CVE-2024-6923)."
    return [Finding(State.NOTE, says, "Install the newest release of the same line; the doors guard against both.")]


async def heads_are_noted(patient: Patient) -> list[Finding]:
    """The ends of the audit's chains stand outside the database."""
    if any((patient.data.root / "audit").glob("*.heads")):
        return ok("The ends of the audit's chains are noted outside the database.")
    says = "No end of an audit chain is noted yet: a cut at its end would go unseen."
    return [Finding(State.NOTE, says, "They are noted seconds after the first deed; is DATA/audit writable?")]
