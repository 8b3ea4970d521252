"""Which passwords are refused: short ones, and those that a guesser tries first. No rules on kinds of characters."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

LENGTH_MIN = 12
LENGTH_MAX = 200
_DISTINCT_MIN = 4
_PART_LENGTH_MIN = 3
# A name of the house or a person inside a password; shorter ones stand in many a word. Han characters say more each.
_NAME_LENGTH_MIN = 4
_HAN_NAME_LENGTH_MIN = 2

# What guessers begin with, in small letters and without the digits and marks that people put around it.
_COMMON = frozenset({
    "admin", "administrator", "administrator admin", "changeme", "changemenow", "correcthorsebatterystaple",
    "defaultpassword", "football", "huiyin", "iloveyou", "iloveyouforever", "letmein", "letmeinnow", "mypassword",
    "passw", "password", "passwordpassword", "passwort", "qazwsx", "qazwsxedc", "qwer", "qwerasdf", "qwerasdfzxcv",
    "qwerty", "qwertyuiop", "qwertyuiopasdf", "secret", "secretpassword", "test", "testpassword", "welcome",
    "welcomehome", "wodemima", "woaini", "woainiwoaini", "zxcvbnm", "asdfghjkl", "mima", "guanliyuan", "root",
    "rootroot", "superuser", "superman", "iamadmin", "adminadmin", "trustnoone", "yourpassword", "default",
})  # fmt: skip
_LEET = str.maketrans("@0134$5!7", "aoieassit")
_ROWS = (
    "0123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn",
)
_TAIL = re.compile(r"[\W\d_]+$")
_MARKS = re.compile(r"[\W_]+")
_REPEATED = re.compile(r"(.{1,8}?)\1+")


@dataclass(frozen=True)
class Fault:
    """Why a password is refused: a field code, and what fills its sentence."""

    code: str
    about: dict[str, object]


def normal_password(password: str) -> str:
    """The one spelling of what was typed: the same letters from another keyboard give the same password."""
    return unicodedata.normalize("NFKC", password)


def fault_of(password: str, about_person: Iterable[str], brand: str) -> Fault | None:
    """What is wrong with a password in its normal spelling, or None. `about_person`: e-mail, name.

    It may not consist of these or the brand, nor hold the brand or what stands before the @.
    """
    about_person = [*about_person]
    if len(password) < LENGTH_MIN:
        return Fault("too_short", {"min_length": LENGTH_MIN})
    if len(password) > LENGTH_MAX:
        return Fault("too_long", {"max_length": LENGTH_MAX})
    folded = password.casefold()
    if _is_like(folded, [*about_person, brand]) or _holds_one(folded, _names(about_person, brand)):
        return Fault("password_like_you", {})
    return Fault("password_common", {}) if _is_common(folded) else None


def _is_common(folded: str) -> bool:
    unit = _unit(folded)
    if len(set(folded)) < _DISTINCT_MIN or len(unit) < LENGTH_MIN // 2 or _is_a_row(folded):
        return True
    plain = _TAIL.sub("", unit).translate(_LEET)
    return any(_core(one) in _COMMON for one in (folded, unit, plain))


def _unit(folded: str) -> str:
    """What is repeated, where a password is one thing several times over; else its letters and digits."""
    squeezed = _MARKS.sub("", folded)
    squeezed = squeezed if 2 * len(squeezed) >= len(folded) else folded
    repeated = _REPEATED.fullmatch(squeezed)
    return repeated.group(1) if repeated else squeezed


def _is_a_row(folded: str) -> bool:
    return any(folded in row * 2 for row in (*_ROWS, *(row[::-1] for row in _ROWS)))


def _is_like(folded: str, about_person: Iterable[str]) -> bool:
    parts = {part for said in about_person for part in _parts(said.casefold())}
    cores = {core for core in map(_core, parts) if len(core) >= _PART_LENGTH_MIN}
    return folded in parts or not cores.isdisjoint({_core(folded), _core(_unit(folded))})


def _names(about_person: Iterable[str], brand: str) -> set[str]:
    accounts = [said.partition("@")[0] for said in about_person if "@" in said]
    cores = {_core(name.casefold()) for name in (*accounts, brand, *brand.split())}
    return {core for core in cores if len(core) >= (_NAME_LENGTH_MIN if core.isascii() else _HAN_NAME_LENGTH_MIN)}


def _holds_one(folded: str, names: Iterable[str]) -> bool:
    spellings = (_MARKS.sub("", folded), _core(folded), _MARKS.sub("", folded.translate(_LEET)))
    return any(name in spelling for name in names for spelling in spellings)


def _parts(said: str) -> set[str]:
    words = re.split(r"[@\s]+", said)
    return {said, *words, "".join(words), words[-1].partition(".")[0]}


def _core(folded: str) -> str:
    """What is left without the digits and marks around and between the words."""
    return re.sub(r"[\W\d_]+", "", folded)
