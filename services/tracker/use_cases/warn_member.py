"""Tells a member by mail that somebody else changed how they come in, or what they may: no admin does so unseen."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.tracker.domain.telling import MemberWarning
from services.tracker.notifiers.email import Ending, Mail, Mailer
from services.tracker.notifiers.letters import write_letter
from services.tracker.store.member_tables import Member
from services.tracker.store.members import read_member
from services.tracker.store.tenants import read_tenant
from shared.access import audit
from shared.access.audit import AuditLine
from shared.clock import Clock, now
from shared.contracts.vocabulary import Language
from shared.database import Database, Tx
from shared.ids import new_id
from shared.messaging import jobs
from shared.messaging.jobs import Claim, TryLaterError

WARN_MEMBER = "warn_member"
TRIED_H = 24
RETRY_PAUSE_S = 60.0


async def order_warning(tx: Tx, member: Member, warning: MemberWarning, moment: datetime) -> None:
    """Puts the mail down, in the transaction of what it tells of. Who has not joined yet has nothing to lose."""
    if member.joined_at is None:
        return
    until = moment + timedelta(hours=TRIED_H)
    args = {"member_id": str(member.id), "warning": warning, "until": until.isoformat()}
    await jobs.put(tx, member.tenant_id, WARN_MEMBER, dedupe_key=str(new_id()), args=args)


@dataclass(frozen=True)
class WarnMember:
    """The job's handler; without a mail server nothing is sent. Told twice is better than never, unlike a customer."""

    database: Database
    mailer: Mailer | None
    brand: str
    clock: Clock = now

    async def __call__(self, claim: Claim) -> None:
        """Sends, and writes down how that ended. Raises TryLaterError while the mail server is away."""
        async with self.database.transaction(claim.tenant_id) as tx:
            member = await read_member(tx, claim.tenant_id, UUID(claim.args["member_id"]))
            tenant = await read_tenant(tx, claim.tenant_id)
        # Nothing of a demonstration leaves.
        mailer = None if tenant is not None and tenant.is_demo else self.mailer
        ending = None if mailer is None or member is None else await self._send(claim, mailer, member)
        if ending is Ending.NOT_NOW and self.clock() < datetime.fromisoformat(claim.args["until"]):
            raise TryLaterError(RETRY_PAUSE_S)
        async with self.database.transaction(claim.tenant_id) as tx:
            if ending is not None and member is not None:
                detail = {"warning": claim.args["warning"], "ending": ending}
                line = AuditLine("member.warn", "member", member.id, detail, why=claim.kind)
                await audit.write(tx, "tracker", {claim.tenant_id: line})
            await jobs.finish(tx, claim)

    async def _send(self, claim: Claim, mailer: Mailer, member: Member) -> Ending | None:
        if member.email is None:
            return None
        warning = MemberWarning(claim.args["warning"])
        letter = write_letter(warning, Language(member.language), brand=self.brand)
        return await mailer.send(Mail(claim.id, member.email, letter, self.clock()))
