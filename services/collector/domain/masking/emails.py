"""E-mail addresses, also in letters beyond ASCII, and those spelt out against robots."""

import re
from collections.abc import Iterator

from services.collector.domain.masking.span import Kind, Span, every

_HAN = "\u3400-\u9fff"
_LETTER = rf"[^\W{_HAN}]"
_SIGN = r"[.+'&!$%*/=?^`{|}~\-]"
# A run of letters and signs is read from its start only, so that a long one costs no more than its length.
_LOCAL = rf"(?<!{_LETTER})(?<!{_SIGN}){_SIGN}{{0,16}}(?P<value>{_LETTER}(?:{_LETTER}|{_SIGN}){{0,255}}+"
_LABEL = rf"{_LETTER}(?:{_LETTER}|-){{0,62}}+"
_TOP = rf"(?:xn--[a-z0-9\-]{{2,40}}|(?:(?![\d_]){_LETTER}){{2,24}}+)"
# A Chinese sentence has no blanks, so where its words end and an address in Han begins is a guess.
_HAN_WORD = rf"(?:(?![到至是为给箱件址在发])[{_HAN}]){{1,6}}"
_HAN_TOP = r"(?:中国|中國|公司|网络|測試|测试|在线|中文网|商城|手机|网址|集团|我爱你)"
_TOP_ANY = rf"(?:{_TOP}|{_HAN_TOP})"

_PLAIN = re.compile(
    rf"{_LOCAL}(?:[ ]?@[ ]?(?:{_LABEL}[.。]){{1,6}}{_TOP_ANY}"
    rf"|@[{_HAN}\w\-]{{1,30}}[.。]{_TOP_ANY}))",
    re.IGNORECASE,
)
_IN_HAN = re.compile(rf"{_HAN_WORD}@(?:{_LABEL}|[{_HAN}]{{1,20}})[.。]{_TOP_ANY}", re.IGNORECASE)
_QUOTED = re.compile(rf"\"[^\"\n@]{{1,64}}\"@(?:{_LABEL}\.){{1,6}}{_TOP}", re.IGNORECASE)
_SPELT = re.compile(
    rf"{_LOCAL}(?:(?:[ ]dot[ ]|[ ]?[\[({{]dot[\])}}][ ]?|点){_LETTER}{{1,30}}+){{0,3}}"
    rf"(?:(?:[ ]?[\[({{<]at[\])}}>][ ]?|[ ]?艾特[ ]?|[ ]?#at#[ ]?"
    rf"|[ ]?\(a\)[ ]?)(?:{_LABEL}(?:[ ]?[\[({{]dot[\])}}][ ]?|[ ]dot[ ]|[ ]?点[ ]?|\.)){{1,3}}"
    rf"|[ ]at[ ](?:{_LABEL}(?:[ ]?[\[({{]dot[\])}}][ ]?|[ ]dot[ ]|[ ]?点[ ]?)){{1,3}})"
    r"(?:com|net|org|cn|edu|gov|io|co|uk|de|au|sg|us|test|example)\b(?:[ ]dot[ ](?:uk|cn|au|sg))?)",
    re.IGNORECASE,
)


def find(view: str) -> Iterator[Span]:
    """E-mail addresses."""
    for pattern in (_PLAIN, _QUOTED, _IN_HAN, _SPELT):
        yield from every(pattern, view, Kind.EMAIL)
