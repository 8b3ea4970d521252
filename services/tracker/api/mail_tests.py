"""POST /v1/mail-tests: a mail to oneself, by the very way that customers' mails take, that fails loudly."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from pydantic import BaseModel

from services.tracker.api.context import Context, Here
from services.tracker.domain.telling import OwnMail
from services.tracker.notifiers.email import Mail
from services.tracker.notifiers.letters import write_letter
from services.tracker.notifiers.mail_trial import MailFault, Trial
from services.tracker.store.member_tables import Member
from services.tracker.store.members import read_member
from services.tracker.store.tenants import read_tenant
from services.tracker.use_cases.note_mail_test import note_mail_test
from shared.access.audit import perform
from shared.access.credentials import Actor
from shared.access.scopes import Scope
from shared.clock import now
from shared.contracts.vocabulary import Language
from shared.ids import new_id
from shared.web.doors import Person, requires
from shared.web.problems import Problem
from shared.web.rates import Rates, admit
from shared.web.routing import Router

TESTS_PER_MINUTE = 6
_rates = Rates()
Manager = Annotated[Actor, Depends(requires(Scope.TENANT_MANAGE))]


class MailTestOut(BaseModel):
    """How it came out. `fault` says what is to be mended; without one, the mail server took the mail.

    `code` and `answer` are the server's own words.
    """

    id: UUID
    to: str
    is_sent: bool
    fault: MailFault | None
    code: int | None
    answer: str


router = Router(prefix="/v1/mail-tests", tags=["tenants"])


@router.post("", status_code=201)
async def post_mail_test(request: Request, here: Here, actor: Manager, _: Person) -> MailTestOut:
    """Sends a test mail to the caller's own address and says how that went, step by step; six times a minute."""
    admit(request, _rates.take(actor.tenant_id, TESTS_PER_MINUTE))
    member, brand = await _oneself(here, actor)
    test_id = new_id()
    trial = await _tried(here, member, brand, test_id)
    await perform(here.database, actor, partial(note_mail_test, test_id=test_id, fault=trial.fault, code=trial.code))
    return MailTestOut(
        id=test_id,
        to=member.email or "",
        is_sent=trial.fault is None,
        fault=trial.fault,
        code=trial.code,
        answer=trial.answer,
    )


async def _oneself(here: Context, actor: Actor) -> tuple[Member, str | None]:
    """Whom to write to, and in whose name; a demonstration has none, for nothing of it leaves."""
    async with here.database.transaction(actor.tenant_id) as tx:
        member = await read_member(tx, actor.tenant_id, actor.member_id) if actor.member_id else None
        tenant = await read_tenant(tx, actor.tenant_id)
    if member is None or member.email is None:
        raise Problem("not_found", 404)
    if tenant is not None and tenant.is_demo:
        return member, None
    return member, (tenant.brand if tenant else None) or here.mail.brand


async def _tried(here: Context, member: Member, brand: str | None, test_id: UUID) -> Trial:
    if here.mail.mailer is None or brand is None:
        return Trial(MailFault.NO_SERVER)
    letter = write_letter(OwnMail.TEST, Language(member.language), brand=brand)
    return await here.mail.mailer.trial(Mail(test_id, member.email or "", letter, now()))
