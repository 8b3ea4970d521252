"""A feedback of each channel with every field that is the channel's own, and what of it may be read."""

import copy
from typing import Any

Json = dict[str, Any]

OWN: dict[str, Json] = {
    "widget": {
        "context": {
            "platform": "ios",
            "os": "iOS",
            "os_version": "18.1",
            "device_model": "iPhone16,2",
            "app_id": "com.example.home",
            "app_version": "5.2.0",
            "locale": "zh-CN",
            "tz": "Asia/Shanghai",
            "screen": "1170x2532@3",
            "network": "wifi",
            "sdk": {"name": "huiyin-swift", "version": "1.0.0"},
        },
        "appliance": {"firmware": "2.14.1", "fault_code": "E04", "program": "cotton_60", "is_online": True},
        "tags": ["beta", "售后"],
        "url": "https://shop.example.test/heaters/h2",
    },
    "survey": {
        "survey": {
            "id": "after-install-2026",
            "title": "安装满意度",
            "question_id": "q3",
            "question": "What should we do better?",
            "kind": "csat",
            "choices": ["准时", "clean work"],
            "response_id": "r-17",
            "invitation": "inv-secret-token",
            "occasion": "install",
        }
    },
    "service_record": {
        "service": {
            "ticket": "SR-2026-004711",
            "kind": "repair",
            "technician": "王师傅",
            "station": "Hangzhou West",
            "visited_at": "2026-11-19T02:00:00+00:00",
            "visits": 2,
            "fault_code": "E04",
            "symptom": "trips the breaker",
            "cause": "element shorted",
            "work_done": "element exchanged",
            "parts": [{"number": "HX-EL-2", "name": "heating element", "quantity": 1}],
            "warranty": "in",
            "outcome": "solved",
            "purchased_on": "2025-05-01",
            "installed_on": "2025-05-03",
        }
    },
    "email": {
        "mail": {
            "message_id": "<a1@mail.example.test>",
            "in_reply_to": "<b2@mail.example.test>",
            "subject": "Heater trips",
            "from_name": "Zhang Wei",
            "mailbox": "care",
            "sent_at": "2026-11-19T02:00:00+00:00",
            "charset": "gb18030",
        }
    },
    "social": {
        "social": {
            "platform": "weibo",
            "kind": "comment",
            "post_id": "p-1",
            "post_url": "https://social.example.test/zhangwei_88/p-1",
            "author_handle": "zhangwei_88",
            "title": "又跳闸了",
            "reach": {"likes": 12, "replies": 3, "shares": 0, "views": 900},
        }
    },
    "import": {"row": {"file": "november.xlsx", "number": 17, "sheet": "Sheet1"}},
}
# Where in the body a field stands that leads to a person by itself.
SEALED: dict[str, list[tuple[str, ...]]] = {
    "widget": [],
    "survey": [("survey", "invitation")],
    "service_record": [("service", "technician")],
    "email": [("mail", "message_id"), ("mail", "in_reply_to"), ("mail", "from_name")],
    "social": [("social", "post_url"), ("social", "author_handle")],
    "import": [],
}


def body_of(channel: str) -> Json:
    return {"text": "一开就跳闸", "channel": channel} | copy.deepcopy(OWN[channel])


def readable(channel: str) -> Json:
    """What anybody may see of it who may read feedback."""
    seen = copy.deepcopy(OWN[channel])
    for *inside, name in SEALED[channel]:
        at = seen
        for part in inside:
            at = at[part]
        del at[name]
    return seen


def secrets(channel: str) -> list[str]:
    found = []
    for place in SEALED[channel]:
        at: Any = OWN[channel]
        for part in place:
            at = at[part]
        found.append(str(at))
    return found
