"""Actions and their moves."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from services.tracker.domain.action_states import ActionState
from services.tracker.store.tables import Action, ActionMove
from shared.contracts.vocabulary import Language
from shared.database import Tx
from shared.ids import new_id
from shared.paging import Place, after

_ONE = "SELECT * FROM action WHERE tenant_id = $1 AND id = $2"
_LIST = """
SELECT * FROM action
WHERE tenant_id = $1 AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3::uuid))
ORDER BY created_at DESC, id DESC LIMIT $4
"""
_MOVES = "SELECT * FROM action_move WHERE tenant_id = $1 AND action_id = $2 ORDER BY moved_at, id"
_CHANGE = "UPDATE action SET title = $3, answers = $4, version = version + 1 WHERE tenant_id = $1 AND id = $2"
_SET_STATE = "UPDATE action SET state = $3, round = $4, version = version + 1 WHERE tenant_id = $1 AND id = $2"


@dataclass(frozen=True)
class ActionSeen:
    """An action with the steps taken, oldest first."""

    action: Action
    moves: list[ActionMove]


async def add_action(tx: Tx, tenant_id: UUID, problem_id: UUID, kind: str, parts: Mapping[str, object]) -> UUID:
    """A new action in draft; `parts` are its title, its answers to customers by language, and when if not now."""
    row = {
        "tenant_id": tenant_id,
        "id": new_id(),
        "problem_id": problem_id,
        "kind": kind,
        "title": parts["title"],
        "answers": json.dumps(parts["answers"], ensure_ascii=False),
        "state": ActionState.DRAFT,
        "round": 0,
    }
    await tx.insert(Action, [row | ({"created_at": parts["created_at"]} if parts["created_at"] else {})])
    return UUID(str(row["id"]))


async def read_action(tx: Tx, tenant_id: UUID, action_id: UUID) -> Action | None:
    """One action."""
    return await tx.row(Action, _ONE, tenant_id, action_id)


async def see_action(tx: Tx, tenant_id: UUID, action_id: UUID) -> ActionSeen | None:
    """One action with its history."""
    action = await read_action(tx, tenant_id, action_id)
    return ActionSeen(action, await tx.rows(ActionMove, _MOVES, tenant_id, action_id)) if action else None


async def hold_action(tx: Tx, tenant_id: UUID, action_id: UUID) -> Action | None:
    """One action, which nobody else can move until the transaction ends."""
    return await tx.row(Action, _ONE + " FOR UPDATE", tenant_id, action_id)


async def list_actions(tx: Tx, tenant_id: UUID, place: Place | None, limit: int) -> list[Action]:
    """Newest first."""
    return await tx.rows(Action, _LIST, tenant_id, *after(place), limit)


async def move(tx: Tx, action: Action, to: ActionState, state_round: int, by: Mapping[str, object]) -> UUID:
    """Takes a step and writes it down; `by` holds who took it, their note, and when if not now. Returns its id."""
    await tx.execute(_SET_STATE, action.tenant_id, action.id, to, state_round)
    move_id = new_id()
    row = {
        "tenant_id": action.tenant_id,
        "id": move_id,
        "action_id": action.id,
        "from_state": action.state,
        "to_state": to,
        "note": by["note"],
        "moved_by": by["actor"],
    }
    await tx.insert(ActionMove, [row | ({"moved_at": by["moved_at"]} if by["moved_at"] else {})])
    return move_id


async def change_texts(tx: Tx, action: Action, title: object, answers: object) -> None:
    """Writes another title and other answers to customers."""
    await tx.execute(_CHANGE, action.tenant_id, action.id, title, json.dumps(answers, ensure_ascii=False))


def answers_of(action: Action) -> dict[Language, str]:
    """What customers are told, by language. The driver hands JSON over as text."""
    answers = json.loads(action.answers) if isinstance(action.answers, str) else action.answers
    return {Language(language): text for language, text in answers.items()}
