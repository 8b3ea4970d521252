"""The code a customer keeps: short, unguessable, and without characters that look alike."""

import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_GROUPS, _GROUP_LENGTH = 3, 4


def new_receipt_code() -> str:
    """Twelve characters in three groups: 58 random bits."""
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS))
    return "-".join(groups)


def read_receipt_code(written: str) -> str:
    """A code as a person may write it, in the form that we keep."""
    characters = [character for character in written.upper() if character in ALPHABET]
    groups = ["".join(characters[at : at + _GROUP_LENGTH]) for at in range(0, len(characters), _GROUP_LENGTH)]
    return "-".join(groups)
