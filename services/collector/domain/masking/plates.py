"""Number plates: Chinese ones by their form, others where they are called plates."""

import re
from collections.abc import Iterator

from services.collector.domain.masking.around import after, before, names_something_else
from services.collector.domain.masking.span import Kind, Span, every

PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领"
_CHINESE = re.compile(
    rf"(?<![最全更换出])[{PROVINCES}][ ]?[A-HJ-NP-Z][·. \-]{{0,2}}"
    r"(?=[A-Z\d]{0,4}\d[A-Z\d]{0,4}\d)[A-HJ-NP-Z\d]{4,5}[A-HJ-NP-Z\d挂学警港澳](?![A-Za-z\d\-])"
)
_EMBASSY = re.compile(r"(?<![A-Za-z\d\u3400-\u9fff])使[ ]?\d{6}|(?<=车)使\d{6}|\d{6}使(?!用)")
_CHINESE_NAMED = re.compile(
    rf"(?:车牌|牌照|牌号)[^\n\ufffc]{{0,10}}?(?P<value>[{PROVINCES}][ ]?[A-Z]"
    r"[·. \-]{0,2}[A-Z\d]{4,6}[挂学警港澳]?)",
    re.IGNORECASE,
)
_BRITISH = re.compile(
    r"(?<![A-Za-z\d])(?:[A-Z]{2}\d{2}[ ]?[A-Z]{3}|[A-Z]\d{1,3}[ ][A-Z]{3}|[A-Z]{3}[ ]\d{1,3}[A-Z])(?![A-Za-z\d])"
)
_VEHICLE = re.compile(
    r"\b(?:van|car|truck|lorry|reg|registration|plates?|driver|vehicle|parked|taxi)\b|车", re.IGNORECASE | re.ASCII
)
_NAMED = re.compile(
    r"(?i:\b(?:plates?|reg(?:istration|o)?|number[ -]?plates?|tag)\b(?:[ ](?:number|no|mark))?\.?|车牌号?码?|牌照)"
    r"[^\w\n\ufffc]{0,3}(?:(?i:is|was|reads|of|that|with|on|the|said|saying|as|number|是|为)[^\w\n\ufffc]{1,2}){0,3}"
    r"(?P<value>(?=[A-Z \-]{0,6}\d)(?=[A-Z\d \-]{4})[A-Z\d]{1,7}(?:[ \-·][A-Z\d]{1,5}){0,2})(?![\w])"
)
# Forms of many countries and states; each alone could be anything, so a vehicle must be spoken of.
_FOREIGN = re.compile(
    r"(?<![A-Za-z\d\-])(?:(?:[A-Z]{2}[ ])?(?:[A-Z]{3}[ \-]?\d{3,4}|\d[A-Z]{3}\d{3}"
    r"|\d[A-Z]{2}[ \-]?\d[A-Z]{2}|\d{3}[ \-][A-Z]{3}|[A-Z]{2}[ \-]\d{3}[ \-][A-Z]{2}"
    r"|\d[A-Z]{4}\d{2,3}|[A-Z]{3}[ \-]?\d[A-Z]\d{2})"
    r"|[A-ZÄÖÜ]{1,3}[ \-][A-Z]{1,2}[ \-]?\d{1,4}[EH]?)(?![A-Za-z\d\-])"
)
_FOREIGN_VEHICLE = re.compile(
    (
        r"(?<![A-Za-z])(?:van|ute|truck|lorry|reg|rego|registration|plates?|tags?|vehicle|parked|taxi|kennzeichen"
        r"|licen[cs]e|driver|pickup|pick-up|car)(?![A-Za-z])|车牌|货车|面包车"
    ),
    re.IGNORECASE,
)
_PLATE_CHARACTERS = range(4, 9)
_FAR = 40


def find_chinese(view: str) -> Iterator[Span]:
    """Plates of China, which begin with the short name of a province."""
    yield from every(_CHINESE, view, Kind.PLATE)
    yield from every(_EMBASSY, view, Kind.PLATE)
    yield from every(_CHINESE_NAMED, view, Kind.PLATE)


def find_foreign(view: str) -> Iterator[Span]:
    """Other plates, where a vehicle is spoken of."""
    yield from (span for span in every(_BRITISH, view, Kind.PLATE) if _is_near(_VEHICLE, view, span))
    for span in every(_FOREIGN, view, Kind.PLATE):
        if _is_near(_FOREIGN_VEHICLE, view, span) and not names_something_else(view, span.start):
            yield span
    yield from (span for span in every(_NAMED, view, Kind.PLATE) if _is_as_long_as_a_plate(view, span))


def _is_near(words: re.Pattern[str], view: str, span: Span) -> bool:
    return words.search(f"{before(view, span.start, _FAR)} | {after(view, span.end, _FAR)}") is not None


def _is_as_long_as_a_plate(view: str, span: Span) -> bool:
    return sum(character.isalnum() for character in view[span.start : span.end]) in _PLATE_CHARACTERS
