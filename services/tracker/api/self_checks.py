"""What the tracker can say of itself."""

from services.tracker.notifiers.email import SmtpMailer
from shared.web.self_checks import Health, Looked


async def look_at_mail(mailer: SmtpMailer | None) -> Looked:
    """Whether the mail server lets us in; nothing is sent."""
    if mailer is None:
        return Looked(Health.UNSET)
    fault = await mailer.fault_of_login()
    return Looked(Health.FINE) if fault is None else Looked(Health.BROKEN, fault)
