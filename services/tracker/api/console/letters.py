"""The letter that customers will read, with a gap for the answer that somebody is about to write."""

from dataclasses import dataclass

from services.tracker.api.telling import LETTER_ORDER
from services.tracker.domain.telling import NoticeEvent
from services.tracker.notifiers.letters import write_letter
from shared.contracts.vocabulary import Language

_GAP = "\N{OBJECT REPLACEMENT CHARACTER}"


@dataclass(frozen=True)
class LetterFrame:
    """What stands around the answer, in one language."""

    language: Language
    subject: str
    before: str
    after: str


def letter_frames(brand: str) -> list[LetterFrame]:
    """The letter of a closing in every language."""
    return [_frame(language, brand) for language in LETTER_ORDER]


def _frame(language: Language, brand: str) -> LetterFrame:
    letter = write_letter(NoticeEvent.CLOSURE, language, brand=brand, answer=_GAP)
    before, _, after = letter.text.partition(_GAP)
    return LetterFrame(language, letter.subject, before.strip(), after.strip())
