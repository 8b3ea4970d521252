"""Bank cards and accounts: by their checksum, or because the words before say so."""

import re
from collections.abc import Iterator

from services.collector.domain.masking.around import ODD_GAP, after, before, names_something_else
from services.collector.domain.masking.span import Kind, Span, every

_CARD = re.compile(r"(?<![\dA-Za-z])(?<!\d[.,\-])[2-6]\d{3}(?:[ \-]?\d){11,15}(?!\d|[.,]\d)")
# Four groups of four look like a card even where a digit is mistyped.
_GROUPED = re.compile(r"(?<![\dA-Za-z])(?<!\d[.,\-])[2-6]\d{3}([ \-])\d{4}\1\d{4}\1\d{4}(?:\1\d{1,3})?(?![ \-]?\d)")
_AMEX = re.compile(r"(?<![\dA-Za-z])3[47]\d{2}[ \-]?\d{6}[ \-]?\d{5}(?!\d)")
_NAMED = re.compile(
    r"(?:卡号|银行卡|借记卡|信用卡|储蓄卡|存折|账号|帐号|账户|帐户|[工农建中招交邮]行|银行|卡上|我的卡|卡是"
    r"|卡[:：]|打到|退到|转到|款到|收款|汇到|\bcards?\b|\bvisa\b"
    r"|\bmaster\s?card\b|\bamex\b|\bunion\s?pay\b|\bmaestro\b|\baccount (?:number|no)\b|\bdebit\b|\bcredit\b)"
    r"[^\d\n\ufffc。]{0,16}(?P<value>\d(?:[ \-]{0,2}\d){11,24})(?!\d)",
    re.IGNORECASE | re.ASCII,
)
_ACCOUNT = re.compile(
    r"(?:账号|帐号|账户|帐户|(?<![A-Za-z])(?:bank )?(?:account|acct|a/c)(?: (?:number|no"
    r"|num))?\.?)[^\w\n\ufffc]{0,4}(?:是|为|is)?[^\w\n\ufffc]{0,3}"
    r"(?P<value>\d(?:[ \-]?\d){5,24})(?!\d)",
    re.IGNORECASE,
)
_STARRED = re.compile(r"(?<![\dA-Za-z])[2-6]\d{3}(?:[ \-]?\d{2})?[ \-]?\*{4,10}(?:[ \-]?\*{4})?[ \-]?\d{3,4}(?!\d)")
_IBAN = re.compile(
    r"(?<![A-Za-z\d])[A-Z]{2}[ ]?\d{2}(?:[ ]?[A-Z\d]{4}){3,7}(?:[ ]?[A-Z\d]{1,3})?(?![A-Za-z\d])", re.IGNORECASE
)
_IBAN_MODULUS = 97
_LUHN_LENGTHS = range(15, 20)
_FAR = 40
_UNION_PAY = "62"  # Few other numbers of this length begin so, and people mistype.
# Shorter ones are in use, too, where a card is spoken of.
_SHORT = re.compile(r"(?<![\dA-Za-z])(?<!\d[.,\-])[1-6]\d{11,14}(?![\dA-Za-z]|[.,\-]\d)")
_CARD_NEAR = re.compile(r"\bcards?\b|\bcharged|\brefund|\bdebit|\bcredit|卡|刷|退款", re.IGNORECASE | re.ASCII)
_FOREIGN = re.compile(r"(?:身份证|证件|\bid card|\bserial|序列号|\bimei)[^\d]{0,16}$", re.IGNORECASE | re.ASCII)

_ODDLY_GROUPED = re.compile(
    rf"(?<![\w.,])\d{{4}}(?P<gap>{ODD_GAP}|\.)\d{{4}}(?P=gap)\d{{4}}(?P=gap)\d{{4}}(?!\d|(?P=gap)\d)"
)


def find(view: str) -> Iterator[Span]:
    """Card numbers, accounts and IBANs."""
    yield from every(_NAMED, view, Kind.BANK_CARD)
    yield from every(_ACCOUNT, view, Kind.BANK_CARD)
    for span in every(_GROUPED, view, Kind.BANK_CARD):
        if not names_something_else(view, span.start):
            yield span
    for pattern in (_CARD, _AMEX, _ODDLY_GROUPED):
        yield from (span for span in every(pattern, view, Kind.BANK_CARD) if _is_card(view, span))
    for span in every(_SHORT, view, Kind.BANK_CARD):
        near = f"{before(view, span.start, _FAR)} | {after(view, span.end, _FAR)}"
        if (
            is_luhn(view[span.start : span.end])
            and _CARD_NEAR.search(near)
            and not names_something_else(view, span.start)
        ):
            yield span
    for span in every(_IBAN, view, Kind.BANK_CARD):
        if is_iban(view[span.start : span.end]) and not names_something_else(view, span.start):
            yield span


def find_starred(view: str) -> Iterator[Span]:
    """Cards of which a part is starred out already."""
    return every(_STARRED, view, Kind.BANK_CARD)


def is_luhn(digits: str) -> bool:
    """Whether the last digit follows from the others (ISO/IEC 7812)."""
    doubled = ("0246813579"[int(digit)] if place % 2 else digit for place, digit in enumerate(reversed(digits)))
    return sum(map(int, doubled)) % 10 == 0


def is_iban(written: str) -> bool:
    """Whether the check digits of an account number follow from the rest (ISO 13616)."""
    plain = written.replace(" ", "").upper()
    return int("".join(str(int(character, 36)) for character in plain[4:] + plain[:4])) % _IBAN_MODULUS == 1


def _is_card(view: str, span: Span) -> bool:
    digits = re.sub(r"\D", "", view[span.start : span.end])
    if names_something_else(view, span.start) or _FOREIGN.search(before(view, span.start)):
        return False
    return digits.startswith(_UNION_PAY) or (len(digits) in _LUHN_LENGTHS and is_luhn(digits))
