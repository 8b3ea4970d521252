"""Which of the house's languages a text is in, by its script."""

import re

from shared.contracts.vocabulary import Language

# One Han character carries about as much as three Latin letters: a Chinese sentence may hold English product names.
_LETTERS_PER_HAN = 3
_HAN = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]+")
_LATIN = re.compile("[A-Za-z]+")


def language_of_text(text: str) -> Language:
    """Chinese when the Han characters outweigh the Latin letters, else English."""
    if text.isascii():
        return Language.EN
    han = sum(map(len, _HAN.findall(text)))
    if not han:
        return Language.EN
    letters = sum(map(len, _LATIN.findall(text)))
    return Language.ZH if han * _LETTERS_PER_HAN >= letters else Language.EN


def language_of_tag(tag: str) -> Language:
    """The house's language for a given tag, such as `zh-CN` or `en_GB`; others are served in English."""
    return Language.ZH if tag.strip().lower().startswith(("zh", "cn", "中")) else Language.EN
