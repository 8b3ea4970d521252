"""Phone numbers: of China, of the countries the makers sell to, and any that is called one."""

import re
from collections.abc import Iterator

from services.collector.domain.masking.around import BARRIER, ODD_GAP, after, before, names_something_else
from services.collector.domain.masking.span import Kind, Span, every

_SEP = r"[ \-./()·]{0,2}"
_EXTENSION = r"(?:/(?:\d{2,4}|1[3-9]\d{9})(?!\d)|,?[ ]?(?:转|分机|-|ext\.?|extension|x)[ ]?(?:分机)?[ ]?\d{1,5}(?!\d))?"
_ALONE = r"(?<!\d)(?<!\d[.,:])"
_CODES = r"(?:86|1|44|49|61|65|85[23]|886|33|34|39|7|8[124]|9[01]|3[0-689]|4[0135-8]|5\d|6[0346]|2[07]|971|966)"

_MOBILE = re.compile(
    rf"{_ALONE}(?:\(?(?:\+|00)?86\)?[ \-]{{0,2}})?"
    rf"1(?:[3-9]\d(?:{_SEP}\d){{8}}|[3-9]\d[,，]\d{{4}}[,，]\d{{4}}|[ \-.][3-9](?:[ \-.]\d){{9}})(?!\d){_EXTENSION}"
)
_ODDLY_GROUPED = re.compile(rf"(?<![\w.,])1[3-9]\d(?P<gap>{ODD_GAP})\d{{4}}(?P=gap)\d{{4}}(?!\d|(?P=gap)\d)")
_COUNTRY = re.compile(
    rf"{_ALONE}\(?(?:\+[ ]?|00[ ]?(?={_CODES}))(?:"
    rf"1\)?(?:{_SEP}\d){{10}}"
    rf"|(?:65|85[23])\)?(?:{_SEP}\d){{8}}"
    rf"|61\)?{_SEP}(?:\(0\))?(?:{_SEP}\d){{9}}"
    rf"|44\)?{_SEP}(?:\(0\))?(?:{_SEP}\d){{9,10}}"
    rf"|[1-9]\d{{0,2}}\)?{_SEP}(?:\(0\))?(?:{_SEP}\d){{7,12}})(?!\d){_EXTENSION}",
    re.IGNORECASE,
)
# With the zero for calls inside the country: 0571-8555 0101, 020 7946 0958, 0171 3920042.
_TRUNK = re.compile(
    rf"(?<!\d)(?<!\d[.,:/\-A-Za-z])\(?0[1-9]\d(?:[ \-()/]{{0,2}}\d){{6,9}}(?![\d:]){_EXTENSION}", re.IGNORECASE
)
_PAIRS = re.compile(r"(?<![\d.,/\-])(?:0[1-9](?:[ .]\d{2}){4}|\(?0[2378]\)?[ \-]\d{4}[ \-]?\d{4})(?![.,]?\d)")
_AMERICAN = re.compile(
    rf"(?<![\d\-])(?<!\d[.,])(?:1[\-. ])?"
    rf"(?:\([2-9]\d\d\)[ \-]?[2-9]\d\d[\-. ]?|[2-9]\d\d[\-./ ][2-9]\d\d[\-. ])\d{{4}}(?![\-.]?\d)"
    rf"{_EXTENSION}",
    re.IGNORECASE,
)
_BARE = re.compile(r"(?<![A-Za-z\d\-.,])(?<!\d:)(?!\d{1,3}\.\d{1,3}\.)\d(?:[ \-.]?\d){8,12}(?![ \-.:]?\d|[A-Za-z])")
_SPACED = re.compile(r"(?<!\d)(?<!\d[ \-.,])\d(?:[ ]\d){8,12}(?![ ]?\d)")
_LOCAL = re.compile(r"(?<![A-Za-z\d\-.,/])[2-9]\d{2}[\-.]\d{4}(?![A-Za-z\d\-]|[.,]\d)")
_CALLED = re.compile(
    r"(?:电话号?码?|座机|手机号?码?|固话|联系方式|致电|回电|拨打|联系人?|微信号?|传真|来电|号码"
    r"|打(?=[ ]?\d)|打(?:到|给)?(?:家里|我|办公室|店里|单位|公司)"
    r"|\b(?:whats\s?app|(?:tele)?phone|tel|mobile|mob|cell|contact|call(?:er)?|ring|text|reach|landline|fax|dial)"
    r"|\b(?:my|our|his|her) number)"
    r"[^\d\n\ufffc。!?;$¥]{0,18}?(?<![\d.,$¥])"
    rf"(?P<value>(?!\d{{1,3}}\.\d\.)\+?\(?\d(?:[ \-.()]{{0,2}}\d){{6,12}}(?![\d:]|[.,]\d){_EXTENSION})",
    re.IGNORECASE | re.ASCII,
)
_HOTLINE = re.compile(
    r"(?<!\d)(?<!\d[\-.])(?:"
    r"(?:\+?86[ \-]?)?[48]00(?:[ \-]?\d){7}|95[01]\d{5}"
    r"|\(?(?:\+?1[\-. ]|\+1)?\(?8(?:00|88|77|66|55|44|33)\)?[\-. ]?\d{3}[\-. ]?\d{4}"
    r"|1[38]00[ ]\d{3}[ ]\d{3}|\(?0(?:80[08]|300|330|333|34[45]|84[345])\)?(?:[ \-]?\d){6,7})(?!\d)"
)
_OWN = re.compile(
    r"(?:我(?:的|家|自己|们公司|公司|司)?|本人)的?(?:电话|手机|号码|热线|座机|联系方式)"
    r"|\b(?:call|text|reach|ring|phone) (?:me|us) (?:at|on|back)|\b(?:my|our)(?: own)? (?:phone"
    r"|number|line|cell|office|tel)",
    re.IGNORECASE | re.ASCII,
)
_OWN_AFTER = re.compile(r"我自己的|是我的|我的号|\bmy own|\bis mine|\bis my\b", re.IGNORECASE | re.ASCII)
_SPOKEN_OF = re.compile(
    r"电话|手机|座机|联系|打家里|家里打|家里|固话|\b(?:area code|home|office|work|landline|call(?:ed|ing)?|phoned?"
    r"|cell|mobile|tel|text|ring|rang|reach|dial|whatsapp)\b"
    r"|(?<!model )(?<!order )(?<!serial )(?<!part )\bnumber\b",
    re.IGNORECASE | re.ASCII,
)
_DATE = re.compile(
    r"\(?(?:(?:19|20)\d{2}[\-./ ]?(?:0?[1-9]|1[0-2])[\-./ ]?[0-3]\d|[0-3]?\d[\-./ ][01]?\d[\-./ ](?:19|20)\d{2})"
)
_FAR = 40


