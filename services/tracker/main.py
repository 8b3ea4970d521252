"""Wires the tracker together. Nothing is decided here."""

from functools import partial

from fastapi import FastAPI
from pydantic import SecretStr

from services.tracker.api import (
    actions,
    case_work,
    cases,
    keys,
    mail_tests,
    members,
    notices,
    oidc,
    problems,
    review_queue,
    sessions,
    sign_in,
    telling,
    tenants,
    welcome,
)
from services.tracker.api.console import CONSOLE_ROUTERS, imports
from services.tracker.api.context import Context, MailWay
from services.tracker.api.entrance import Entrance, key_of
from services.tracker.api.self_checks import look_at_mail
from services.tracker.console.charts.drawing import Drawing
from services.tracker.identity.hashing import PasswordHashes
from services.tracker.identity.provider import Provider, ProviderSettings
from services.tracker.identity.web import ProviderWeb
from services.tracker.notifiers.email import SmtpMailer
from services.tracker.reactions import REACTIONS
from services.tracker.settings import TrackerSettings
from services.tracker.store.tables import TrackerTable
from services.tracker.use_cases.send_notice import SendNotice
from services.tracker.use_cases.tell_customers import PLAN_NOTICES, SEND_NOTICE, plan_notices
from services.tracker.use_cases.tell_progress import TELL_PROGRESS, tell_progress_of_problem
from services.tracker.use_cases.warn_member import WARN_MEMBER, WarnMember
from shared.access.export import Exported
from shared.ground import Ground
from shared.logs import set_up_logs
from shared.messaging.jobs import Handler
from shared.messaging.lanes import Lane
from shared.peers.addresses import Addresses
from shared.peers.reading import Peer
from shared.settings import read_settings
from shared.web.application import create_app
from shared.web.ground_doors import GROUND_ROUTERS
from shared.web.server import serve

ROUTERS = (
    *GROUND_ROUTERS, *CONSOLE_ROUTERS,
    actions.router, case_work.router, cases.router, keys.router, mail_tests.router, members.router, notices.router,
    oidc.router, problems.router, review_queue.router, sessions.router, sign_in.router, telling.router, tenants.router,
    welcome.router,
)  # fmt: skip


def build(settings: TrackerSettings) -> FastAPI:
    """The tracker as an application; its lanes run as long as it is served."""
    ground = Ground("tracker", settings)
    addresses = Addresses(settings.collector_url, SecretStr(settings.peer_key_file.read_text().strip()))
    mail = _mail_way(settings)
    context = Context(
        database=ground.database,
        carrier=ground.carrier,
        kick_jobs=ground.kick_jobs,
        collector=Peer(settings.collector_url),
        classifier=Peer(settings.classifier_url),
        drawing=Drawing(),
        kick_relay=ground.kick_relay,
        mail=mail,
        heads=ground.heads,
        addresses=addresses,
    )
    send_notice = SendNotice(database=ground.database, addresses=addresses, mailer=mail.mailer, brand=settings.brand)
    handlers: dict[str, Handler] = {
        PLAN_NOTICES: partial(plan_notices, database=ground.database),
        SEND_NOTICE: send_notice,
        TELL_PROGRESS: partial(tell_progress_of_problem, database=ground.database),
        WARN_MEMBER: WarnMember(ground.database, mail.mailer, settings.brand),
    }
    lanes: list[Lane] = [ground.relay(), ground.consumer(REACTIONS), ground.jobs(handlers)]
    routers = ground.doors([*ROUTERS])
    entrance = _entrance(ground, settings)
    self_checks = {"mail": partial(look_at_mail, mail.mailer)}
    state = ground.state(context, Exported(TrackerTable), self_checks) | {"entrance": entrance}
    closing = [
        addresses.close,
        context.collector.close,
        context.classifier.close,
        context.drawing.close,
        entrance.hashes.close,
    ]
    closing += [entrance.provider.close] if entrance.provider else []
    running = ground.running(lanes, closing=closing)
    parts = {"state": state, "running": running, "larger_bodies": {imports.PAGE: imports.FORM_BYTES_MAX}}
    return create_app("tracker", routers, is_ready=ground.is_database_there, **parts)  # type: ignore[arg-type]  # by name


def _mail_way(settings: TrackerSettings) -> MailWay:
    return MailWay(
        mailer=SmtpMailer(settings) if settings.smtp_host else None,
        brand=settings.brand,
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        username=settings.smtp_username,
        sender=settings.mail_from,
    )


def _entrance(ground: Ground, settings: TrackerSettings) -> Entrance:
    secret = settings.cursor_key_file.read_text().strip()
    return Entrance(
        database=ground.database,
        credentials=ground.credentials,
        hashes=PasswordHashes(),
        kick_relay=ground.kick_relay,
        counting_key=key_of(secret, "tries to sign in"),
        brand=settings.brand,
        public_url=settings.public_url,
        provider=_provider(settings),
        flow_key=key_of(secret, "sign-ins that browsers have begun"),
        role_of_strangers=settings.oidc_default_role,
    )


def _provider(settings: TrackerSettings) -> Provider | None:
    if settings.oidc_issuer is None or settings.oidc_client_id is None or settings.public_url is None:
        return None
    known_as = ProviderSettings(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret.get_secret_value() if settings.oidc_client_secret else None,
        scopes=settings.oidc_scopes,
        redirect_uri=f"{settings.public_url.rstrip('/')}{oidc.PATH}/callback",
    )
    return Provider(known_as, ProviderWeb())


def main() -> None:
    """Runs the tracker until it is told to stop."""
    settings = read_settings(TrackerSettings)
    set_up_logs("tracker", settings.log_level)
    serve(build(settings), settings)


if __name__ == "__main__":
    main()
