"""Channel import: a row of somebody's file or table."""

from pydantic import Field

from services.collector.channels.fields import COUNT_MAX, Lenient
from services.collector.channels.rules import ChannelRules
from shared.contracts.text import Name
from shared.contracts.vocabulary import Channel


class RowIn(Lenient):
    """Where the row stood."""

    file: Name
    number: int = Field(ge=1, le=COUNT_MAX, description="counted from 1, the header not counted")
    sheet: Name | None = None


class OwnFields(Lenient):
    """Of a row."""

    row: RowIn | None = None


CHANNEL = ChannelRules(
    name=Channel.IMPORT,
    names={"zh": "导入", "en": "Import"},
    text_length_max=20_000,
    own=OwnFields,
)
