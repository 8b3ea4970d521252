"""GET /v1/actions/{id}/telling: whom the closing of an action would tell. Counts and letters, never an address."""

from uuid import UUID

from pydantic import BaseModel, Field

from services.tracker.api.context import Context, Here
from services.tracker.api.entrance import At
from services.tracker.domain.action_states import ActionState
from services.tracker.domain.telling import NoticeEvent, Reason
from services.tracker.notifiers.letters import write_letter
from services.tracker.store.actions import answers_of, read_action
from services.tracker.store.identity_tables import Tenant
from services.tracker.store.tables import Action
from services.tracker.store.tenants import read_tenant
from services.tracker.use_cases.preview_telling import CUSTOMERS_COUNTED_MAX, preview_telling
from shared.access.credentials import Actor
from shared.contracts.vocabulary import Language
from shared.peers.addresses import PeerAwayError
from shared.web.doors import ActionWriter
from shared.web.problems import Problem
from shared.web.routing import Router

LETTER_ORDER = (Language.ZH, Language.EN)


class LetterOut(BaseModel):
    """What a customer of this language would read."""

    language: Language
    subject: str
    text: str
    has_answer: bool = Field(description="whether somebody wrote for this language what changed")


class TellingOut(BaseModel):
    """Whom the closing would tell now."""

    customers: int = Field(description="everybody with a case under the problem")
    counted: int = Field(description=f"of how many the counts below speak: the first {CUSTOMERS_COUNTED_MAX:,}")
    told: int
    languages: dict[Language, int] = Field(description="those who would be told, by the language of their letter")
    skipped: dict[Reason, int] = Field(description="those who would not, by the reason")
    mails_leave: bool = Field(description="otherwise the letters are written and kept, and none is sent")
    letters: list[LetterOut]


router = Router(prefix="/v1/actions", tags=["actions"])


@router.get("/{action_id}/telling")
async def get_telling(action_id: UUID, here: Here, at: At, actor: ActionWriter) -> TellingOut:
    """Counts whom the closing would tell, and why not the others; reading it tells nobody. 409 once it is closed."""
    action, tenant = await _open_action(here, actor, action_id)
    try:
        telling = await preview_telling(here.database, here.addresses, action)
    except PeerAwayError:
        raise Problem("unavailable", 503) from None
    return TellingOut(
        customers=telling.customers,
        counted=telling.counted,
        told=sum(telling.tally.told.values()),
        languages=dict(telling.tally.told),
        skipped=dict(telling.tally.skipped),
        mails_leave=here.mail.host is not None and not (tenant and tenant.is_demo),
        letters=_letters(action, (tenant and tenant.brand) or at.brand),
    )


async def _open_action(here: Context, actor: Actor, action_id: UUID) -> tuple[Action, Tenant | None]:
    async with here.database.transaction(actor.tenant_id) as tx:
        action = await read_action(tx, actor.tenant_id, action_id)
        tenant = await read_tenant(tx, actor.tenant_id)
    if action is None:
        raise Problem("not_found", 404)
    if action.state == ActionState.CLOSED:
        raise Problem("action_closed", 409)
    return action, tenant


def _letters(action: Action, brand: str) -> list[LetterOut]:
    return [_letter(language, brand, answers_of(action).get(language)) for language in LETTER_ORDER]


def _letter(language: Language, brand: str, answer: str | None) -> LetterOut:
    letter = write_letter(NoticeEvent.CLOSURE, language, brand=brand, answer=answer)
    return LetterOut(language=language, subject=letter.subject, text=letter.text, has_answer=answer is not None)
