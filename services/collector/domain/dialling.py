"""One spelling for a telephone number, however it was written: as one would dial it from abroad."""

import re
import unicodedata

from shared.contracts.countries import DIAL_PLANS, DialPlan

_TRUNK_SHOWN = re.compile(r"\(0\)")  # As in +44 (0)20: dialled at home alone.


def digits_of(number: str) -> str:
    """Its digits in any script, without anything between them."""
    found = (unicodedata.digit(character, None) for character in unicodedata.normalize("NFKC", number))
    return "".join(str(digit) for digit in found if digit is not None)


def one_spelling(number: str, country: str) -> str:
    """The number with its country's code where that can be told, else its digits. It may be empty."""
    plain = unicodedata.normalize("NFKC", number).strip()
    plan = DIAL_PLANS[country]
    if plain.lstrip("( ").startswith("+"):
        return _from_abroad(digits_of(_TRUNK_SHOWN.sub("", plain)), plan)
    digits = digits_of(plain)
    if digits.startswith(plan.abroad) and len(digits) > len(plan.abroad):
        return _from_abroad(digits.removeprefix(plan.abroad), plan)
    return _from_home(digits, plan)


def _from_abroad(digits: str, plan: DialPlan) -> str:
    """Many write the 0 of home behind their country's code, where nobody dials it."""
    if plan.trunk == "0" and digits.startswith(plan.code):
        digits = plan.code + digits.removeprefix(plan.code).lstrip("0")
    return f"+{digits}" if digits else ""


def _from_home(digits: str, plan: DialPlan) -> str:
    # No number begins with a 0 that is dialled at home alone; one may begin with any other digit.
    known = [digits.lstrip("0")] if plan.trunk == "0" else [digits.removeprefix(plan.trunk), digits]
    for number in known:
        if _is_whole(number, plan):
            return f"+{plan.code}{number}"
    if digits.startswith(plan.code) and _is_whole(digits.removeprefix(plan.code), plan):
        return _from_abroad(digits, plan)
    return digits


def _is_whole(digits: str, plan: DialPlan) -> bool:
    return plan.digits_min <= len(digits) <= plan.digits_max
