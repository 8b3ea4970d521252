"""Hides in a text what its sender tells of the person beside it: the rules need not guess what is given."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from services.collector.domain.intake import Person
from services.collector.domain.language import language_of_text
from services.collector.domain.masking.mask import Masked
from services.collector.domain.masking.span import Kind, Span
from services.collector.domain.masking.tokens import token_for
from shared.contracts.vocabulary import Language

NAME, ACCOUNT = "name", "account"
HAN_NAME_LENGTH_MIN = 2
LATIN_NAME_LENGTH_MIN = 4  # Shorter ones are words: Al, May, Sun.
ACCOUNT_LENGTH_MIN = 5

_TOKENS = {
    NAME: {Language.ZH: "［姓名］", Language.EN: "[name]"},
    ACCOUNT: {Language.ZH: "［账号］", Language.EN: "[account]"},
}
_HAN = re.compile(r"[\u3400-\u9fff]")
_LETTERS_ALIKE = {0x130: "i", 0x131: "i", 0x17F: "s", 0x212A: "k"}


@dataclass(frozen=True)
class MaskedSpan:
    """A place where something was hidden: its kind, and its offsets in the original and in the masked text."""

    kind: str
    original: tuple[int, int]
    masked: tuple[int, int]


@dataclass(frozen=True)
class MaskedText:
    """A text without personal data, and where something was hidden."""

    text: str
    spans: tuple[MaskedSpan, ...]


@dataclass(frozen=True, order=True)
class _Hidden:
    start: int
    end: int
    kind: str
    token: str


def hide_known(original: str, masked: Masked, person: Person | None) -> MaskedText:
    """The masked text, also without the person's name, account, e-mail and phone wherever they stand as given."""
    hidden = [
        _Hidden(span.start, span.end, span.kind, masked.text[token.start : token.end])
        for span, token in zip(masked.spans, masked.tokens, strict=True)
    ]
    known = list(_known_places(original, person)) if person else []
    if not hidden and not known:
        return MaskedText(original, ())
    return _rewritten(original, _apart([*hidden, *known]))


def _known_places(original: str, person: Person) -> Iterator[_Hidden]:
    told = [(kind, value) for kind, value in _telling(person) if _may_hold(original, kind, value)]
    language = language_of_text(original) if told else Language.EN
    for kind, value in told:
        # Latin letters go on where a word goes on; Chinese has no blanks between words.
        pattern = rf"(?<![A-Za-z0-9]){re.escape(value)}(?![A-Za-z0-9])"
        for match in re.finditer(pattern, original, re.IGNORECASE if kind != NAME else 0):
            found = Span(*match.span(), Kind(kind)) if kind not in _TOKENS else None
            token = token_for(original, found, language) if found else _TOKENS[kind][language]
            yield _Hidden(*match.span(), kind, token)


def _may_hold(original: str, kind: str, value: str) -> bool:
    """Whether it is worth a search: making a pattern of each value costs more than all the rest of the masking.

    Read without regard to case as the patterns do, for which some letters beyond ASCII are letters of it.
    """
    if kind == NAME:
        return value in original
    return not value.isascii() or value.lower() in original.translate(_LETTERS_ALIKE).lower()


def _telling(person: Person) -> Iterator[tuple[str, str]]:
    """What is long enough to be nobody else's word."""
    name, account = (person.name or "").strip(), (person.external_id or "").strip()
    if len(name) >= (HAN_NAME_LENGTH_MIN if _HAN.search(name) else LATIN_NAME_LENGTH_MIN):
        yield NAME, name
    if len(account) >= ACCOUNT_LENGTH_MIN and any(character.isdigit() for character in account):
        yield ACCOUNT, account
    if person.email:
        yield Kind.EMAIL, person.email.strip()
    if person.phone:
        yield Kind.PHONE, person.phone.strip()


def _apart(hidden: list[_Hidden]) -> list[_Hidden]:
    """In order, and those that overlap as one: half of something hidden is no secret."""
    kept: list[_Hidden] = []
    for one in sorted(hidden):
        if kept and one.start < kept[-1].end:
            last = kept[-1]
            kept[-1] = _Hidden(last.start, max(last.end, one.end), last.kind, last.token)
        else:
            kept.append(one)
    return kept


def _rewritten(original: str, hidden: list[_Hidden]) -> MaskedText:
    pieces: list[str] = []
    spans = []
    at = length = 0
    for one in hidden:
        before = original[at : one.start]
        start = length + len(before)
        length = start + len(one.token)
        pieces += [before, one.token]
        spans.append(MaskedSpan(one.kind, (one.start, one.end), (start, length)))
        at = one.end
    return MaskedText("".join([*pieces, original[at:]]), tuple(spans))
