"""What a text must hold before a finder reads it: most feedback holds none of it, and is read once and quickly.

Each gate begins with a class of characters, which the machine of regular expressions skips to without trying.
"""

import re
from collections.abc import Callable, Iterator

from services.collector.domain.masking import (
    addresses_coded,
    addresses_en,
    addresses_zh,
    bank_cards,
    chats,
    emails,
    id_cards,
    phones,
    phones_spoken,
    plates,
    serials,
)
from services.collector.domain.masking.span import Span

Finder = Callable[[str], Iterator[Span]]

_DIGITS_6 = re.compile(r"\d(?:\D{0,3}\d){5}")
_DIGITS_7 = re.compile(r"\d(?:\D{0,3}\d){6}")
_DOCUMENT = re.compile(
    r"[护通驾居军pPDdLlSsCcIiNn](?:照|行证|驶证|留证|住证|民证|官证|assport|ASSPORT|AN[ :]|L[ :#]|river|riving"
    r"|RIVER|icen|ICEN|tate|tudent|itizen|ational|IE[ :]|NI[ :]|IN[ :]|URP|PF[ :]"
    r"|[dD][ ][cC]ard)(?=[^\n]{0,40}\d)"
)
_STARS = re.compile(r"\*(?=\*{3})")
_HAN_DIGITS = re.compile(rf"[0-9{phones_spoken.HAN_DIGITS}](?:[ \-,、，.·]{{0,2}}[0-9{phones_spoken.HAN_DIGITS}]){{9}}")
_DIGIT_WORDS = re.compile(
    r"[ZONTFSEHzontfseh](?<![A-Za-z].)(?:ero|h|ought|ne|wo|hree|our|ive|ix|even|ight"
    r"|ine)?[ ,.\-]{1,2}(?i:double|triple|zero|oh|o|one|two|three|four"
    r"|five|six|seven|eight|nine|hundred)(?![A-Za-z])"
)
_AT = re.compile(
    r"[@艾(\[{<# ](?:(?<=@)|特|at[)\]}>#]|AT[)\]}>#]|a\)|(?:at|AT|At)[ ](?=[^ ]{1,60}(?:点|[ \[({](?:dot|DOT|Dot|点))))"
)
_CHAT = re.compile(r"[Qq企微威薇扣WwVvLlTtSs](?:[Qq]|鹅|信|扣|[Xx]|e[Cc]hat|eixin|ine|elegram|kype)")
_CHINESE_PLATE = re.compile(rf"[{plates.PROVINCES}](?:(?=[ ]?[A-Za-z])|(?<=使)(?=[ ]?\d)|(?<=\d使))")
_PLATE_NAMED = re.compile(r"[PpRrTt车牌](?:late|eg|ag|LATE|牌|照)")
_CAPITAL_AND_DIGIT = re.compile(r"\d(?:[ \-]?[A-Z]|(?<=[A-Z]\d)|(?<=[A-Z][ \-·]\d))")
_MIXED = re.compile(r"\d(?:\d{3}|[A-Z]{3}|\d{0,2}[ ]\d{2}|[A-Za-z\-/]{1,6}\d|(?<=[A-Za-z]\d)|(?<=[A-Za-z][\-/]\d))")
_CAPITAL_NEAR_NUMBER = re.compile(
    r"[\dB](?:[A-Za-z]?[.,]?[ \n][\"#]?[A-Z]|(?<=[A-Za-z.,)][ \n#]\d)|(?<=[ ]\#\d)|(?i:ox|p)[ ]?\d"
    r"|(?<=\d)[A-Z]{2}(?![A-Za-z]))"
)
# Two numbers, or a number and a code, with a word between.
_CODED = re.compile(
    (
        r"\d[A-Za-z]?[ ,\n\-](?=[^!?;]{0,80}?(?:\d{4}|\d\d-\d{3}|\d{3}[ ]\d\d[ ]|\d[A-Z]{2}(?![A-Za-z])"
        r"|[A-Z]\d[A-Z\d ]|[A-Z]\d{6}))|[AFD]PO[ ,]|[raRA](?:ue|venue)[ ]"
    ),
)
_ADDRESS = re.compile(
    r"[AaDdSsMmPpIiCcGg](?:(?:ddress|DDRESS|(?i:hip|end|eliver)[ ](?i:to))[^\n\d]{0,20}"
    r"|[a-z]{2,6}(?:[ ][a-z]{2,4}){0,2}:[^\n\d]{0,12})[\d#]"
)
_SMALL_STREET = re.compile(rf"\d[A-Za-z]?,?[ ](?=[^\n]{{0,60}}?(?i:(?<![A-Za-z]){addresses_en.SMALL_SIGNS}))")
_PLACE = re.compile(
    r"[号栋幢座室户弄巷梯层楼房舍元组队社段院区期塔\-路街镇乡村址寓苑园箱](?:(?<=\d-)(?=\d)"
    r"|(?<=[\d一二三四五六七八九十A-Za-z甲乙丙丁东西南北中 ][^\-])|(?<=[路街镇乡村址寓苑园箱]))"
)

GATES: tuple[tuple[re.Pattern[str], Finder], ...] = (
    (_DIGITS_7, phones.find),
    (_HAN_DIGITS, phones_spoken.find_in_han),
    (_DIGIT_WORDS, phones_spoken.find_in_english),
    (_CHAT, chats.find),
    (_AT, emails.find),
    (_DIGITS_6, id_cards.find),
    (_DIGITS_6, bank_cards.find),
    (_DOCUMENT, id_cards.find_mixed),
    (_STARS, bank_cards.find_starred),
    (_CHINESE_PLATE, plates.find_chinese),
    (_CAPITAL_AND_DIGIT, plates.find_foreign),
    (_PLATE_NAMED, plates.find_named),
    (_MIXED, serials.find),
    (_PLACE, addresses_zh.find),
    (_CAPITAL_NEAR_NUMBER, addresses_en.find),
    (_CODED, addresses_coded.find),
    (_ADDRESS, addresses_en.find_labelled),
    (_SMALL_STREET, addresses_en.find_small),
)
_DIGIT = re.compile("[0-9]")
# Who finds something in a text without a digit, and who finds nothing in one of ASCII alone. Four texts in five hold no
# digit, so most texts meet two or five gates of eighteen.
_WITHOUT_DIGITS = (
    phones_spoken.find_in_han,
    phones_spoken.find_in_english,
    emails.find,
    plates.find_chinese,
    addresses_zh.find,
    addresses_en.find,
)
_ONLY_BEYOND_ASCII = (phones_spoken.find_in_han, plates.find_chinese)
_ONLY_BEYOND_ASCII_WITHOUT_DIGITS = (*_ONLY_BEYOND_ASCII, addresses_zh.find)


def _chosen(*, has_digit: bool, is_ascii: bool) -> tuple[tuple[re.Pattern[str], Finder], ...]:
    useless = _ONLY_BEYOND_ASCII if has_digit else _ONLY_BEYOND_ASCII_WITHOUT_DIGITS
    return tuple(
        (gate, finder)
        for gate, finder in GATES
        if (has_digit or finder in _WITHOUT_DIGITS) and not (is_ascii and finder in useless)
    )


_CHOSEN = {
    (has_digit, is_ascii): _chosen(has_digit=has_digit, is_ascii=is_ascii)
    for has_digit in (True, False)
    for is_ascii in (True, False)
}


def gates_for(view: str) -> tuple[tuple[re.Pattern[str], Finder], ...]:
    """The gates that the text could pass, and behind which something could be found in it."""
    return _CHOSEN[_DIGIT.search(view) is not None, view.isascii()]
