"""Enters everybody behind a closed action into the ledger, and puts down one sending job for each."""

from uuid import UUID

from services.tracker.store.actions import read_action
from services.tracker.store.notices import plan
from services.tracker.store.problems import customers_behind, traces_behind
from services.tracker.store.tables import Action
from shared.access import audit
from shared.access.audit import AuditLine, count_of
from shared.database import Database, Tx
from shared.messaging import jobs
from shared.messaging.jobs import TRACES, TRACES_MAX, Claim
from shared.trace import traces

PLAN_NOTICES = "plan_notices"
SEND_NOTICE = "send_notice"


async def order_telling(tx: Tx, action: Action) -> None:
    """Puts the planning down, in the transaction that closes the action."""
    args = {"action_id": str(action.id), "round": action.round}
    await jobs.put(tx, action.tenant_id, PLAN_NOTICES, dedupe_key=f"{action.id}/{action.round}", args=args)


async def plan_notices(claim: Claim, database: Database) -> None:
    """The job: ledger rows and sending jobs commit together with the end of the planning."""
    async with database.transaction(claim.tenant_id) as tx:
        action = await read_action(tx, claim.tenant_id, UUID(claim.args["action_id"]))
        if action is not None:
            customers = await customers_behind(tx, claim.tenant_id, action.problem_id)
            added = await plan(tx, claim.tenant_id, action.id, int(claim.args["round"]), customers)
            behind = await traces_behind(tx, claim.tenant_id, action.problem_id, list(added.values()), TRACES_MAX)
            # The mail belongs to the posts that it answers, and to the closing that brought it about.
            args = {str(notice): {TRACES: [*behind.get(who, []), *traces()]} for notice, who in added.items()}
            await jobs.put_many(tx, claim.tenant_id, SEND_NOTICE, args)
            if added:
                line = AuditLine("notice.plan", "action", action.id, count_of(list(added)), why=claim.kind)
                await audit.write(tx, "tracker", {claim.tenant_id: line})
        await jobs.finish(tx, claim)
