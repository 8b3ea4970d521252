"""Numbers however they are written: `四十八`, `48`, `forty-eight`."""

import re

_DIGITS = dict(zip("零一二三四五六七八九", range(10), strict=True)) | {"〇": 0, "两": 2, "俩": 2}
_TENS = {"十": 10, "百": 100, "千": 1_000}
_MYRIAD = 10_000
NUMERAL = re.compile(r"[零〇一二两俩三四五六七八九十百千万]+")
# After one of these a lone 一 counts; before anything else it says no more than "a".
UNIT = re.compile(
    r"[年月天日周秒点度元块角次遍趟米斤克升级星倍折楼层号岁]|个?(?:月|星期|礼拜|小时|钟头|半月)|分钟|分|公里|厘米|公斤|毫升|百|千|万"
)
_WORDS = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen
"""
_TENS_WORDS = "twenty thirty forty fifty sixty seventy eighty ninety"
_ENGLISH = {word: value for value, word in enumerate(_WORDS.split())} | {
    word: 10 * value for value, word in enumerate(_TENS_WORDS.split(), start=2)
}
_TEN, _HUNDRED = 10, 100


def of_chinese(numeral: str) -> str:
    """The number as digits; figures said one by one stay a row of figures."""
    if not any(character in _TENS or character == "万" for character in numeral):
        return "".join(str(_DIGITS[character]) for character in numeral)
    total = section = digit = 0
    for character in numeral:
        if character == "万":
            total += (section + digit or 1) * _MYRIAD
            section = digit = 0
        elif character in _TENS:
            section += (digit or 1) * _TENS[character]
            digit = 0
        else:
            digit = _DIGITS[character]
    return str(total + section + digit)


def of_english(words: list[str]) -> tuple[str, int]:
    """The number at the head of a row of words, and how many of them it takes; none takes 0."""
    first = _ENGLISH.get(words[0])
    if first is None:
        return "", 0
    taken, value = 1, first
    if first >= 2 * _TEN and len(words) > 1 and 0 < _ENGLISH.get(words[1], 0) < _TEN:
        taken, value = 2, first + _ENGLISH[words[1]]
    if len(words) > taken and words[taken] == "hundred":
        taken, value = taken + 1, value * _HUNDRED
    return str(value), taken
