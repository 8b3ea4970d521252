"""Addresses in Latin letters: found by a numbered street, a post box or a postcode, then widened to both sides."""

import re
from collections.abc import Iterator

from services.collector.domain.masking.span import Kind, Span

_CAPITALS = "A-ZÀ-Þ"
_NAME = rf"(?:[{_CAPITALS}][\w'\-]{{0,24}}+\.?)"
_WORD = rf"(?:{_NAME}|\d{{1,3}}(?:st|nd|rd|th)\b|of|the|de|la|le|du|des|upon|on)"
_TYPES = (
    "(?:Street|St|Road|Rd|Avenue|Ave|Av|Lane|Ln|Drive|Dr|Close|Cl|Court|Ct|Way|Terrace|Ter|Crescent|Cres|Place|Pl"
    "|Square|Sq|Boulevard|Blvd|Row|Grove|Gardens|Gdns|Hill|Mews|Parade|Pde|Highway|Hwy|Parkway|Pkwy|Circle|Cir|Route"
    "|Trail|Trl|View|Walk|Rise|Green|Wharf|Quay|Alley|Broadway|Loop|Esplanade|Park|Bend|Turnpike|Pike|Plaza|Point"
    "|Crossing|Path|Vale|Mount)"
)
_POINT = r"(?:N|S|E|W|NE|NW|SE|SW|North|South|East|West)\.?"
_HOUSE = r"(?:No\.?[ ]?)?\d{1,6}[A-Za-z]?(?:[\-/]\d{1,5}[A-Za-z]?)?"
_FRESH = r"(?<![\w.,$£€/\-#])(?<![$£€][ ])"
# "20 miles down the road" is a way, not an address.
_COUNTED = (
    "(?:minutes?|mins?|hours?|days?|weeks?|months?|years?|miles?|km|meters?|metres?|feet|yards?|times?|of|in|on|at|to"
    "|the|way|and|or|for|from|down|up|more|cars?|vans?|lanes?|trucks?|doors?|houses?|blocks?|people|inch|inches|units?"
    "|new|main)"
)
_GERMAN = "(?:straße|strasse|str\\.|weg|platz|allee|gasse|ring|damm|ufer)"
_STREET = re.compile(
    rf"{_FRESH}{_HOUSE},?[ ](?:{_POINT}[ ])?(?:{_WORD}[ ]){{1,4}}?{_TYPES}\b\.?(?:[ ]{_POINT}(?!\w))?"
    r"(?:[ ]\d{1,4}\b)?"
    rf"|{_FRESH}{_HOUSE},?[ ](?:[Rr]ue|Via|[Cc]alle|Avenida|Avenue|Boulevard|Place|Jalan|Lorong)"
    rf"(?:[ ](?:des|de|du|la|le|l'|d'|da|di))*[ ]?{_NAME}(?:[ ]{_NAME}){{0,2}}"
    rf"|{_FRESH}(?i:{_HOUSE},?[ ](?:(?!{_COUNTED}\b)[a-z']{{2,20}}[ ]){{1,3}}?"
    r"(?:street|road|avenue|lane|terrace|crescent|boulevard|parade|esplanade|highway|parkway|rd|ave|blvd|st)\b)"
    rf"|(?<!\w)(?:[{_CAPITALS}][\wß\-]{{1,24}}{_GERMAN}|(?:[{_CAPITALS}][\w\-]{{1,20}}[ ]){{1,2}}"
    r"(?:Straße|Strasse|Str\.|Weg|Platz|Allee))[ ]\d{1,4}[ ]?[a-z]?\b"
    rf"|{_FRESH}{_HOUSE}[ ]Broadway\b"
    # The number behind the street, as on the continent.
    rf"|(?<![\w])(?:{_NAME}[ ]){{1,3}}(?:Street|Road|Lane|Avenue)[ ]\d{{1,4}}[a-z]?(?![\w/%])"
    rf"|(?<!\w)(?:[Rr]ue|Via|[Cc]alle)[ ](?:(?:des|de|du|la|le|d'|di)[ ])*{_NAME}(?:[ ]{_NAME})?[ ]\d{{1,4}}(?!\w)"
    r"|(?i:\b(?:p\.?[ ]?o\.?[ ]?box|post office box|gpo box|postfach|locked bag)[ ]?\#?[ ]?\d{1,7})"
)
_UK = r"[A-Z]{1,2}\d[A-Z\d]?[ ]?\d[A-Z]{2}\b"
_US = r"(?:[A-Z]{2}|[A-Z][a-z]{3,13}),?[ ]\d{5}(?:-\d{4})?\b"
_AUSTRALIAN = r"(?:[A-Z]{2,3}|(?i:nsw|vic|qld|tas|act))[ ]\d{4}\b"
_CHAIN = rf"{_NAME}(?:[ ]{_NAME}){{0,3}}"
_BY_POSTCODE = re.compile(
    rf"(?<![\w'])(?:(?:The[ ])?(?:{_HOUSE}[ ])?{_CHAIN},[ ]){{2,5}}(?:{_CHAIN},?[ ]?)?(?:{_UK}|{_US})"
)
_ROOM = (
    r"(?i:(?:flat|apartment|apt|unit|suite|ste|room|rm|floor|fl|building|bldg|block|blk|level|lot|studio|penthouse|ph|tower|wing)"
    r"\b\.?[ ]?\#?(?-i:[\dA-Z][\w\-]{0,5}|[A-Za-z]\b))"
)
_HOUSE_NAME = (
    rf"(?:(?:The|Old|New)[ ])?(?:{_NAME}[ ]){{1,2}}"
    "(?:Cottage|House|Rectory|Farm|Lodge|Hall|Court|Villa|Manor|Mill|Barn|Tower|Towers|Building|Mansions)"
)
_BEFORE = re.compile(
    rf"(?<!\w)(?:(?:{_ROOM}|{_HOUSE_NAME})(?:,[ ]?|[ ]))+$"
    r"|(?<!\w)(?:Block|Blk\.?|Lot|[Uu]nit|Plot|House|Hs\.|Shop|Door)[ ]$"
)
_SENTENCE_BEGINS = (
    r"(?!(?:I|I'm|I'll|I've|We|You|He|She|It|The|Please|Thanks|Thank|Call|My|Your|And|But|So|Can|No|Not|This|That|What"
    r"|When|Mr|Mrs|Ms)\b)"
)
_COUNTRIES = (
    r"(?:USA|U\.S\.A\.?|US|UK|United Kingdom|United States|England|Scotland|Wales|Australia|Singapore|Germany"
    "|Deutschland|Canada|Ireland|New Zealand|China)"
)
_CODED = rf"(?:{_UK}|{_US}|{_AUSTRALIAN}|\d{{4,6}}\b)"
# Small letters, where a postcode ends them: 12 baker street, london nw1 6xe.
_SMALL_TO_CODE = (
    rf",?[ ](?i:(?:[a-z']{{2,16}},?[ ]){{1,3}}?"
    rf"(?:{_UK}|(?:nsw|vic|qld|tas|act)[ ]\d{{4}}\b|(?-i:[A-Z]{{2}})[ ]\d{{5}}(?:-\d{{4}})?\b))"
)
_PARTS = (
    rf",?[ ]{_COUNTRIES}[ ]\d{{6}}\b",
    rf",?[ ](?:{_ROOM}|\#[ ]?[\dA-Z][\w\-]{{0,8}}|\d{{1,2}}(?:st|nd|rd|th)[ ][Ff]loor)",
    rf",?[ ](?:(?i:{_UK})|{_US}|{_AUSTRALIAN}|{_COUNTRIES}\b)",
    rf",[ ]?\d{{4,6}}[ ]{_NAME}",
    rf",?[ ](?:{_NAME}[ ]){{1,3}}?{_CODED}",
    rf",[ ]{_SENTENCE_BEGINS}{_NAME}(?:[ ]{_SENTENCE_BEGINS}{_NAME}){{0,3}}(?![\w'@])",
    _SMALL_TO_CODE,
)
_AFTER = re.compile("|".join(_PARTS))
_PARTS_MAX = 8
_REACH = 70


def find(view: str) -> Iterator[Span]:
    """Addresses in Latin letters, from the room to the country."""
    for match in _STREET.finditer(view):
        yield Span(_start(view, match.start()), _end(view, match.end()), Kind.ADDRESS)
    for match in _BY_POSTCODE.finditer(view):
        yield Span(match.start(), _end(view, match.end()), Kind.ADDRESS)


def _start(view: str, at: int) -> int:
    match = _BEFORE.search(view[max(0, at - _REACH) : at])
    return at - len(match[0]) if match else at


def _end(view: str, at: int) -> int:
    for _ in range(_PARTS_MAX):
        match = _AFTER.match(view, at)
        if match is None:
            break
        at = match.end()
    return at
