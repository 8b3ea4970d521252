"""What somebody may write as the reason of a deed. It stands in the audit, which nobody can erase a person from."""

import re
import unicodedata

# Longer than a date or a ticket's number, no longer than the shortest phone with its area.
_DIGITS_MAX = 8
_DATE = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}")
_DIGITS = re.compile(rf"\d(?:[ ().+-]{{0,2}}\d){{{_DIGITS_MAX},}}")
_EMAIL = re.compile(r"[^\s@]@[^\s@]")


def names_a_person(reason: str) -> bool:
    """Whether it holds what looks like an e-mail address, a phone, an id or a card.

    Names are not seen: that they do not belong there stands in the API description. The collector's masking knows more,
    but services are strangers to each other, and here refusing is better than hiding: who writes is there to mend it.
    """
    folded = _DATE.sub(" / ", unicodedata.normalize("NFKC", reason))
    return _EMAIL.search(folded) is not None or _DIGITS.search(folded) is not None
