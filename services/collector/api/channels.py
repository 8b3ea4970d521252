"""GET /v1/channels: the ways in, with names for people."""

from pydantic import BaseModel, Field

from services.collector.channels.registry import CHANNELS
from services.collector.channels.rules import ChannelRules
from shared.contracts.vocabulary import Channel, Language
from shared.web.doors import WorkReader
from shared.web.routing import Router


class ChannelOut(BaseModel):
    """One way in."""

    id: Channel
    names: dict[Language, str]
    text_length_max: int
    is_public: bool = Field(description="whether a publishable key may send here")
    fields: list[str] = Field(description="the fields that only this channel has")


class ChannelsOut(BaseModel):
    """All of them."""

    channels: list[ChannelOut]


router = Router(prefix="/v1/channels", tags=["feedback"])


@router.get("")
async def get_channels(_: WorkReader) -> ChannelsOut:
    """The ways in, in both languages, with their limits and the fields of their own."""
    return ChannelsOut(channels=[_shown(rules) for rules in CHANNELS.values()])


def _shown(rules: ChannelRules) -> ChannelOut:
    return ChannelOut(
        id=rules.name,
        names={Language(language): name for language, name in rules.names.items()},
        text_length_max=rules.text_length_max,
        is_public=rules.is_public,
        fields=list(rules.own.model_fields),
    )
