"""Masks personal data in what customers write, and keeps the way back to the offsets of the original."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.collector.domain.masking.folding import fold
from services.collector.domain.masking.gates import GATES
from services.collector.domain.masking.span import Span, joined
from services.collector.domain.masking.tokens import token_for

# A mask can bring words together that stood apart, so the masked text is read again until nothing is found.
PASSES_MAX = 8


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
    for _ in range(PASSES_MAX):
        found = find(masked.text)
        if not found:
            break
        more = [Span(masked.to_original(span.start), _end_in_original(masked, span), span.kind) for span in found]
        masked = _masked(text, joined([*masked.spans, *more]))
    return masked


def find(text: str) -> list[Span]:
    """What is personal in the text, in order and without overlaps, as one reading finds it."""
    view = fold(text)
    return joined(span for gate, finder in GATES if gate.search(view) for span in finder(view))


def _masked(text: str, spans: Sequence[Span]) -> Masked:
    written = [token_for(text, span) for span in spans]
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
