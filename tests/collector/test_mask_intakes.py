"""Masking away from the event loop: in turns, and not more than is done soon."""

import asyncio
from datetime import UTC, datetime

import pytest

from services.collector.domain.intake import Intake
from services.collector.domain.masked_intake import MaskedIntake
from services.collector.use_cases.mask_intakes import (
    TURN_CHARACTERS_MAX,
    WAITING_CHARACTERS_MAX,
    Masking,
    TooMuchToMaskError,
    characters_of,
)
from shared.contracts.vocabulary import Channel, Language

MOMENT = datetime(2026, 11, 20, tzinfo=UTC)


def intake(text: str, source: str | None = None) -> Intake:
    return Intake(Channel.EMAIL, text, Language.EN, MOMENT, b"", source=source)


async def test_so_much_waits_and_no_more() -> None:
    masking = Masking()
    most = intake("a " * (WAITING_CHARACTERS_MAX // 2))
    under_way = asyncio.ensure_future(masking.mask([most]))
    await asyncio.sleep(0)
    with pytest.raises(TooMuchToMaskError):
        await masking.mask([intake("x" * TURN_CHARACTERS_MAX)])
    assert len(await masking.mask([intake("short")])) == 1
    assert len(await under_way) == 1
    assert len(await masking.mask([most, intake("x")])) == 2  # Alone, any length is taken.


async def test_a_short_batch_does_not_wait_for_a_long_one() -> None:
    masking, ended = Masking(), list[str]()

    async def one(name: str, many: int) -> list[MaskedIntake]:
        masked = await masking.mask([intake("call 13812345678 " * 240) for _ in range(many)])
        ended.append(name)
        return masked

    long, *_ = await asyncio.gather(one("long", 100), one("long too", 100), one("short", 1))
    assert ended[0] == "short"
    assert [masked.clear.text[:12] for masked in long] == ["call [phone]"] * 100


def test_labels_count_as_what_is_looked_through() -> None:
    assert characters_of(intake("four", source="shop")) == 8
