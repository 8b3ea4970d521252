"""The code a customer keeps: short, unguessable, and without characters that look alike."""

import secrets
from functools import cache

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_GROUPS, _GROUP_LENGTH = 3, 4
_GROUP_COUNT = len(ALPHABET) ** _GROUP_LENGTH


def new_receipt_code() -> str:
    """Twelve characters in three groups: 58 random bits, drawn at once."""
    number = secrets.randbelow(_GROUP_COUNT**_GROUPS)
    groups = []
    for _ in range(_GROUPS):
        number, group = divmod(number, _GROUP_COUNT)
        groups.append(_written(group))
    return "-".join(groups)


@cache
def _pairs() -> tuple[str, ...]:
    return tuple(one + other for one in ALPHABET for other in ALPHABET)


def _written(group: int) -> str:
    """A number below `_GROUP_COUNT` as a group of characters."""
    first, second = divmod(group, len(ALPHABET) ** 2)
    return _pairs()[first] + _pairs()[second]


def read_receipt_code(written: str) -> str:
    """A code as a person may write it, in the form that we keep."""
    characters = [character for character in written.upper() if character in ALPHABET]
    groups = ["".join(characters[at : at + _GROUP_LENGTH]) for at in range(0, len(characters), _GROUP_LENGTH)]
    return "-".join(groups)
