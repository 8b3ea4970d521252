"""Dates and times as people write them in tables, in one spelling."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

# Year first: what is written the other way round means two days, and is left for the door to refuse.
_TIME = re.compile(
    r"(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*日?"
    r"(?:[T\s]*(?P<hour>\d{1,2})\s*[:时点]\s*(?P<minute>\d{1,2})(?:\s*[:分]\s*(?P<second>\d{1,2}))?[\d.]*\s*[秒分]?)?"
)


def moment_of(written: str, zone: ZoneInfo) -> str:
    """The time as RFC 3339; one without a zone is of `zone`, a day without a time its beginning. Else as written."""
    try:
        given = datetime.fromisoformat(written)
    except ValueError:
        given = None
    found = None if given else _TIME.fullmatch(written)
    try:
        parts = {name: int(part) for name, part in found.groupdict(default="0").items()} if found else {}
        given = datetime(**parts, tzinfo=zone) if parts else given
    except ValueError:
        return written
    if given is None or written.isdecimal():  # A number of eight digits is more often another number than a day.
        return written
    return (given if given.tzinfo else given.replace(tzinfo=zone)).isoformat()
