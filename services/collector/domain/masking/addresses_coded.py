"""Addresses in Latin letters that hold a postal code: then the words between need not be known."""

import re
from collections.abc import Iterator

from services.collector.domain.masking.address_words_en import (
    CODE,
    COUNTED,
    COUNTRIES,
    HOUSE,
    LETTER,
    MONTHS,
    NAME,
    PARTICLES,
    SENTENCE_BEGINS,
    TYPES,
)
from services.collector.domain.masking.span import Kind, Span, every

_FRESH = rf"(?<![{LETTER}\d.$£€/\-#])(?<!\d,)(?<![$£€][ ])"
_BEGIN = rf"(?<![{LETTER}\d'])"
_SAID = rf"(?!{SENTENCE_BEGINS}\b)"
_GAP = r"[ ]?(?:,[ \n]?|\n|[ ])"
_TOKEN = (
    rf"(?:{_SAID}{NAME}|{PARTICLES}\b|\d{{1,5}}[A-Za-z]?(?:[\-/]\d{{1,4}})?\b"
    rf"|\#[ ]?[\dA-Z][\dA-Za-z\-]{{0,6}}|(?:apt|unit|flat|suite|ste|bldg)\b\.?)"
)
_INDIAN = r"\d{6}(?!\d)"
_IRISH = rf"[A-Z]\d[\dW][ ]?(?=[A-Z\d]{{0,3}}\d)[A-Z\d]{{4}}\b(?:[ ]{NAME}){{0,2}}"
_HOUSE_FIRST = re.compile(
    rf"{_FRESH}(?:H\.?[ ]?No\.?[ ]?)?{HOUSE}{_GAP}(?!(?i:{COUNTED})\b)(?:{_TOKEN}{_GAP}){{1,9}}?(?:{CODE}|{_IRISH})"
    rf"|{_FRESH}(?:H\.?[ ]?No\.?[ ]?)?{HOUSE}{_GAP}(?!(?i:{COUNTED})\b)(?:{_TOKEN}{_GAP}"
    rf"){{0,8}}?(?:[A-Z][a-z]{{2,20}}-\d{{6}}(?!\d)|{NAME}[ ]{_INDIAN})",
    re.ASCII,
)
_HOUSE_AND_TOWN = re.compile(
    (
        rf"{_FRESH}{HOUSE},?[ ](?!(?i:{COUNTED})\b)(?:{_SAID}{NAME}[ ]){{0,3}}{_SAID}{NAME},[ ](?!19\d\d"
        rf"|20\d\d)\d{{4,5}}[ ]{_SAID}{NAME}"
    ),
    re.ASCII,
)
_ROOM_BEHIND = (
    r"(?:,?[ ](?:Puerta|Apt|Apto|Piso|Piano|Appartamento|App|Interno|Int|Wohnung|Whg|Etage|Stock|Esc"
    r"|bus|bis|bte|tv|th)\.?[ ]?[\dA-Z]{0,4}){0,2}"
)
_NOT_YEAR = r"(?!19\d\d|20\d\d)"
_STREET_FIRST = re.compile(
    rf"{_BEGIN}{_SAID}(?!{MONTHS}[ ])(?:(?:{NAME}"
    rf"|{PARTICLES})[ ]){{0,4}}(?!{MONTHS}[ ]){NAME},?[ ]\d{{1,4}}[ ]?[a-zA-Z]?(?:[\-/]\d{{1,4}}[a-z]?"
    rf")?"
    rf"{_ROOM_BEHIND}[ ]?(?:,[ \n]?|\n)"
    rf"(?:(?:[A-Z]{{1,2}}-)?\d{{5}},?[ ](?:{PARTICLES}[ ]|'s-)?{NAME}|\d{{4}}[ ]?[A-Z]{{2}}(?:,[ ]?"
    rf"|[ ]|\n)(?:'s-)?{NAME}"
    rf"|{_NOT_YEAR}\d{{4}}[ ]{NAME}|\d{{2}}-\d{{3}}[ ]{NAME}|\d{{3}}[ ]\d{{2}}[ ]{NAME}"
    rf"|(?:{NAME}[ ]){{0,2}}{NAME},[ ]\d{{5}}(?!\d))",
    re.ASCII,
)
# "5, avenue Samson" and "rue Josette Valette" with a code and a town.
_FRENCH = re.compile(
    rf"{_BEGIN}(?:\d{{1,4}}(?:[ ]?(?:bis|ter))?,?[ ])?(?i:rue|avenue|boulevard|chemin|place|allée"
    rf"|impasse|quai|route|cours)[ ](?:(?:{NAME}|{PARTICLES}|[dl]')[ ]?){{1,5}}"
    rf"{_GAP}\d{{5}}[ ]{NAME}",
    re.ASCII,
)
_MILITARY = re.compile(
    (
        rf"{_BEGIN}(?:[A-Z]{{3,5}}[ ]{NAME}|(?:PSC|Unit|CMR)[ ]\d{{1,5}},?[ ]Box[ ]\d{{1,5}}){_GAP}(?:APO"
        rf"|FPO|DPO)[ ,]{{1,2}}A[AEP][ ]\d{{5}}(?:-\d{{4}})?"
    ),
    re.ASCII,
)
_REST = re.compile(
    (
        rf"(?:[ ,\-]{{1,2}}(?:{PARTICLES}[ ])?{_SAID}(?!{TYPES}[ ]){NAME}(?![{LETTER}\d'@])"
        rf"){{0,3}}(?:[ ]\([A-Z]{{2}}\))?(?:,[ ]?{COUNTRIES}(?!\w))?"
    ),
    re.ASCII,
)


def find(view: str) -> Iterator[Span]:
    """Addresses that a code and a town end."""
    for span in (*every(_HOUSE_FIRST, view, Kind.ADDRESS), *every(_MILITARY, view, Kind.ADDRESS)):
        yield span
    for pattern in (_STREET_FIRST, _FRENCH, _HOUSE_AND_TOWN):
        for span in every(pattern, view, Kind.ADDRESS):
            rest = _REST.match(view, span.end)
            yield Span(span.start, rest.end() if rest else span.end, Kind.ADDRESS)
