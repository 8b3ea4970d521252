"""How long a session lasts: until nobody used it for a while, and never longer than its whole time."""

from datetime import datetime, timedelta

IDLE_H = 12
WHOLE_DAYS = 30
SEEN_EVERY_MIN = 5


def expires_at(opened_at: datetime, seen_at: datetime) -> datetime:
    """When the session ends if nobody uses it again."""
    return min(opened_at + timedelta(days=WHOLE_DAYS), seen_at + timedelta(hours=IDLE_H))
