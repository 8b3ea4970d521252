"""A plain view of a text, character for character, so that one rule reads every way of writing."""

import re
import unicodedata

from services.collector.domain.masking.around import BARRIER
from services.collector.domain.masking.tokens import TOKENS

_ALIKE = {
    "-": "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc",
    " ": "\t\u00a0\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\u202a\u202b\u202c\u202d\u202e\ufeff",
    "·": "\u2022\u2027\u30fb\u318d",
    "'": "\u2018\u2019",
    "号": "號",
    "楼": "樓",
    "电": "電",
    "话": "話",
    "区": "區",
    "县": "縣",
    "镇": "鎮",
    "乡": "鄉",
    "单": "單",
    "栋": "棟",
    "层": "層",
    "机": "機",
    "码": "碼",
    "车": "車",
    "证": "證",
    "邮": "郵",
    "编": "編",
    "卡": "咭",
}
_KEPT = "，："  # Between digits their plain forms belong to the number; these end it.
# What a reader does not see (Default_Ignorable_Code_Point beyond category Cf), the blank of braille, and the frame of a
# keycap emoji: between two digits they part nothing.
_IGNORED = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u20e3\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_CACHED_MAX = 0x10000


class _Plain(dict[int, str]):
    """Folds one character at a time; what lies beyond the common plane is not kept."""

    def __missing__(self, code: int) -> str:
        folded = _folded(chr(code))
        if code < _CACHED_MAX:
            self[code] = folded
        return folded


def _folded(character: str) -> str:
    if character in _KEPT:
        return character
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    if _IGNORED.match(character) or unicodedata.category(character) == "Cf":
        return " "
    compatible = unicodedata.normalize("NFKC", character)
    return compatible if len(compatible) == 1 else character


_PLAIN = _Plain({ord(other): plain for plain, others in _ALIKE.items() for other in others})
_TOKEN = re.compile("|".join(re.escape(token.translate(_PLAIN)) for token in TOKENS))


def fold(text: str) -> str:
    """The text in plain characters, of the same length. Tokens of an earlier masking become barriers."""
    plain = text.translate(_PLAIN)
    return _TOKEN.sub(lambda match: BARRIER * len(match[0]), plain)
