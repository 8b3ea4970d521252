"""What the console calls the ways in: as the collector says, and by their ids while it says nothing."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx

from services.tracker.api.console.channels import ChannelsAsked
from services.tracker.domain.tenancy import PUBLIC_CHANNELS
from shared.contracts.events import FeedbackReceived
from shared.contracts.vocabulary import Language
from shared.peers.reading import PeerSilentError

GOLDEN = Path(__file__).parents[1] / "contracts" / "golden" / "FeedbackReceived.v1.json"
CHAT = {"id": "chat", "names": {"zh": "在线客服", "en": "Chat"}, "is_public": True}
LETTERS = {"id": "letter", "names": {"zh": "信件", "en": "Letter"}, "is_public": False}
VISIT: Any = SimpleNamespace(token="t", say=SimpleNamespace(language=Language.ZH))


class Collector:
    """Answers as it is told, and counts how often it is asked."""

    def __init__(self, answer: httpx.Response | None) -> None:
        self.answer, self.asked = answer, 0

    async def read(self, path: str, _token: str) -> httpx.Response:
        self.asked += 1
        assert path == "/v1/channels"
        if self.answer is None:
            raise PeerSilentError
        return self.answer


def here(collector: Collector) -> Any:  # noqa: ANN401 - the one part of the context that is looked at
    return SimpleNamespace(collector=collector)


async def test_names_come_from_the_collector_once_a_minute() -> None:
    collector = Collector(httpx.Response(200, json={"channels": [CHAT, LETTERS]}))
    asked = ChannelsAsked()
    for _ in range(3):
        channels = await asked(here(collector), VISIT)
        assert [channels(name) for name in channels] == ["在线客服", "信件"]
        assert channels.public() == ["chat"]
        assert channels("pigeon") == "pigeon"
    assert collector.asked == 1


async def test_while_the_collector_is_away_ids_stand_for_names() -> None:
    for answer in (None, httpx.Response(503)):
        channels = await ChannelsAsked()(here(Collector(answer)), VISIT)
        assert (list(channels), channels("chat"), channels.public()) == ([], "chat", [*PUBLIC_CHANNELS])


def test_a_fact_of_a_channel_that_nobody_has_heard_of_is_taken_in() -> None:
    """Or a collector that is ahead of the others would fill their dead letters."""
    fact = FeedbackReceived.model_validate(json.loads(GOLDEN.read_text()) | {"channel": "chat"})
    assert (fact.channel, fact.model_dump(mode="json")["channel"]) == ("chat", "chat")
