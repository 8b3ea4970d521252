"""Changes what an action is called and what customers will read of it, as long as they have not."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from services.tracker.domain.action_states import ActionState, check_change
from services.tracker.store.actions import ActionSeen, answers_of, change_texts, hold_action, see_action
from services.tracker.use_cases.move_action import UnknownActionError
from shared.access.audit import AuditLine, Done
from shared.database import Tx
from shared.versions import Expected


@dataclass(frozen=True)
class ChangeAction:
    """The command: what is to be different about which action, by the names of its parts."""

    tenant_id: UUID
    action_id: UUID
    wanted: Mapping[str, object]
    expected: Expected


async def change_action(tx: Tx, command: ChangeAction) -> Done[ActionSeen]:
    """Other texts. Raises UnknownActionError, StaleVersionError, ActionClosedError."""
    action = await hold_action(tx, command.tenant_id, command.action_id)
    if action is None:
        raise UnknownActionError
    command.expected.check(action.version)
    check_change(ActionState(action.state))
    texts = {"title": action.title, "answers": answers_of(action)}
    changed = [name for name, text in command.wanted.items() if text != texts[name]]
    if changed:
        await change_texts(tx, action, **(texts | dict(command.wanted)))
    seen = await see_action(tx, command.tenant_id, command.action_id)
    if seen is None:
        raise UnknownActionError
    return Done(seen, AuditLine("action.change", "action", action.id, {"changed": changed}) if changed else None)
