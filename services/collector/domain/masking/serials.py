"""Serial numbers: anything may be one, so only what is called one is masked."""

import re
from collections.abc import Iterator

from services.collector.domain.masking.span import Kind, Span, every

_VALUE = r"(?=[A-Z\-]{0,12}\d)[A-Z\d](?:[\-/.]?[A-Z\d]){4,29}"
# In groups, as some labels print it; capitals only, for here a word could follow.
_GROUPS = r"(?-i:(?=[A-Z ]{0,30}\d)(?=(?:[ ]?[A-Z\d]){6})[A-Z\d]{2,6}(?:[ ][A-Z\d]{2,6}){1,5})"
_LABEL = (
    r"(?:序列号?码?|序列|机身码|机身号码?|机身编号|机身条码|机号|机器码|机器编号|产品编号|出厂编号"
    r"|出厂序号|设备号|设备码|设备编号|车架号"
    r"|(?<![A-Za-z])SN(?:码|号)?(?![A-Za-z])|(?<![A-Za-z])S/N(?![A-Za-z])|\bserials?\b"
    r"|\bser\.?[ ](?:no|nr|num)\b|\bimei\b|\bmac address\b)"
)
_OTHER_THING = r"(?!型号|订单|单号|只有|model|order|error|since|电话|手机|身份证|邮箱|地址|卡号|phone|call)"
_LABELLED = re.compile(
    rf"{_LABEL}(?:{_OTHER_THING}[^\d\n\ufffc。!?]){{0,32}}?(?<![A-Za-z\d\-])(?P<value>{_GROUPS}(?![A-Za-z\d])|{_VALUE})"
    r"(?![A-Za-z\d])",
    re.IGNORECASE,
)
_CALLED_AFTER = re.compile(
    rf"(?<![A-Za-z\d\-])(?P<value>{_VALUE})[ ]?(?:就?是|as|is)[ ]?"
    r"(?:我的|机器的?|the|my)?[ ]?(?:序列号|机身码|SN\b|serial)",
    re.IGNORECASE,
)
_GLUED = re.compile(r"(?<![A-Za-z\d\-])SN(?=[A-Z\d\-]{0,20}\d{3})[A-Z\d\-]{6,28}(?![A-Za-z\d])")
_NEXT = re.compile(rf"[ ]?(?:,|、|/|和|跟|及|and|&|or)[ ]?(?P<value>{_VALUE})(?![A-Za-z\d])", re.IGNORECASE)
_HARDWARE_ADDRESS = re.compile(
    r"(?<![\w:\-])[\dA-F]{2}(?:([:\-])[\dA-F]{2})(?:\1[\dA-F]{2}){4}(?![\w:\-])", re.IGNORECASE
)
_DATE = re.compile(r"(?:19|20)\d{2}[\-/.][01]?\d[\-/.][0-3]?\d")
_LISTED_MAX = 20


def find(view: str) -> Iterator[Span]:
    """Serial numbers, also the further ones of a list."""
    yield from every(_HARDWARE_ADDRESS, view, Kind.SERIAL)
    yield from every(_CALLED_AFTER, view, Kind.SERIAL)
    yield from every(_GLUED, view, Kind.SERIAL)
    for match in _LABELLED.finditer(view):
        if _DATE.fullmatch(match["value"]):
            continue
        yield Span(match.start("value"), match.end("value"), Kind.SERIAL)
        yield from _listed_after(view, match.end())


def _listed_after(view: str, at: int) -> Iterator[Span]:
    for _ in range(_LISTED_MAX):
        match = _NEXT.match(view, at)
        if match is None:
            return
        yield Span(match.start("value"), match.end("value"), Kind.SERIAL)
        at = match.end()
