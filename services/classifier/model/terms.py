"""What the model sees of a text: the same terms when it learns and when it judges."""

import re

import rjieba

from shared.contracts.vocabulary import Language

# Written into every artefact: a model is refused by code that would cut its texts differently.
TERMS_VERSION = 1

_RUNS = re.compile(r"[a-z0-9]+(?:'[a-z]+)?|[\u3400-\u9fff\U00020000-\U0003ffff]+")


def terms(text: str, language: Language) -> list[str]:
    """The terms of a text, in order, without white space in any of them.

    English: words. Chinese: dictionary words and every single character, for little data has seen few whole words.
    """
    runs: list[str] = _RUNS.findall(text.lower())
    if language is Language.EN:
        return runs
    found: list[str] = []
    for run in runs:
        if run[0].isascii():
            found.append(run)
        else:
            found += _chinese(run)
    return found


def _chinese(run: str) -> list[str]:
    words = rjieba.cut(run)
    return [*(word for word in words if len(word) > 1), *run]
