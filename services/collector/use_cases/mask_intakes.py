"""Masks what came in before any transaction is open, and away from the event loop when it is long."""

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from services.collector.domain.intake import Intake
from services.collector.domain.masked_details import words_of
from services.collector.domain.masked_intake import MaskedIntake, mask_intake

# About a millisecond of masking; a thread costs less than that and more than nothing.
INLINE_CHARACTERS_MAX = 400
# One turn in a thread: a long batch does not keep a short one waiting that came after it.
TURN_CHARACTERS_MAX = 4_096
MASKED_AT_ONCE_MAX = 2  # Of one interpreter: more threads would only take more of its time from the doors.
WAITING_CHARACTERS_MAX = 1_000_000  # About a second of ordinary texts, and ten of the worst.


class TooMuchToMaskError(Exception):
    """So much waits to be masked that more would wait for long."""


class Masking:
    """Masks in threads of its own, few at once, a short turn for each request in its turn."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(MASKED_AT_ONCE_MAX, thread_name_prefix="masking")
        self._waiting_characters = 0

    async def mask(self, intakes: Sequence[Intake]) -> list[MaskedIntake]:
        """Each feedback with its personal data taken out. Raises TooMuchToMaskError."""
        characters = sum(map(characters_of, intakes))
        if characters <= INLINE_CHARACTERS_MAX:
            return _mask_all(intakes)
        if self._waiting_characters and self._waiting_characters + characters > WAITING_CHARACTERS_MAX:
            raise TooMuchToMaskError
        self._waiting_characters += characters
        try:
            loop = asyncio.get_running_loop()
            turns = [await loop.run_in_executor(self._threads, _mask_all, turn) for turn in _turns(intakes)]
        finally:
            self._waiting_characters -= characters
        return [masked for turn in turns for masked in turn]


def characters_of(intake: Intake) -> int:
    """How much of a feedback is looked through: its text and its labels."""
    consent = intake.consent
    labels = [intake.source, intake.external_id, *map(str, (intake.product or {}).values())]
    labels += [consent.text_version, consent.locale, consent.stated_by] if consent else []
    labels += words_of(intake.details)
    return len(intake.text) + sum(len(label or "") for label in labels)


def _turns(intakes: Sequence[Intake]) -> Iterator[list[Intake]]:
    turn: list[Intake] = []
    room = TURN_CHARACTERS_MAX
    for intake in intakes:
        if turn and characters_of(intake) > room:
            yield turn
            turn, room = [], TURN_CHARACTERS_MAX
        turn.append(intake)
        room -= characters_of(intake)
    if turn:
        yield turn


def _mask_all(intakes: Sequence[Intake]) -> list[MaskedIntake]:
    return [mask_intake(intake) for intake in intakes]
