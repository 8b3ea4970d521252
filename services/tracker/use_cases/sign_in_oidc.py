"""Signing in by an identity provider: recognised first by a verified e-mail, and by the subject ever after."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.tracker.domain.id_claims import Identity, OidcRefusal, OidcRefusedError
from services.tracker.domain.members import is_email, normal_email
from services.tracker.store import links, members
from services.tracker.store.member_tables import Member
from services.tracker.use_cases.keep_sessions import Opened, Way, open_session
from services.tracker.use_cases.sign_in import line_of
from services.tracker.use_cases.tell_access import tell_member
from shared.access.audit import AuditLine, Done
from shared.access.scopes import Role
from shared.contracts.text import NAME_LENGTH_MAX
from shared.contracts.vocabulary import Language
from shared.database import Tx
from shared.ids import new_id


@dataclass(frozen=True)
class SignInOidc:
    """The command. Without a role for strangers, only who was invited comes in."""

    tenant_id: UUID
    identity: Identity
    role_of_strangers: Role | None
    moment: datetime


async def refuse_oidc(tx: Tx, tenant_id: UUID, reason: OidcRefusal) -> Done[None]:
    """Nothing changes but the audit."""
    del tx
    return Done(None, AuditLine("sign_in.refuse", "tenant", tenant_id, {"reason": reason, "way": Way.OIDC}))


async def sign_in_oidc(tx: Tx, command: SignInOidc) -> Done[Opened]:
    """A session for whom the provider vouches. Raises OidcRefusedError, EmailTakenError."""
    known = await _known(tx, command) or await _stranger(tx, command)
    held = await members.hold_for_change(tx, command.tenant_id, known.id)
    if held is None or held.member.disabled_at is not None:
        raise OidcRefusedError(OidcRefusal.NOT_INVITED)
    member = await _joined(tx, held.member, command)
    opened = await open_session(tx, member, Way.OIDC, command.moment)
    return Done(opened, line_of(opened))


async def _known(tx: Tx, command: SignInOidc) -> Member | None:
    identity = command.identity
    known = await members.member_by_subject(tx, command.tenant_id, identity.issuer, identity.subject)
    if known is not None:
        return known
    if identity.email is None:
        raise OidcRefusedError(OidcRefusal.EMAIL_NOT_VERIFIED)
    invited = await members.member_by_email(tx, command.tenant_id, normal_email(identity.email))
    # An address may be given to another person; whoever was recognised by it once is known by the subject.
    if invited is not None and invited.oidc_subject is not None:
        raise OidcRefusedError(OidcRefusal.NOT_INVITED)
    return invited


async def _stranger(tx: Tx, command: SignInOidc) -> Member:
    email = normal_email(command.identity.email or "")
    if command.role_of_strangers is None or not is_email(email):
        raise OidcRefusedError(OidcRefusal.NOT_INVITED)
    member = Member(
        tenant_id=command.tenant_id,
        id=new_id(),
        email=email,
        name=(command.identity.name or email.partition("@")[0])[:NAME_LENGTH_MAX],
        roles=[command.role_of_strangers],
        language=Language.ZH,
        version=1,
        invited_at=command.moment,
    )
    await members.add_member(tx, member)
    return member


async def _joined(tx: Tx, member: Member, command: SignInOidc) -> Member:
    if member.oidc_subject is not None:
        return member
    identity, moment = command.identity, command.moment
    update: dict[str, Any] = {"oidc_issuer": identity.issuer, "oidc_subject": identity.subject}
    saved = await members.save_member(tx, member.model_copy(update=update | {"joined_at": member.joined_at or moment}))
    await links.drop_links(tx, saved.tenant_id, saved.id, moment)
    await tell_member(tx, saved, moment)
    return saved
