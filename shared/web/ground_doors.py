"""The doors that every service has besides its own: audit, dead letters, export, metrics, and how it finds itself."""

from shared.web import audit_door, dead_letter_doors, export_door, metrics_door, self_checks

GROUND_ROUTERS = (
    audit_door.router,
    dead_letter_doors.router,
    export_door.router,
    metrics_door.router,
    self_checks.router,
)
