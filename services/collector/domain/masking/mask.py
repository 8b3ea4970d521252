"""Masks personal data in what customers write, and keeps the way back to the offsets of the original."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from services.collector.domain.language import language_of_text
from services.collector.domain.masking.folding import fold
from services.collector.domain.masking.gates import gates_for
from services.collector.domain.masking.span import Span, joined
from services.collector.domain.masking.tokens import token_for
from shared.contracts.vocabulary import Language

# A mask can bring words together that stood apart, so what is around one is read again until nothing is found.
PASSES_MAX = 8
# How far from a mask its words can matter: twice what the widest rule looks at, for the piece is cut somewhere.
AROUND = 400
# What may be read again in all: a text made to change everywhere at each reading costs no more than three.
READ_AGAIN_MIN = 4_000
READ_AGAIN_TIMES = 2


@dataclass(frozen=True)
class Masked:
    """A masked text. `spans` are offsets into the original, `tokens` the same places in the text here."""

    text: str
    spans: tuple[Span, ...]
    tokens: tuple[Span, ...]

    def to_original(self, offset: int) -> int:
        """The offset in the original; all of a token stands for the start of what it hides."""
        return _moved(offset, self.tokens, self.spans)

    def to_masked(self, offset: int) -> int:
        """The offset in the masked text; all that is hidden stands at its token's start."""
        return _moved(offset, self.spans, self.tokens)

    def unmask(self, originals: Sequence[str]) -> str:
        """The original text again, given what was hidden, in order."""
        return _replaced(self.text, zip(self.tokens, originals, strict=True))


def mask(text: str) -> Masked:
    """The text with a token in each place of something personal."""
    masked = Masked(text, (), ())
    found = find(text)
    if not found:
        return masked
    language = language_of_text(text)
    left = max(READ_AGAIN_MIN, READ_AGAIN_TIMES * len(text))
    for _ in range(PASSES_MAX):
        if not found:
            break
        more = [Span(masked.to_original(span.start), _end_in_original(masked, span), span.kind) for span in found]
        masked = _masked(text, joined([*masked.spans, *more]), language)
        pieces = _around([masked.to_masked(span.start) for span in more], len(masked.text))
        left -= sum(end - start for start, end in pieces)
        if left < 0:
            break
        found = [span for piece in pieces for span in _find_within(masked.text, *piece)]
    return masked


def _around(places: Iterable[int], length: int) -> list[tuple[int, int]]:
    """The pieces of a text around places in it, in order, without overlaps."""
    pieces: list[tuple[int, int]] = []
    for place in sorted(places):
        start, end = max(0, place - AROUND), min(length, place + AROUND)
        if pieces and start <= pieces[-1][1]:
            pieces[-1] = (pieces[-1][0], end)
        else:
            pieces.append((start, end))
    return pieces


def _find_within(text: str, start: int, end: int) -> Iterator[Span]:
    """What is found in a piece, but for what its cut ends may have made or changed."""
    first = 0 if start == 0 else AROUND // 2
    last = end - start if end == len(text) else end - start - AROUND // 2
    for span in find(text[start:end]):
        if first <= span.start and span.end <= last:
            yield Span(start + span.start, start + span.end, span.kind)


def find(text: str) -> list[Span]:
    """What is personal in the text, in order and without overlaps, as one reading finds it."""
    view = fold(text)
    return joined(span for gate, finder in gates_for(view) if gate.search(view) for span in finder(view))


def _masked(text: str, spans: Sequence[Span], language: Language) -> Masked:
    written = [token_for(text, span, language) for span in spans]
    tokens = []
    moved = 0
    for span, token in zip(spans, written, strict=True):
        start = span.start + moved
        tokens.append(Span(start, start + len(token), span.kind))
        moved += len(token) - (span.end - span.start)
    return Masked(_replaced(text, zip(spans, written, strict=True)), tuple(spans), tuple(tokens))


def _end_in_original(masked: Masked, span: Span) -> int:
    """A found span may end where a token begins, so its last character is what is mapped."""
    return masked.to_original(span.end - 1) + 1


def _moved(offset: int, here: Sequence[Span], there: Sequence[Span]) -> int:
    index = bisect_right(here, offset, key=lambda span: span.start) - 1
    if index < 0:
        return offset
    if offset < here[index].end:
        return there[index].start
    return offset - here[index].end + there[index].end


def _replaced(text: str, pieces: Iterable[tuple[Span, str]]) -> str:
    written = []
    at = 0
    for span, piece in pieces:
        written += [text[at : span.start], piece]
        at = span.end
    return "".join([*written, text[at:]])
