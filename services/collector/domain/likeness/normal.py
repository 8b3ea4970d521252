"""What is left of a text when nothing of its writing counts: width, case, script, punctuation, masks."""

import re
import unicodedata

from services.collector.domain.likeness.script_zh import simplified

# A token that masking left, or that stands for a picture or an empty field: never what tells two texts apart.
_BRACKETED = re.compile(r"\[[^\[\]]{1,16}\]|【[^【】]{1,16}】|<[^<>]{1,16}>|\{[^{}]{1,16}\}")
_STARS = re.compile(r"\d{0,4}[*•xX]{3,}\d{0,4}")
_SOFT = re.compile("[\u00ad\u200b-\u200f\u2060\ufe0e\ufe0f\ufeff]")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_QUOTE = str.maketrans({"\u2019": "'", "\u2018": "'", "\u02bc": "'", "\u00b4": "'", "\u2103": "度"})
_PIECE = re.compile(
    r"\d+(?:[.:/]\d+)*%?|[^\W\d_\u3400-\u9fff\U00020000-\U0003ffff]+|[\u3400-\u9fff\U00020000-\U0003ffff]"
)


def folded(text: str) -> str:
    """One width, case and script; masks gone, punctuation and spaces still there."""
    text = unicodedata.normalize("NFKC", text.translate(_QUOTE)).translate(_QUOTE).casefold()
    text = _STARS.sub(" ", _BRACKETED.sub(" ", _SOFT.sub("", text)))
    return simplified(_THOUSANDS.sub("", text))


def plain(text: str) -> str:
    """The words and figures alone. Texts that are equal here are equal; nothing is left of a text without any."""
    return " ".join(_PIECE.findall(folded(text)))
