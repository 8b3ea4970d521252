"""Decides that two customers are one person, or that they are not, and takes it back."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.collector.domain.merging import CHAIN_MAX, MergeRefusedError, MergeState
from services.collector.store import merges
from services.collector.store.groups import groups_of
from services.collector.store.merge_tables import CustomerMerge
from shared.access.audit import AuditLine, Done
from shared.access.credentials import Actor
from shared.database import Tx


@dataclass(frozen=True)
class Pair:
    """Two customers; of a merge, the first is the one that is kept."""

    kept_id: UUID
    merged_id: UUID


@dataclass(frozen=True)
class Decide:
    """The command: who decides what of whom, and when."""

    actor: Actor
    pair: Pair
    moment: datetime


async def merge_customers(tx: Tx, command: Decide) -> Done[CustomerMerge]:
    """From now on the two count as one. Nothing of either is rewritten. Raises MergeRefusedError."""
    actor, pair = command.actor, command.pair
    held = await merges.hold_customers(tx, actor.tenant_id, [pair.kept_id, pair.merged_id])
    groups = await groups_of(tx, actor.tenant_id, [pair.kept_id, pair.merged_id])
    _check(pair, held, groups)
    roots = Pair(groups[pair.kept_id][0], groups[pair.merged_id][0])
    at_top = await merges.hold_customers(tx, actor.tenant_id, [roots.kept_id, roots.merged_id])
    if any(one.merged_into is not None for one in at_top.values()):
        raise MergeRefusedError("in_flight")  # Somebody else has merged them further meanwhile.
    await merges.point(tx, actor.tenant_id, roots.merged_id, roots.kept_id)
    done = await _decided(tx, command, roots, MergeState.MERGED)
    return Done(done, AuditLine("customer.merge", "customer", roots.kept_id, {"merged": str(roots.merged_id)}))


async def decline_merge(tx: Tx, command: Decide) -> Done[CustomerMerge]:
    """The two are not one person, and nobody is asked again. Raises MergeRefusedError."""
    actor, pair = command.actor, command.pair
    held = await merges.hold_customers(tx, actor.tenant_id, [pair.kept_id, pair.merged_id])
    _check(pair, held, await groups_of(tx, actor.tenant_id, [pair.kept_id, pair.merged_id]))
    done = await _decided(tx, command, pair, MergeState.DECLINED)
    return Done(done, AuditLine("customer.keep_apart", "customer", pair.kept_id, {"other": str(pair.merged_id)}))


async def undo_merge(tx: Tx, actor: Actor, merge_id: UUID, moment: datetime) -> Done[CustomerMerge | None]:
    """Two persons again, each with what was theirs. None when there is no such decision. Raises MergeRefusedError."""
    merge = await merges.hold_decision(tx, actor.tenant_id, merge_id)
    if merge is None:
        return Done(None, None)
    if merge.state != MergeState.MERGED:
        raise MergeRefusedError("not_merged")
    await merges.hold_customers(tx, actor.tenant_id, [merge.kept_id, merge.merged_id])
    await merges.point(tx, actor.tenant_id, merge.merged_id, None)
    undone = await merges.undo_decision(tx, merge, actor.label, moment)
    return Done(undone, AuditLine("customer.unmerge", "customer", merge.kept_id, {"merged": str(merge.merged_id)}))


def _check(pair: Pair, held: dict[UUID, merges.Held], groups: dict[UUID, list[UUID]]) -> None:
    if len(held) < len({pair.kept_id, pair.merged_id}) or any(one.is_erased for one in held.values()):
        raise MergeRefusedError("unknown_customer")
    if groups[pair.kept_id][0] == groups[pair.merged_id][0]:
        raise MergeRefusedError("same_customer")
    if len(groups[pair.kept_id]) + len(groups[pair.merged_id]) > CHAIN_MAX:
        raise MergeRefusedError("too_many_merged")


async def _decided(tx: Tx, command: Decide, pair: Pair, state: MergeState) -> CustomerMerge:
    decided = (state, command.actor.label, command.moment)
    return await merges.add_decision(tx, command.actor.tenant_id, (pair.kept_id, pair.merged_id), decided)
