"""The one table of what each role may."""

import pytest

from shared.access.scopes import ROLES, SCOPES_OF_SECRET_KEYS, Role, Scope, scopes_of

BELONG_TO_ONE_KIND_OF_KEY = {Scope.OPERATOR, Scope.FEEDBACK_SEND, Scope.ADDRESSES_READ}


@pytest.mark.parametrize("role", Role)
def test_every_role_may_look_and_none_is_the_operator(role: Role) -> None:
    assert ROLES[role] >= ROLES[Role.VIEWER]
    assert not ROLES[role] & BELONG_TO_ONE_KIND_OF_KEY


def test_roles_add_up() -> None:
    assert scopes_of([]) == frozenset()
    assert scopes_of([Role.ADMIN, Role.DPO]) == ROLES[Role.ADMIN] | ROLES[Role.DPO]


def test_whoever_manages_people_and_keys_reads_no_personal_data_by_that() -> None:
    assert Scope.PII_READ not in ROLES[Role.ADMIN]
    assert {role for role in Role if Scope.PEOPLE_ERASE in ROLES[role]} == {Role.DPO}


def test_every_scope_is_held_by_somebody() -> None:
    assert set(Scope) == scopes_of(Role) | SCOPES_OF_SECRET_KEYS | BELONG_TO_ONE_KIND_OF_KEY


def test_a_servers_key_can_make_neither_keys_nor_members() -> None:
    forbidden = BELONG_TO_ONE_KIND_OF_KEY | {Scope.KEYS_MANAGE, Scope.MEMBERS_MANAGE}
    assert not SCOPES_OF_SECRET_KEYS & forbidden
