"""Phone numbers that are spelt out, as people dictate them or write them to get past a filter."""

import re
from collections.abc import Iterator

from services.collector.domain.masking.span import Kind, Span, every

HAN_DIGITS = "零〇一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖"
_ANY = f"0-9{HAN_DIGITS}"
_BETWEEN = r"[ \-,、，.·]"
_MOBILE = re.compile(
    rf"(?<![{_ANY}])(?=[0-9 \-,，、.·]{{0,20}}[{HAN_DIGITS}])[1一幺壹]{_BETWEEN}?[3-9三四五六七八九叁肆伍陆柒捌玖]"
    rf"(?:{_BETWEEN}?[{_ANY}]){{9}}(?![{_ANY}])"
)
_LANDLINE = re.compile(rf"(?<![{_ANY}])[零〇](?:{_BETWEEN}?[零〇一二三四五六七八九幺]){{9,11}}(?![{_ANY}])")
_WORD = (
    r"(?:(?:double|triple|treble)[ ,\-]{1,2})?(?:zero|oh|o|nought|one|two|three|four|five|six|seven"
    r"|eight|nine|hundred|thousand|\d{1,4})"
)
_ENGLISH = re.compile(
    rf"(?<![A-Za-z\d])(?:\+|plus[ ]|area code[ ])?(?=(?:(?:double|triple|treble)[ \-])?(?:zero|oh|o"
    rf"|one|two|three|four|five|six|seven|eight|nine)\b)"
    rf"{_WORD}(?:[ ,.\-]{{1,2}}(?:then[ ]|and[ ])?{_WORD}){{5,15}}(?![A-Za-z\d])",
    re.IGNORECASE | re.ASCII,
)
_DIGIT = re.compile(r"[A-Za-z]+|\d")
_TIMES = {
    "double": 2,
    "triple": 3,
    "treble": 3,
    "hundred": 2,
    "thousand": 3,
    "then": 0,
    "and": 0,
    "plus": 0,
    "area": 0,
    "code": 0,
}
_DIGITS_MIN = 7


def find_in_han(view: str) -> Iterator[Span]:
    """Numbers of phones in Chinese numerals, or partly in them."""
    yield from every(_MOBILE, view, Kind.PHONE)
    yield from every(_LANDLINE, view, Kind.PHONE)


def find_in_english(view: str) -> Iterator[Span]:
    """Numbers of phones in English words."""
    for span in every(_ENGLISH, view, Kind.PHONE):
        if _digits(view[span.start : span.end]) >= _DIGITS_MIN:
            yield span


def _digits(words: str) -> int:
    """How many digits are spelt. "Double" is counted with the digit it doubles."""
    found = [word.lower() for word in _DIGIT.findall(words)]
    return sum(_TIMES.get(word, 1) - (word in {"double", "triple", "treble"}) for word in found)
