"""What the load client posts: made-up feedbacks of some 200 bytes of text, one in four in Chinese."""

import json
from enum import StrEnum
from uuid import UUID, uuid4

_ENGLISH = (
    """The heater trips the breaker every second morning, and I have to go down to the cellar to switch it on again.
The service line told me to wait for a letter, which never came. Please send somebody who knows this model.""",
    """Very happy with the dryer itself, it is quiet and quick. But the door seal came loose after two weeks, and the
part that the shop sent does not fit. A short video on how to put it back would have saved us both the trouble.""",
    """Since the last update the app forgets the timer whenever the phone is locked. I have tried to sign out and in
again, and to install it anew. It worked well all winter, so this must be something that was changed lately.""",
)
_CHINESE = (
    "用了三个月，热水器最近经常跳闸，特别是早上洗澡的时候。客服说会派师傅上门，等了一个星期也没有消息，希望尽快处理一下。",
    "洗衣机脱水的时候声音特别大，整层楼都能听见。说明书上没有写怎么调平，安装的师傅也没有讲清楚，麻烦给一个视频教程。",
)
_ONE_IN_FOUR_IS_CHINESE = 4
_ONE_IN_FIVE_HOLDS_A_DIGIT = 5
_ONE_IN_A_HUNDRED_HOLDS_A_NUMBER = 100
_SINCE = " It began 3 weeks ago."
_NUMBER = " Call me at 138-0013-8000."


class Kind(StrEnum):
    """With who spoke and how to reach them, or without."""

    WITH_CONTACT = "with_contact"
    WITHOUT_CONTACT = "without_contact"


def item(number: int, kind: Kind, event: UUID) -> dict[str, object]:
    """The n-th feedback of a round."""
    made: dict[str, object] = {
        "text": _text(number),
        "channel": "widget",
        "client_event_id": str(event),
        "rating": {"scale": "stars5", "value": 1 + number % 5},
        "product": {"category": "heater", "model": f"H{number % 12}"},
    }
    if kind is Kind.WITH_CONTACT:
        made["customer"] = {"email": f"{event.hex}@example.test", "name": "Robin Vogt"}
    return made


def body(number: int, kind: Kind, rows: int) -> tuple[str, bytes]:
    """The door's path and what is posted there: one feedback, or a batch."""
    if rows == 1:
        return "/v1/feedback", json.dumps(item(number, kind, uuid4()), ensure_ascii=False).encode()
    items = [item(number * rows + row, kind, uuid4()) for row in range(rows)]
    return "/v1/feedback:batch", json.dumps({"items": items}, ensure_ascii=False).encode()


def _text(number: int) -> str:
    some = _ENGLISH if number % _ONE_IN_FOUR_IS_CHINESE else _CHINESE
    text = some[number // _ONE_IN_FOUR_IS_CHINESE % len(some)]
    if number % _ONE_IN_FIVE_HOLDS_A_DIGIT == 2:  # noqa: PLR2004 - not those that hold a number
        text += _SINCE
    return text + _NUMBER if number % _ONE_IN_A_HUNDRED_HOLDS_A_NUMBER == 1 else text
