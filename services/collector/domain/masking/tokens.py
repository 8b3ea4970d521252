"""What stands in the text instead of what was masked."""

from services.collector.domain.language import language_of_text
from services.collector.domain.masking.span import Kind, Span
from shared.contracts.vocabulary import Language

_AROUND = 24
_WORDS: dict[Kind, dict[Language, str]] = {
    Kind.PHONE: {Language.ZH: "［电话］", Language.EN: "[phone]"},
    Kind.EMAIL: {Language.ZH: "［邮箱］", Language.EN: "[email]"},
    Kind.ID_CARD: {Language.ZH: "［证件号］", Language.EN: "[id number]"},
    Kind.BANK_CARD: {Language.ZH: "［银行卡］", Language.EN: "[bank card]"},
    Kind.PLATE: {Language.ZH: "［车牌］", Language.EN: "[plate]"},
    Kind.ADDRESS: {Language.ZH: "［地址］", Language.EN: "[address]"},
    Kind.SERIAL: {Language.ZH: "［序列号］", Language.EN: "[serial]"},
}
TOKENS = tuple(token for words in _WORDS.values() for token in words.values())


def token_for(text: str, span: Span, language: Language) -> str:
    """The token in the language around the span; where nothing is around it, in the text's own."""
    around = text[max(0, span.start - _AROUND) : span.start] + text[span.end : span.end + _AROUND]
    is_told = any(character.isalpha() for character in around)
    return _WORDS[span.kind][language_of_text(around) if is_told else language]
