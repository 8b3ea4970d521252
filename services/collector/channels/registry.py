"""Every way in, in one table: what its texts may be."""

from dataclasses import dataclass

from shared.contracts.vocabulary import Channel


@dataclass(frozen=True)
class ChannelRules:
    """The rules that differ between ways in."""

    text_length_max: int


CHANNELS: dict[Channel, ChannelRules] = {
    Channel.SURVEY: ChannelRules(text_length_max=4_096),
    Channel.WIDGET: ChannelRules(text_length_max=4_096),
    Channel.SERVICE_RECORD: ChannelRules(text_length_max=20_000),
    Channel.EMAIL: ChannelRules(text_length_max=20_000),
    Channel.SOCIAL: ChannelRules(text_length_max=20_000),
    Channel.IMPORT: ChannelRules(text_length_max=20_000),
}
