"""Moves an action along its table; closing it sees to it that the customers are told."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.tracker.domain.action_states import ActionState, check_move, round_after
from services.tracker.store.actions import ActionSeen, hold_action, move, see_action
from services.tracker.use_cases.tell_customers import order_telling
from services.tracker.use_cases.tell_progress import order_progress
from shared.access.audit import AuditLine, Done
from shared.access.credentials import Actor
from shared.database import Tx
from shared.versions import Expected


class UnknownActionError(Exception):
    """The named action does not exist."""


@dataclass(frozen=True)
class MoveAction:
    """The command: who moves which action where, and why."""

    actor: Actor
    action_id: UUID
    to: ActionState
    note: str | None
    expected: Expected
    occurred_at: datetime | None = None


async def move_action(tx: Tx, command: MoveAction) -> Done[ActionSeen]:
    """Takes one step. Raises UnknownActionError, StaleVersionError, IllegalMoveError."""
    action = await hold_action(tx, command.actor.tenant_id, command.action_id)
    if action is None:
        raise UnknownActionError
    command.expected.check(action.version)
    state = ActionState(action.state)
    check_move(state, command.to)
    by = {"actor": command.actor.label, "note": command.note, "moved_at": command.occurred_at}
    next_round = round_after(action.round, command.to)
    move_id = await move(tx, action, command.to, next_round, by)
    await order_progress(tx, action, state, command.to, move_id)
    if command.to is ActionState.CLOSED:
        await order_telling(tx, action)
    seen = await see_action(tx, command.actor.tenant_id, command.action_id)
    if seen is None:
        raise UnknownActionError
    before, after = {"state": state, "round": action.round}, {"state": command.to, "round": next_round}
    return Done(seen, AuditLine("action.move", "action", action.id, before=before, after=after, why=f"move {move_id}"))
