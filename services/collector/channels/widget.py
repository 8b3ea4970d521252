"""Channel widget: an app or a web page, with a publishable key. What it tells of itself, so that nobody has to ask."""

from typing import Annotated

from pydantic import Field, StrictBool

from services.collector.channels.fields import Label, Lenient, PageUrl, Tag
from services.collector.channels.rules import ChannelRules
from shared.contracts.text import Name
from shared.contracts.vocabulary import Channel

TAGS_MAX = 20
SCREEN_PATTERN = r"^[0-9]{1,5}x[0-9]{1,5}(@[0-9]{1,2}(\.[0-9]{1,2})?)?$"

Screen = Annotated[str, Field(pattern=SCREEN_PATTERN, description="width x height, and the scale: 1170x2532@3")]


class SdkIn(Lenient):
    """What sent it."""

    name: Label
    version: Label | None = None


class ContextIn(Lenient):
    """The app and the device that it ran on."""

    platform: Label | None = Field(None, description="web, ios, android, harmonyos, windows, macos, linux, miniprogram")
    os: Label | None = None
    os_version: Label | None = None
    device_model: Label | None = None
    app_id: Name | None = None
    app_version: Label | None = None
    locale: Tag | None = None
    tz: Label | None = Field(None, description="a name of the IANA data base, such as Asia/Shanghai")
    screen: Screen | None = None
    network: Label | None = Field(None, description="wifi, cellular, ethernet or offline")
    sdk: SdkIn | None = None


class ApplianceIn(Lenient):
    """The connected appliance that the app shows, as it reports itself."""

    firmware: Label | None = None
    fault_code: Label | None = None
    program: Label | None = Field(None, description="what it was doing, such as cotton_60")
    is_online: StrictBool | None = None


class OwnFields(Lenient):
    """Of a widget."""

    context: ContextIn | None = None
    appliance: ApplianceIn | None = None
    tags: list[Label] = Field([], max_length=TAGS_MAX)
    url: PageUrl | None = Field(None, description="the page; what stands behind ? or # is not kept")


CHANNEL = ChannelRules(
    name=Channel.WIDGET,
    names={"zh": "应用或网页", "en": "App or web"},
    text_length_max=4_096,
    own=OwnFields,
    is_public=True,
)
