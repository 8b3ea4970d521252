"""Addresses in Latin letters: found by a numbered street, a post box or a postcode, then widened to both sides."""

import re
from collections.abc import Iterable, Iterator

from services.collector.domain.masking.address_words_en import (
    CAPITAL,
    CODE,
    COUNTED,
    COUNTRIES,
    DUTCH_CODE,
    HOUSE,
    HOUSE_NAMES,
    LETTER,
    MONTHS,
    NAME,
    PARTICLES,
    POINT,
    PREFIXES,
    ROOM,
    SENTENCE_BEGINS,
    SMALL_PARTS,
    STATES_SMALL,
    SUFFIX_WORDS,
    SUFFIXES,
    TYPES,
    TYPES_SMALL,
    TYPES_SMALL_ANY,
    UK_CODE,
    WORD,
)
from services.collector.domain.masking.span import Kind, Span, every

_FRESH = rf"(?<![{LETTER}\d.$£€/\-#])(?<!\d,)(?<![$£€][ ])"
_BEGIN = rf"(?<![{LETTER}\d'])"
_CHAIN = rf"{NAME}(?:[ ](?:{PARTICLES}[ ]){{0,2}}{NAME}){{0,3}}"
_COMMA = r"(?:[ ]?,[ \n]?|[ \n])"
_NUMBER = r"\d{1,4}[ ]?[a-z]?(?:[\-/]\d{1,4}[a-z]?)?"
_ANCHORS = (
    rf"{_FRESH}{HOUSE},?[ ](?:{POINT}[ ])?(?:{WORD}[ ]){{1,4}}?{TYPES}\b\.?(?:[ ]{POINT}(?!\w))?(?:[ ]\d{{1,4}}\b)?",
    rf"{_FRESH}{HOUSE}[ ](?:{POINT}[ ])?\d{{1,3}}(?:st|nd|rd|th)[ ]{TYPES}\b",
    rf"{_FRESH}{HOUSE},?[ ]{PREFIXES}(?:[ ]{SMALL_PARTS})*[ ]?{NAME}(?:[ \-](?:{SMALL_PARTS}[ ])?{NAME}){{0,3}}",
    (
        rf"{_FRESH}{HOUSE}[ ](?:Broadway|The[ ]{NAME}(?=,)|(?:(?:Old|New)[ ])?(?:County|State|Farm|Ranch"
        rf"|Highway|Hwy|Route|Rte|FM|CR|US|Interstate|Rural)"
        r"(?:[ ](?:Road|Rd|Route|Rte|Highway|Hwy))?[ ]\d{1,4})\b"
    ),
    # The number behind the street, as on the continent.
    (
        rf"{_BEGIN}(?:(?:{NAME}[ \-]){{0,2}}[{CAPITAL}][{LETTER}\-]{{1,24}}?{SUFFIXES}"
        rf"|(?:{NAME}[ \-]){{1,3}}{SUFFIX_WORDS})[ ]{_NUMBER}(?![\w%])"
    ),
    rf"{_BEGIN}(?:{NAME}[ ]){{1,3}}(?:Street|Road|Lane|Avenue)[ ]\d{{1,4}}[a-z]?(?![\w/%])",
    (
        rf"{_BEGIN}{PREFIXES}[ ](?:{SMALL_PARTS}[ ]?)*{NAME}(?:[ ](?:{SMALL_PARTS}[ ])*{NAME}"
        rf"){{0,2}},?[ ](?:n\.?[ ]?)?{_NUMBER}(?!\w)"
    ),
    (
        rf"{_BEGIN}(?!{MONTHS}[ ])(?:{NAME}[ ](?!{MONTHS}[ ])){{0,3}}{NAME}[ ]{_NUMBER}"
        rf",[ ](?:[A-Z]{{1,2}}-)?(?:\d{{5}}|{DUTCH_CODE}|\d{{4}}|\d{{3}}[ ]\d{{2}})[ ]{NAME}"
    ),
    (
        r"(?i:(?<![a-z\d])(?:p\.?[ ]?o\.?[ ]?box|post office box|gpo box|postfach|private bag|locked bag"
        r"|apartado|boite postale|bp)[ ]?\#?[ ]?[A-Z]?\d{1,7}\b)"
    ),
    r"(?<![A-Za-z\d])(?:RR|R\.R\.|RD|HC|Rural Route|Star Route)[ ]?\#?\d{1,3},?[ ]Box[ ]\d{1,5}[A-Z]?\b",
    rf"{_BEGIN}{ROOM},[ ](?:{_CHAIN},[ ]){{0,2}}(?:{NAME}[ ]){{1,3}}{TYPES}\b",
    rf"{_FRESH}{HOUSE}[ ]{_CHAIN},[ ](?:District|Ward|Sector|Block|Phase|Zone|Brgy\.?|Barangay)[ ][A-Z\d]",
    # A crossing of two.
    rf"{_BEGIN}(?:{WORD}[ ]){{1,3}}?{TYPES}\.?[ ](?:and|&|/)[ ](?:{WORD}[ ]){{1,3}}?{TYPES}\b",
    # As in Japan, and Hong Kong's rooms in towers.
    (
        rf"{_FRESH}\d{{1,2}}-\d{{1,3}}(?:-\d{{1,4}})?,?[ ]{NAME}(?:[ \-]{NAME}){{0,2}},[ ]{NAME}(?:-(?:ku"
        rf"|shi|cho|machi|gun|dong|gu))?"
    ),
    rf"{_BEGIN}{ROOM}(?:,[ ]?{ROOM}){{1,4}},[ ]{_CHAIN}",
    rf"{_BEGIN}(?:{ROOM},[ ])?{_CHAIN}[ ](?:{HOUSE_NAMES}),[ ]{_CHAIN},[ ](?:{_CHAIN}[ ,]{{1,2}}){{0,2}}(?i:{UK_CODE})",
)
_SMALL = re.compile(
    (
        rf"{_FRESH}(?i:{HOUSE},?[ ](?:(?!{COUNTED}\b)[a-z']{{1,20}}[ ]|\d{{1,3}}(?:st|nd|rd"
        rf"|th)[ ]){{1,3}}?{TYPES_SMALL}\b)"
    ),
    re.ASCII,
)
# Written small, some words are streets only where one says that one lives there.
_TOLD = re.compile(
    rf"(?i:(?:\b(?:live|lives|living|staying|am|i'm|we're|house|home|office|located|address|deliver"
    rf"|delivered|ship|shipped|send|sent|come|moved|is)"
    rf"[ ](?:(?:is|it|to|at|on|in|me|us|now|2)[ ]){{0,2}}|\baddress:?[ ]?|\bat[ ]|\bto[ ]))"
    rf"(?P<value>(?i:\d{{1,5}}[a-z]?[ ](?:(?!{COUNTED}\b)[a-z']{{1,20}}[ ]|\d{{1,3}}(?:st|nd|rd"
    rf"|th)[ ]){{1,3}}?{TYPES_SMALL_ANY}\b))(?![ ]of\b)",
    re.ASCII,
)
_STREET = re.compile("|".join(_ANCHORS), re.ASCII)
_BY_POSTCODE = re.compile(
    (
        rf"{_BEGIN}(?:The[ ])?(?:{HOUSE}[ ])?(?:(?:{ROOM},?[ ])?(?:{HOUSE}[ ])?{_CHAIN}[ ]?,[ \n]"
        rf"|{_CHAIN}\n){{1,5}}(?:{_CHAIN},?[ ]?)?{CODE}"
    ),
    re.ASCII,
)
_SMALL_BY_POSTCODE = re.compile(
    (
        rf"{_FRESH}\d{{1,5}}[a-z]?[ ](?:(?!{COUNTED}\b)[a-z']{{2,16}},?[ ]){{1,6}}?(?i:{UK_CODE}"
        rf"|[a-z]{{2}}[ ]\d{{5}}\b|(?:nsw|vic|qld|tas|act|wa|sa)[ ]\d{{4}}\b)"
    ),
    re.ASCII,
)
# What is called an address and holds a number is one, however it is written.
_LABELLED = re.compile(
    r"(?i:(?<![a-z\-])(?:(?:(?:home|postal|mailing|street|shipping|delivery|billing|site|service|my"
    r"|new|our|full|correct|right)[ ])?"
    r"address(?:[ ]?(?:is|now|:|-|=|to)[ :]{0,2}){1,2}|(?:deliver|ship|send|mail|post|install"
    r"|pick[ ]?up|collect|go|come)(?:[ ](?:it|this|them))?[ ]?(?:to|from|at)?:[ ]?))"
    r"(?P<value>(?=[^\n;!?]{0,50}?\d)[#\dA-Za-z][^\n;!?@]{4,90}?)"
    r"(?=\.(?:[ \n]|$)|[\n;!?]|[,.]?[ ](?i:and|please|pls|phone|tel|call|but|my|is|was|not|thanks|ask"
    r"|mobile|email|ring|for|so|if|the|it)\b|$)",
    re.ASCII,
)
_HOUSE_NAME = rf"(?:(?:The|Old|New)[ ])?(?:(?!{SENTENCE_BEGINS}\b){NAME}[ ]){{1,3}}{HOUSE_NAMES}"
_BEFORE = re.compile(
    rf"{_BEGIN}(?:(?:{ROOM}|{_HOUSE_NAME}|No\.?[ ]?\d{{1,5}}[A-Z]?)(?:[ ]?,[ \n]?|[ \n]))+$"
    r"|(?<!\w)(?:Block|Blk\.?|Lot|[Uu]nit|Plot|House|Hs\.|Shop|Door|[Nn]o\.?|[Ff]lat)[ ]$",
    re.ASCII,
)
_SAID = rf"(?!{SENTENCE_BEGINS}\b)"
_PARTS = (
    rf"{_COMMA}{ROOM}",
    (
        rf"{_COMMA}(?:{CODE}(?:,?[ ]{_SAID}{NAME}(?![{LETTER}\d'@]))?|S\(?\d{{6}}\)?|{DUTCH_CODE}[ ]{NAME}"
        rf"|{COUNTRIES}(?!\w)(?:[ ]\d{{6}}\b)?)"
    ),
    (
        rf"{_COMMA}(?:[A-Z]{{1,2}}-)?(?:\d{{4,6}}|\d{{3}}[ ]\d{{2,3}}|\d{{2}}-\d{{3}}|\d{{4}}-\d{{3}}"
        rf"|\d{{3}}-\d{{4}})[ ]{_SAID}{NAME}(?:[ ](?:{PARTICLES}[ ]){{0,2}}{_SAID}{NAME}){{0,2}}"
    ),
    rf"{_COMMA}(?:{NAME}[ ]){{1,3}}?(?:{CODE}|\d{{3}}-\d{{4}}\b|\d{{4,6}}\b)",
    rf",[ \n]?{_SAID}{NAME}(?:[ ](?:{PARTICLES}[ ]){{0,2}}{_SAID}{NAME}){{0,3}}(?![{LETTER}\d'@])",
    (
        rf",?[ ](?i:(?:[a-z']{{2,16}},?[ ]){{1,3}}?(?:{UK_CODE}|(?:nsw|vic|qld|tas|act)[ ]\d{{4}}\b"
        rf"|{STATES_SMALL}[ ]\d{{5}}(?:-\d{{4}})?\b))"
    ),
    r"[ ]\d{6}(?![\d.,]?\d)",
    r",[ ]\d{4,6}(?![\d.,]|[ ]?[a-z%$])",
)
_AFTER = re.compile("|".join(_PARTS), re.ASCII)
_SMALL_TOWN = re.compile(
    r",[ ](?!please|pls|thanks|thank|cheers|and|but|no|not|the|which|second|first|next|call|ring"
    r"|buzz)[a-z]{3,16}(?:[ ][a-z]{3,16})?(?=[.,;!?\n]|$)"
)
# A house and one name, where one says that one lives there.
_ONE_NAME = re.compile(
    (
        rf"(?:(?i:live|lives|house|home|deliver|deliver it|ship|located|office|shop|me)[ ](?:at|to"
        rf"|is)[ ])(?P<value>{HOUSE}[ ]{NAME})(?=[.,;!?\n]|$)"
    ),
    re.ASCII,
)
# What a text must hold to be read for addresses without capitals.
SMALL_SIGNS = rf"(?:{TYPES_SMALL_ANY}(?![A-Za-z])|{UK_CODE}|[a-z]{{2}}[ ]\d{{4,5}}(?!\d))"
_PARTS_MAX = 8
_REACH = 70


def find(view: str) -> Iterator[Span]:
    """Addresses in Latin letters, from the room to the country."""
    return _widened(view, (_STREET, _BY_POSTCODE, _ONE_NAME))


def find_small(view: str) -> Iterator[Span]:
    """Addresses written without capitals."""
    for span in _widened(view, (_SMALL, _TOLD, _SMALL_BY_POSTCODE)):
        town = _SMALL_TOWN.match(view, span.end) if view[span.start : span.end].islower() else None
        yield Span(span.start, town.end() if town else span.end, Kind.ADDRESS)


def find_labelled(view: str) -> Iterator[Span]:
    """What follows the word address."""
    return _widened(view, (_LABELLED,))


def _widened(view: str, patterns: Iterable[re.Pattern[str]]) -> Iterator[Span]:
    for pattern in patterns:
        for span in every(pattern, view, Kind.ADDRESS):
            yield Span(_start(view, span.start), _end(view, span.end), Kind.ADDRESS)


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
