"""Channel social: what somebody said in public, on a platform or in a store of apps."""

from typing import Annotated, Literal

from pydantic import Field

from services.collector.channels.fields import Count, Label, Lenient, Sealed, Title, Url
from services.collector.channels.rules import ChannelRules
from shared.contracts.text import Name
from shared.contracts.vocabulary import Channel


class ReachIn(Lenient):
    """How far it went."""

    likes: Count | None = None
    replies: Count | None = None
    shares: Count | None = None
    views: Count | None = None


class SocialIn(Lenient):
    """The post."""

    platform: Label = Field(description="weibo, xiaohongshu, douyin, wechat, jd, tmall, x, google_play, app_store, …")
    kind: Literal["post", "comment", "review", "message", "mention", "other"] = "post"
    post_id: Name | None = None
    post_url: Annotated[Url | None, Sealed()] = None
    author_handle: Annotated[Name | None, Sealed()] = None
    title: Title | None = None
    reach: ReachIn | None = None


class OwnFields(Lenient):
    """Of a post."""

    social: SocialIn | None = None


CHANNEL = ChannelRules(
    name=Channel.SOCIAL,
    names={"zh": "社交媒体", "en": "Social media"},
    text_length_max=20_000,
    own=OwnFields,
)
