"""Cuts a text into clauses of terms: words that say something, each in one spelling for all that mean the same."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from services.collector.domain.likeness import words_en, words_zh
from services.collector.domain.likeness.lists import groups
from services.collector.domain.likeness.normal import folded
from services.collector.domain.likeness.numerals import NUMERAL, UNIT, of_chinese, of_english
from services.collector.domain.likeness.same_zh import SAME

NOT = "¬"
NUMBER, CODE = "#", "@"
_WORD_LENGTH_MAX = 7
_WORDS_REMEMBERED_MAX = 16_384
_HAN = "\u3400-\u9fff\U00020000-\U0003ffff"
_IS_HAN = re.compile(f"[{_HAN}]")
_CLAUSE = re.compile(
    rf"[,.;:!?…。，、；：！？~()\"“”‘|\n\r\t]+(?!\d)|(?<!\d)[.,:]+|\s-+\s|(?<=[{_HAN}])\s+|\s+(?=[{_HAN}])"
)
_BLANKS = re.compile(r"[^\S\n]+")
_PIECE = re.compile(rf"[{_HAN}]+|[$£€¥]|\d+(?:[.:/]\d+)*%?|[^\W\d_{_HAN}]+(?:'[^\W\d_{_HAN}]+)?|-(?=\d)")
_CODED = re.compile(r"(?<![^\W_])(?=[a-z0-9]*[a-z])(?=[a-z0-9]*\d)[a-z0-9]+(?:-[a-z0-9]+)*(?![a-z0-9])")
_MEASURED = re.compile(
    r"(?<!\d)(\d{1,9}(?:\.\d{1,4})?)-?(mins?|hrs?|h|secs?|km|cm|mm|m|kg|g|l|ml|hz|gb|mb|tb|rmb|am|pm|th|st|nd|rd)"
)
_PRICE = re.compile(r"([$£€¥])\s?(\d+(?:\.\d+)?)")
_JOINED = re.compile(r"(?<=[a-z])-(?=[a-z])")
_MONEY = {"$": "dollar", "£": "pound", "€": "euro", "¥": "元"}
_SUFFIXES = (("ies", "y"), ("sses", "ss"), ("ing", ""), ("ed", ""), ("es", "e"), ("s", ""))
_STEM_LENGTH_MIN = 3
_SPELT_LENGTH_MIN = 6
_AMERICAN = {"tre": "ter", "tres": "ters", "our": "or", "ours": "ors", "ise": "ize", "ised": "ized", "ising": "izing"}
_BRITISH = re.compile(r"(?:tres?|ours?|ise|ised|ising)$")


def _stem(word: str) -> str:
    """A word without its ending, roughly: enough that two forms of it are one."""
    if word.endswith(("ss", "us", "is")):
        return word
    for ending, instead in _SUFFIXES:
        stem = word.removesuffix(ending) + instead
        if word.endswith(ending) and len(stem) >= _STEM_LENGTH_MIN:
            return _undoubled(stem) if ending in {"ing", "ed"} else _mute(stem)
    return _mute(word)


def _undoubled(stem: str) -> str:
    doubled = len(stem) > _STEM_LENGTH_MIN and stem[-1] == stem[-2] and stem[-1] not in "lsz"
    return stem[:-1] if doubled else _mute(stem)


def _mute(stem: str) -> str:
    return stem[:-1] if len(stem) > _STEM_LENGTH_MIN and stem.endswith("e") else stem


def _english(word: str) -> str:
    known = words_en.SPELLINGS.get(word)
    if known or len(word) < _SPELT_LENGTH_MIN:
        return known or word
    return _BRITISH.sub(lambda found: _AMERICAN[found.group()], word)


_SAME_EN: dict[str, str] = {}
for _first, *_others in groups(words_en.SAME):
    for _word in (_first, *_others):
        for _form in (_word, _stem(_english(_word))):
            _SAME_EN.setdefault(_form, NOT if _first == "not" else _stem(_english(_first)))
_SAME_ZH = {word: NOT if first == "不" else first for first, *others in groups(SAME) for word in (first, *others)}


def _canonical_en(word: str) -> str:
    return _SAME_EN.get(word) or _SAME_EN.get(_stem(word)) or _stem(word)


def _all(zh: Iterable[str], en: Iterable[str]) -> frozenset[str]:
    return frozenset({_SAME_ZH.get(word, word) for word in zh} | {_canonical_en(_english(word)) for word in en})


APART = _all(words_zh.APART, words_en.APART) - {NOT}
TURNS = words_zh.TURNS | _all((), words_en.TURNS) - {NOT}
TIMES = words_zh.TIMES | _all((), words_en.TIMES)
GENERAL = _all(words_zh.GENERAL, words_en.GENERAL)
QUESTIONS = frozenset({"怎么", "为什么", "什么时候", "how", "why"})
TURNERS = _all((), words_en.TURNERS) | {NOT} | QUESTIONS
_KNOWN = words_zh.FILLERS | words_zh.WHOLE | words_zh.APART | words_zh.TURNS | words_zh.GENERAL | frozenset(_SAME_ZH)


def clauses_of(text: str) -> list[list[str]]:
    """The terms of each clause; one that says nothing is not there."""
    found = (_terms(clause) for clause in _CLAUSE.split(_BLANKS.sub(" ", folded(text))))
    return [terms for terms in found if terms]


def _terms(clause: str) -> list[str]:
    is_chinese = _IS_HAN.search(clause) is not None
    words: list[str] = []
    terms: list[str] = []
    for piece in _pieces(clause):
        if not is_chinese and piece.isalpha():
            words.append(piece)
            continue
        terms += _english_terms(words)
        words = []
        terms += _other_terms(piece, after=clause)
    return [*terms, *_english_terms(words)]


def _pieces(clause: str) -> Iterator[str]:
    clause = _JOINED.sub("", clause) if "-" in clause else clause
    if any(c.isdigit() for c in clause):
        clause = _MEASURED.sub(r"\1 \2 ", _PRICE.sub(r"\2 \1", clause))
    at = 0
    for coded in _CODED.finditer(clause):
        yield from _plain_pieces(clause[at : coded.start()])
        yield CODE + coded.group().replace("-", "")
        at = coded.end()
    yield from _plain_pieces(clause[at:])


def _plain_pieces(clause: str) -> Iterator[str]:
    for piece in _PIECE.findall(clause):
        if "'" in piece:
            yield from _split_apostrophe(piece)
        else:
            yield from _english(piece).split()


def _split_apostrophe(word: str) -> Iterator[str]:
    if word.endswith("n't"):
        stem = {"ca": "can", "wo": "will"}.get(word[:-3], word[:-3])
        yield from (part for part in (stem, "not") if part)
    else:
        yield from (_english(part) for part in word.split("'") if part)


def _other_terms(piece: str, *, after: str) -> Iterator[str]:
    if piece[0] == CODE:
        yield piece
    elif piece in _MONEY:
        yield _MONEY[piece] if not _IS_HAN.search(after) else "元"
    elif piece[0].isdigit():
        yield NUMBER + piece.removesuffix(":00").removesuffix(".0")
    elif piece == "-":
        yield NUMBER + "-"
    elif _IS_HAN.match(piece):
        yield from _chinese_terms(piece)
    elif piece not in words_zh.FILLERS:
        # A Latin word in a Chinese sentence is a name.
        yield _SAME_ZH.get(piece, CODE + piece)


def _chinese_terms(run: str) -> Iterator[str]:
    at = 0
    while at < len(run):
        word = _longest(run, at)
        numeral = NUMERAL.match(run, at)
        if numeral and (UNIT.match(run, numeral.end()) if word in words_zh.FILLERS else len(word) == 1):
            at = numeral.end()
            if numeral.group() != "一" or UNIT.match(run, at):
                yield NUMBER + of_chinese(numeral.group())
            continue
        at += len(word)
        if word not in words_zh.FILLERS or word in _SAME_ZH:
            yield _SAME_ZH.get(word, word)


def _longest(run: str, at: int) -> str:
    for length in range(min(_WORD_LENGTH_MAX, len(run) - at), 1, -1):
        if run[at : at + length] in _KNOWN:
            return run[at : at + length]
    return run[at]


def _english_terms(words: list[str]) -> Iterator[str]:
    at = 0
    while at < len(words):
        number, taken = of_english(words[at : at + 3])
        if taken and not (words[at] == "one" and _is_no_unit(words[at + 1 : at + 2])):
            yield NUMBER + number
            at += taken
            continue
        taken, term = _phrase(words, at)
        at += taken
        if term:
            yield term


_UNITS_EN = frozenset(
    {"day", "week", "month", "year", "hour", "minut", "min", "second", "time", "star", "dollar", "euro"}
)


def _is_no_unit(following: list[str]) -> bool:
    return not following or _stem(following[0]) not in _UNITS_EN


def _phrase(words: list[str], at: int) -> tuple[int, str]:
    for length in (3, 2):
        joined = "_".join(words[at : at + length])
        if length <= len(words) - at and joined in _SAME_EN:
            return length, _SAME_EN[joined]
    if at and len(words[at]) == 1 and words[at - 1] in words_en.LETTERED:
        return 1, CODE + words[at]
    return 1, _term_en(words[at])


@lru_cache(_WORDS_REMEMBERED_MAX)
def _term_en(word: str) -> str:
    if word in words_en.FILLERS:
        return ""
    if len(word) == 1:
        return CODE + word
    return _canonical_en(word)
