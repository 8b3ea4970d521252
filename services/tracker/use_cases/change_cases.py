"""Changes cases: state, who has them, until when they rest, tags, and what their verdict should have been."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.tracker.domain.case_changes import CaseEventKind, corrects, new_values
from services.tracker.domain.case_states import IllegalCaseMoveError
from services.tracker.store.case_events import By, add_events
from services.tracker.store.cases import change_case_row, hold_cases
from services.tracker.store.members import read_member
from services.tracker.store.tables import CustomerCase
from services.tracker.use_cases.tell_progress import tell_progress
from shared.access.audit import AuditLine, Done, count_of
from shared.access.credentials import Actor
from shared.contracts.events import VerdictCorrected
from shared.contracts.vocabulary import Language, Urgency
from shared.database import Tx
from shared.ids import new_id
from shared.messaging import outbox
from shared.versions import Expected

Change = dict[str, tuple[object, object]]


class UnknownCaseError(Exception):
    """The named case does not exist."""


class UnknownAssigneeError(Exception):
    """Nobody of this id could work on a case."""


@dataclass(frozen=True)
class CasesWanted:
    """The command: who wants what to be different, and when. What `wanted` does not name stays."""

    actor: Actor
    wanted: Mapping[str, object]
    moment: datetime


@dataclass(frozen=True)
class OneChanged:
    """What became of one of many: the case as it stands, or why it was left as it was; neither when there is none."""

    case_id: UUID
    case: CustomerCase | None = None
    refusal: IllegalCaseMoveError | None = None


async def change_case(tx: Tx, case_id: UUID, command: CasesWanted, expected: Expected) -> Done[CustomerCase]:
    """Changes one case. Raises UnknownCaseError, StaleVersionError, UnknownAssigneeError, IllegalCaseMoveError."""
    await _check_assignee(tx, command)
    case = (await hold_cases(tx, command.actor.tenant_id, [case_id])).get(case_id)
    if case is None:
        raise UnknownCaseError
    expected.check(case.version)
    change = await _change(tx, case, command)
    await _write_down(tx, command, [(case, change)])
    before, after = ({name: _noted(pair[side]) for name, pair in change.items()} for side in (0, 1))
    return Done(case, AuditLine("case.change", "case", case_id, before=before, after=after))


async def change_cases(tx: Tx, case_ids: Sequence[UUID], command: CasesWanted) -> Done[list[OneChanged]]:
    """Changes many, each by itself: one that cannot be changed keeps no other from it. Raises UnknownAssigneeError."""
    await _check_assignee(tx, command)
    held = await hold_cases(tx, command.actor.tenant_id, case_ids)
    tried = [await _try(tx, case_id, held.get(case_id), command) for case_id in dict.fromkeys(case_ids)]
    done = [one for one, _ in tried]
    await _write_down(tx, command, [(one.case, change) for one, change in tried if one.case is not None])
    return Done(done, _line_of_many(command, done))


async def _check_assignee(tx: Tx, command: CasesWanted) -> None:
    assignee_id = command.wanted.get("assignee_id")
    if assignee_id is None:
        return
    member = await read_member(tx, command.actor.tenant_id, UUID(str(assignee_id)))
    if member is None or member.disabled_at is not None or member.forgotten_at is not None:
        raise UnknownAssigneeError


async def _try(tx: Tx, case_id: UUID, case: CustomerCase | None, command: CasesWanted) -> tuple[OneChanged, Change]:
    if case is None:
        return OneChanged(case_id), {}
    try:
        change = await _change(tx, case, command)
    except IllegalCaseMoveError as error:
        return OneChanged(case_id, refusal=error), {}
    return OneChanged(case_id, case), change


async def _change(tx: Tx, case: CustomerCase, command: CasesWanted) -> Change:
    """Writes what is different; what each column was before, and is now."""
    before = case.model_dump()
    after = new_values(before, command.wanted, command.moment)
    if after:
        await change_case_row(tx, case, after)
    return {name: (before[name], value) for name, value in after.items()}


async def _write_down(tx: Tx, command: CasesWanted, changes: Sequence[tuple[CustomerCase, Change]]) -> None:
    """Into the histories, and, where a verdict was corrected or found right, to the classifier."""
    details = {case.id: dict(change) for case, change in changes if change}
    await add_events(tx, By.actor(command.actor), CaseEventKind.CHANGED, details)
    await tell_progress(tx, command.actor.tenant_id, [case.id for case, change in changes if "state" in change])
    if corrects(command.wanted):
        facts = [
            outbox.seal(
                case.tenant_id,
                _correction(case, command),
                at=command.moment,
                trace_id=case.trace_id or new_id().hex,
            )
            for case, _ in changes
        ]
        await outbox.put(tx, facts)


def _correction(case: CustomerCase, command: CasesWanted) -> VerdictCorrected:
    return VerdictCorrected(
        feedback_id=case.feedback_id,
        customer_id=case.customer_id,
        text=case.text,
        language=Language(case.language),
        category=case.category,
        urgency=Urgency(case.urgency),
        corrected_by=command.actor.member_id,
        corrected_at=command.moment,
    )


def _line_of_many(command: CasesWanted, done: Sequence[OneChanged]) -> AuditLine | None:
    changed = [one.case_id for one in done if one.case is not None]
    if not changed:
        return None
    detail = {**count_of(changed), "refused": len(done) - len(changed)}
    after = {name: _noted(value) for name, value in command.wanted.items()}
    return AuditLine("case.change_many", "case", detail=detail, after=after)


def _noted(value: object) -> object:
    """As the audit may keep it: of tags, which are words, how many there are."""
    if isinstance(value, list | tuple):
        return len(value)
    return value if value is None or isinstance(value, bool) else str(value)
