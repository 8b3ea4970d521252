"""Accounts in chats that are named as such: as good as a phone number to reach a person by."""

import re
from collections.abc import Iterator

from services.collector.domain.masking.span import Kind, Span, every

_ACCOUNT = re.compile(
    r"(?:QQ号?码?|微信号?|威信|薇信|企鹅号?|扣扣|(?<![A-Za-z])(?:wechat|weixin|[wv]x|telegram"
    r"|skype)(?:[ ]?(?:id|号))?(?![A-Za-z]))"
    r"[ ]?(?:同号)?[ ]?(?:[:：]|是|为|加|is)?[ ]?(?P<value>(?=[a-z_\-]{0,18}\d)[a-z\d][a-z\d_\-]{5,19})(?![A-Za-z\d@])",
    re.IGNORECASE,
)


def find(view: str) -> Iterator[Span]:
    """Accounts of QQ, WeChat and the like that hold a digit."""
    return every(_ACCOUNT, view, Kind.PHONE)
