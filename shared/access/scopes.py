"""What a credential may do. Roles of people become sets of these."""

from enum import StrEnum


class Scope(StrEnum):
    """One permission, asked for by name at the door."""

    OPERATOR = "operator"  # Everything of the instance; also counts as a secret key.
    FEEDBACK_WRITE = "feedback:write"
    ADDRESSES_READ = "addresses:read"
