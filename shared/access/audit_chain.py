"""How an audit line is written as bytes and linked to the line before it: the form that anybody can check."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

FORM = "huiyin-audit-1"
# What the first line of a tenant is linked to.
BEGINNING = bytes(32)

# The columns as text, in the form's order; what is NULL stays NULL.
COLUMNS = """
a.tenant_id::text AS tenant_id, a.id::text AS id,
to_char(a.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at,
a.actor, a.verb, a.object_kind, a.object_id::text AS object_id,
a.detail::text AS detail, a.before::text AS before, a.after::text AS after, a.why, a.xid::text AS xid
"""
_STRINGS = ("tenant_id", "id", "at", "actor", "verb", "object_kind", "object_id")
_RAW = ("detail", "before", "after")


def canonical(line: Mapping[str, Any]) -> str:
    """The line as a JSON array, letter for letter as PostgreSQL writes a jsonb value: `", "` and `": "` between.

    It is put together here and not by a function of the database, which whoever owns that could have changed.
    """
    parts = [_string(FORM)]
    parts += [_string(line[name]) for name in _STRINGS]
    parts += [line[name] or "null" for name in _RAW]
    parts += [_string(line["why"]), line["xid"]]
    return "[" + ", ".join(parts) + "]"


def link(previous: bytes, written: str) -> bytes:
    """The hash of a line: SHA-256 over the hash before it (32 bytes) and the line's canonical form in UTF-8."""
    return hashlib.sha256(previous + written.encode()).digest()


def _string(value: str | None) -> str:
    return json.dumps(value, ensure_ascii=False)
