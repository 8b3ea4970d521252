"""Where the name of a Chinese place begins: nothing marks it, so names that are known and words before it decide."""

import re

from services.collector.domain.masking.address_words_zh import LEADS, WEAK_LEADS
from services.collector.domain.masking.gazetteer_zh import CITIES, DISTRICTS, PROVINCES

_KNOWN = re.compile(rf"(?:中国)?[ ]?(?:{PROVINCES}|{CITIES}|{DISTRICTS})")
_ADMIN = re.compile(r"(?:自治[区州县]|[省市县旗镇乡]|(?<![A-Za-z\d])区|街道)")
_LEADS = re.compile(LEADS)
_WEAK_LEADS = re.compile(WEAK_LEADS)
# After a Latin word a blank parts no names, as in "SOHO D".
_SPACE = re.compile(r"(?<![A-Z])[ ]")
_REACH = 48
_BREAK = re.compile(r"[^\u3400-\u9fffA-Za-z\d ·\-#]")
_ADMIN_NAME_LENGTH = 4
_NAME_LENGTH = 12


def start_of_place(view: str, core: int) -> int:
    """The offset at which the place begins whose number or door stands at `core`."""
    run = _BREAK.split(view[max(0, core - _REACH) : core])[-1]
    words = _after_last(_LEADS, run)
    known = _KNOWN.search(words)
    admin = _ADMIN.search(words)
    if admin and (known is None or admin.start() < known.start()):
        name = _after_last(_WEAK_LEADS, _SPACE.split(words[: admin.start()])[-1])[-_ADMIN_NAME_LENGTH:]
        return core - len(words) + admin.start() - len(name)
    if known:
        return core - len(words) + known.start()
    return core - len(_after_last(_WEAK_LEADS, _SPACE.split(words)[-1])[-_NAME_LENGTH:])


def _after_last(lead: re.Pattern[str], words: str) -> str:
    end = 0
    for match in lead.finditer(words):
        end = match.end()
    return words[end:].lstrip()
