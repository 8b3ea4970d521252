"""Tokens in addresses: read in any case, genuine by the key alone, short enough for a local part."""

from uuid import UUID

import pytest

from shared.ids import new_id
from shared.reply_tokens import (
    TOKEN_LENGTH,
    TOKENS_READ_MAX,
    TokenKind,
    is_genuine,
    read_tokens,
    tenant_mark,
    write_token,
)

KEY = b"k" * 64
TENANT, SUBJECT = new_id(), new_id()


@pytest.mark.parametrize("kind", TokenKind)
def test_a_token_is_read_in_any_case_and_from_any_place(kind: TokenKind) -> None:
    token = write_token(KEY, kind, TENANT, SUBJECT)
    for text in (
        token,
        token.upper(),
        f"Answers <answers+{token}@example.com>, x",
        f"<{new_id()}.{token}@example.com>",
    ):
        [read] = read_tokens(text)
        assert (read.kind, read.subject_id, read.tenant_mark) == (kind, SUBJECT, tenant_mark(TENANT))
        assert is_genuine(KEY, read, TENANT)


def test_it_fits_into_a_local_part() -> None:
    assert len(write_token(KEY, TokenKind.REPLY, TENANT, SUBJECT)) == TOKEN_LENGTH
    assert len("reply+") + TOKEN_LENGTH <= 64


@pytest.mark.parametrize("at", range(1, TOKEN_LENGTH))
def test_no_letter_of_it_can_be_changed(at: int) -> None:
    token = write_token(KEY, TokenKind.REPLY, TENANT, SUBJECT)
    other = "a" if token[at] != "a" else "b"
    [read] = read_tokens(token[:at] + other + token[at + 1 :])
    assert not is_genuine(KEY, read, TENANT)


def test_another_key_tenant_or_kind_is_none() -> None:
    token = write_token(KEY, TokenKind.REPLY, TENANT, SUBJECT)
    [read] = read_tokens(token)
    assert not is_genuine(b"x" * 64, read, TENANT)
    assert not is_genuine(KEY, read, new_id())
    [turned] = read_tokens(TokenKind.BOUNCE + token[1:])
    assert not is_genuine(KEY, turned, TENANT)


def test_a_text_of_nothing_but_tokens_is_read_so_far() -> None:
    text = " ".join([write_token(KEY, TokenKind.REPLY, TENANT, UUID(int=1))] * 1_000)
    assert len(list(read_tokens(text))) == TOKENS_READ_MAX
    assert not list(read_tokens("r" * 1_000_000))
