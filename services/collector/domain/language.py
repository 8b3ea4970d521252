"""Which of the house's languages a text is in, by its script."""

from shared.contracts.vocabulary import Language

# One Han character carries about as much as three Latin letters: a Chinese sentence may hold English product names.
_LETTERS_PER_HAN = 3


def language_of_text(text: str) -> Language:
    """Chinese when the Han characters outweigh the Latin letters, else English."""
    han = sum(1 for character in text if _is_han(character))
    letters = sum(1 for character in text if character.isascii() and character.isalpha())
    return Language.ZH if han and han * _LETTERS_PER_HAN >= letters else Language.EN


def language_of_tag(tag: str) -> Language:
    """The house's language for a given tag, such as `zh-CN` or `en_GB`; others are served in English."""
    return Language.ZH if tag.strip().lower().startswith(("zh", "cn", "中")) else Language.EN


def _is_han(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff" or "\U00020000" <= character <= "\U0003ffff"
