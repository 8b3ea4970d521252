"""The doors that every service has besides its own: audit, dead letters, metrics, and what it says of itself."""

from collections.abc import Sequence

from fastapi import APIRouter

from shared.web import audit_door, dead_letter_doors, metrics_door, self_checks

GROUND_DOORS: Sequence[APIRouter] = (
    audit_door.router,
    dead_letter_doors.router,
    metrics_door.router,
    self_checks.router,
)
