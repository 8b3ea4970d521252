"""Number plates: Chinese ones by their form, others where they are called plates."""

import re
from collections.abc import Iterator

from services.collector.domain.masking.around import after, before
from services.collector.domain.masking.span import Kind, Span, every

_PROVINCE = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领"
_CHINESE = re.compile(
    rf"(?<![最全更换出])[{_PROVINCE}][ ]?[A-HJ-NP-Z][·. \-]{{0,2}}"
    r"(?=[A-Z\d]{0,4}\d[A-Z\d]{0,4}\d)[A-HJ-NP-Z\d]{4,5}[A-HJ-NP-Z\d挂学警港澳](?![A-Za-z\d\-])"
)
_CHINESE_NAMED = re.compile(
    rf"(?:车牌|牌照|牌号)[^\n\ufffc]{{0,10}}?(?P<value>[{_PROVINCE}][ ]?[A-Z]"
    r"[·. \-]{0,2}[A-Z\d]{4,6}[挂学警港澳]?)",
    re.IGNORECASE,
)
_BRITISH = re.compile(
    r"(?<![A-Za-z\d])(?:[A-Z]{2}\d{2}[ ]?[A-Z]{3}|[A-Z]\d{1,3}[ ][A-Z]{3}|[A-Z]{3}[ ]\d{1,3}[A-Z])(?![A-Za-z\d])"
)
_VEHICLE = re.compile(
    r"\b(?:van|car|truck|lorry|reg|registration|plates?|driver|vehicle|parked|taxi)\b|车", re.IGNORECASE
)
_NAMED = re.compile(
    r"(?i:\b(?:plates?|reg(?:istration)?|number[ -]?plates?|tag)\b(?:[ ](?:number|no|mark))?\.?|车牌号?码?|牌照)"
    r"[^\w\n\ufffc]{0,3}(?:(?i:is|was|reads|of|that|with|on|the|said|saying|as|number|是|为)[^\w\n\ufffc]{1,2}){0,3}"
    r"(?P<value>(?=[A-Z \-]{0,6}\d)(?=[A-Z\d \-]{4})[A-Z\d]{1,7}(?:[ \-·][A-Z\d]{1,5}){0,2})(?![\w])"
)
_PLATE_CHARACTERS = range(4, 9)
_FAR = 40


def find(view: str) -> Iterator[Span]:
    """Number plates."""
    yield from every(_CHINESE, view, Kind.PLATE)
    yield from every(_CHINESE_NAMED, view, Kind.PLATE)
    yield from (span for span in every(_BRITISH, view, Kind.PLATE) if _is_of_a_vehicle(view, span))
    yield from (span for span in every(_NAMED, view, Kind.PLATE) if _is_as_long_as_a_plate(view, span))


def _is_of_a_vehicle(view: str, span: Span) -> bool:
    return _VEHICLE.search(f"{before(view, span.start, _FAR)} | {after(view, span.end, _FAR)}") is not None


def _is_as_long_as_a_plate(view: str, span: Span) -> bool:
    return sum(character.isalnum() for character in view[span.start : span.end]) in _PLATE_CHARACTERS
