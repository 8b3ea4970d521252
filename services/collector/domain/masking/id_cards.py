"""Numbers that a state gives a person: identity cards, social security, national insurance, passports."""

import re
from collections.abc import Iterator

from services.collector.domain.masking.around import ODD_GAP, after, before, names_something_else
from services.collector.domain.masking.span import Kind, Span, every

_PROVINCES = "1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]"
_MONTH_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_CHINESE = re.compile(r"(?<![\dA-Za-z])(?<!\d[\-.])[1-9](?:[ \-]?\d){16}[ \-]?[\dXx](?![\dA-Za-z])")
_LIKELY = re.compile(rf"(?:{_PROVINCES})\d{{4}}(?:18|19|20)\d{{2}}{_MONTH_DAY}\d{{3}}[\dX]")
_OLD = re.compile(rf"(?<!\d)(?:{_PROVINCES})\d{{4}}[ ]?\d{{2}}{_MONTH_DAY}[ ]?\d{{3}}(?!\d)")
_NAMED = re.compile(
    r"(?:身份证|证件|身份号|居民证|[老旧新]证|户口|护照|驾驶证|驾照|通行证|回乡证|台胞证|居[留住]证"
    r"|军官证|士兵证|社保[号卡]|医保[号卡]|证号"
    r"|(?<![A-Za-z])(?:id card|identity (?:card|number|no)|national (?:id|number)|id (?:number|no)"
    r"|id[ ]?\#|passport|driver'?s?'? licen[cs]e|licen[cs]e (?:no|number)"
    r"|driving licen[cs]e|nric|(?-i:FIN|SIN|TFN|NHS|CPF|DNI|NIE|PAN|BSN|EIN|ITIN|PPS)"
    r"|social insurance|aadhaar|medicare|tax (?:file|id)|personalausweis|steuer-?id|green card"
    r"|residence permit)(?![A-Za-z]))"
    r"(?:(?!尾|后|末|last|ending)[^\d\n\ufffc。]){0,16}?(?<![A-Za-z\d])"
    r"(?P<value>(?:[\u3400-\u9fff]字第?)?(?:(?-i:[A-Z]{1,5})[ \-]?)?\d(?:[ \-/.]?\d){5,18}(?:[ \-]?[A-Z\d](?![A-Z])"
    r"|[A-Z]{2}(?![A-Za-z]))?(?:\(\w\))?)(?!\d)",
    re.IGNORECASE,
)
# Of the Emirates, which begins with the country's number.
_EMIRATES = re.compile(r"(?<![\d\-])784[ \-]?\d{4}[ \-]?\d{7}[ \-]?\d(?![\d\-])")
_SOCIAL = re.compile(r"(?<![\d\-])\d{3}([\- ])\d{2}\1\d{4}(?![\d\-])|(?<![\d\-])\d{9}(?![\d\-])")
_INSURANCE = re.compile(
    r"(?<![A-Za-z\d])[A-Z]{2}([ \-]?)\d{2}[ \-]?\d{2}[ \-]?\d{2}\1[A-DT](?![A-Za-z\d])", re.IGNORECASE
)
_SOCIAL_NAMED = re.compile(r"\bssn\b|\bsocial\b|社会安全|社安号", re.IGNORECASE | re.ASCII)
_INSURANCE_NAMED = re.compile(r"national insurance|\bni\b|\bnino\b", re.IGNORECASE | re.ASCII)
# Documents whose numbers mix letters and digits.
_MIXED = re.compile(
    r"(?:护照|通行证|驾照|驾驶证|居[留住]证|军官证|(?<![A-Za-z])(?:passport|(?-i:PAN|DL|NIE|DNI|NIN|CURP|CPF)"
    r"|driv(?:er|ing)'?s?'?[ ]licen[cs]e|licen[cs]e|(?:state|national|student|citizen)[ ]id"
    r"|id[ ]card))(?![a-z])"
    r"[^\w\n]{0,3}(?:(?:number|no|num|nr|is|was|code|号码?|是|为|编号)[^\w\n]{0,3}){0,3}"
    r"(?P<value>(?-i:(?=[A-Z\-]{0,8}\d)(?=(?:[A-Z\-]{0,8}\d){2})[A-Z\d](?:-?[A-Z\d]){5,17}))(?![A-Za-z\d])",
    re.IGNORECASE,
)
_CARD_NAMED = re.compile(r"身份证|证件|[老旧]证|证号|15位|\bid\b|identity", re.IGNORECASE | re.ASCII)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_FAR = 40

_ODDLY_GROUPED = re.compile(
    rf"(?<![\w.,])(?P<place>\d{{6}})(?P<gap>{ODD_GAP})(?P<born>(?:19|20)\d{{6}})(?P=gap)(?P<last>\d{{3}}[\dXx])(?!\w)"
)


def find(view: str) -> Iterator[Span]:
    """Identity numbers. The check digit tells when nothing else does; near misses count where they are named."""
    yield from every(_NAMED, view, Kind.ID_CARD)
    yield from (span for span in every(_CHINESE, view, Kind.ID_CARD) if _is_chinese(view, span))
    yield from (span for span in every(_OLD, view, Kind.ID_CARD) if _is_near(_CARD_NAMED, view, span))
    for match in _ODDLY_GROUPED.finditer(view):
        if has_check_digit("".join(match.group("place", "born", "last")).upper()):
            yield Span(match.start(), match.end(), Kind.ID_CARD)
    yield from every(_EMIRATES, view, Kind.ID_CARD)
    for match in _SOCIAL.finditer(view):
        span = Span(match.start(), match.end(), Kind.ID_CARD)
        if _is_near(_SOCIAL_NAMED, view, span) or (match[1] == "-" and not names_something_else(view, span.start)):
            yield span
    for match in _INSURANCE.finditer(view):
        span = Span(match.start(), match.end(), Kind.ID_CARD)
        if match[1] or _is_near(_INSURANCE_NAMED, view, span):
            yield span


def find_mixed(view: str) -> Iterator[Span]:
    """Numbers of documents that hold letters."""
    return every(_MIXED, view, Kind.ID_CARD)


def has_check_digit(number: str) -> bool:
    """Whether the eighteenth character of a Chinese number follows from the others (GB 11643)."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=False))
    return _CHECKS[total % len(_CHECKS)] == number[-1]


def _is_chinese(view: str, span: Span) -> bool:
    number = re.sub(r"[ \-]", "", view[span.start : span.end]).upper()
    if _is_near(_CARD_NAMED, view, span):
        return True
    if not _LIKELY.fullmatch(number):
        return False
    return has_check_digit(number) or not names_something_else(view, span.start)


def _is_near(words: re.Pattern[str], view: str, span: Span) -> bool:
    return words.search(f"{before(view, span.start, _FAR)} | {after(view, span.end, _FAR)}") is not None
