"""Texts that customers or attackers may write are judged like any other: none of them stops the classifier."""

import unicodedata
from uuid import UUID

from shared.access.scopes import Scope
from tests.classifier.test_classify import classified, fact, told, wire
from tests.contracts.hostile import TAKEN_TEXTS
from tests.house_of_test import House, eventually, running


async def test_every_text_that_is_taken_at_the_door_is_judged(house: House, tenant_id: UUID) -> None:
    texts = [unicodedata.normalize("NFC", text) for some in TAKEN_TEXTS.values() for text in some]
    texts += ["长" * 20_000, "x" * 20_000, "a\u0301" * 5_000]
    key = await house.new_key(tenant_id, Scope.OPERATOR)
    async with wire(house) as stream, running(house.app("classifier", lanes="api,consumer,jobs"), key) as client:
        await stream.say(*(fact(tenant_id, text) for text in texts))

        async def count() -> int:
            return await classified(client)

        await eventually(count, len(texts), wait_s=60)
    assert sorted(one["data"]["feedback"]["text"] for one in await told(house, tenant_id)) == sorted(texts)