def find(view: str) -> Iterator[Span]:
    """Phone numbers, without the public hotlines that everybody may call."""
    private = _HOTLINE.sub(_hidden_unless_own, view)
    for pattern in (_MOBILE, _ODDLY_GROUPED, _COUNTRY, _PAIRS, _SPACED):
        yield from every(pattern, private, Kind.PHONE)
    for pattern in (_TRUNK, _AMERICAN, _CALLED):
        yield from (span for span in every(pattern, private, Kind.PHONE) if _may_be_called(view, span))
    for pattern in (_BARE, _LOCAL):
        yield from (span for span in every(pattern, private, Kind.PHONE) if _is_spoken_of(view, span))
    yield from every(_HOTLINE, private, Kind.PHONE)


def _hidden_unless_own(hotline: re.Match[str]) -> str:
    view = hotline.string
    own = _OWN.search(before(view, hotline.start())) or _OWN_AFTER.search(after(view, hotline.end()))
    return hotline[0] if own else BARRIER * len(hotline[0])


def _may_be_called(view: str, span: Span) -> bool:
    return not names_something_else(view, span.start) and _DATE.match(view, span.start, span.end) is None


def _is_spoken_of(view: str, span: Span) -> bool:
    near = f"{before(view, span.start, _FAR)} | {after(view, span.end, _FAR)}"
    return _SPOKEN_OF.search(near) is not None and _may_be_called(view, span)
