"""Every state, kind and reason has its word on the pages, in both languages, and every text is whole."""

import string
from collections.abc import Iterable, Mapping
from enum import StrEnum

import pytest

from services.collector.domain.spam import Sign
from services.tracker.console.texts import Text, read_texts
from services.tracker.domain.action_states import ActionKind, ActionState
from services.tracker.domain.case_states import CaseState
from services.tracker.domain.telling import NoticeState, Reason
from shared.contracts.vocabulary import Language, Urgency


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ("action_state", ActionState),
        ("action_kind", ActionKind),
        ("case_state", CaseState),
        ("notice_state", NoticeState),
        ("notice_reason", Reason),
        ("urgency", Urgency),
        ("spam_sign", Sign),
    ],
)
def test_every_word_of_a_list_is_said(section: str, words: type[StrEnum]) -> None:
    texts = read_texts()
    assert [word for word in words if f"{section}.{word}" not in texts] == []


def forms(text: Text) -> Iterable[str]:
    return [text] if isinstance(text, str) else text.values()


def gaps(said: Mapping[str, Text], language: Language) -> set[str]:
    return {name for form in forms(said[language]) for _, name, _, _ in string.Formatter().parse(form) if name}


def test_every_text_stands_in_both_languages_with_the_same_gaps() -> None:
    texts = read_texts()
    assert [name for name, said in texts.items() if set(said) != set(Language)] == []
    assert [name for name, said in texts.items() if gaps(said, Language.EN) != gaps(said, Language.ZH)] == []
