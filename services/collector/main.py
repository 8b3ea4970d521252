"""Wires the collector together. Nothing is decided here."""

import asyncio
from collections.abc import Mapping
from functools import partial

from fastapi import FastAPI

from services.collector.api import (
    addresses,
    attachment_reading,
    attachments,
    channels,
    customer_changes,
    customers,
    duplicates,
    erasures,
    feedback,
    feedback_reading,
    figures,
    import_rejects,
    imports,
    mailboxes,
    merges,
    products,
    quarantine,
    receipt_page,
    receipts,
    replies,
    sources,
    widget,
)
from services.collector.api.context import Context
from services.collector.api.fast_lane import FastLane
from services.collector.api.feedback_schema import read_body
from services.collector.api.import_bodies import intake_or_faults
from services.collector.api.origins import ListedOrigins, PublicDoors
from services.collector.api.self_checks import look_at_keys, look_at_mailboxes
from services.collector.reactions import ACCESS, REACTIONS
from services.collector.settings import CollectorSettings
from services.collector.store.keyring import ForeignMasterKeyError, Keyring
from services.collector.store.opened import Opener
from services.collector.store.tables import CARRIERS, CollectorTable
from services.collector.use_cases.announce_file import FOLLOW_ATTACHMENT
from services.collector.use_cases.erase import DELETE_FILES
from services.collector.use_cases.follow_files import FileSweep, FollowFiles
from services.collector.use_cases.group_commit import GroupWriter, store_together
from services.collector.use_cases.import_files import FILE_BYTES_MAX, ImportFiles
from services.collector.use_cases.import_reader import EveryFile
from services.collector.use_cases.link_duplicates import LINK_DUPLICATES, link_duplicates, link_later
from services.collector.use_cases.look_into_import import LookIntoImport
from services.collector.use_cases.read_files import ExportFiles
from services.collector.use_cases.read_mailbox import READ_MAILBOX, ReadMailbox
from services.collector.use_cases.replay_erasures import ErasureLedger
from services.collector.use_cases.run_import import RUN_IMPORT, Importing, ImportRunner
from services.collector.use_cases.sweep_imports import ImportSweep
from services.collector.use_cases.take_file import TakeFile
from services.collector.use_cases.take_in_file import LOOK_INTO_IMPORT
from services.collector.use_cases.take_in_mail import TakeInMail
from shared.access.export import Exported
from shared.crypto import read_master_key
from shared.database import TRANSIENT, Database
from shared.files.pictures import Pictures
from shared.files.tenants import FilesByTenant
from shared.ground import Ground
from shared.logs import set_up_logs
from shared.messaging.jobs import Handler, Jobs
from shared.messaging.lanes import Lane
from shared.reply_tokens import read_reply_key
from shared.settings import read_settings
from shared.web.application import create_app
from shared.web.ground_doors import GROUND_ROUTERS
from shared.web.rates import Rates
from shared.web.server import serve

FILES_FOLDER = "files/collector/attachments"
ROUTERS = (
    *GROUND_ROUTERS,
    addresses.router,
    channels.router,
    attachment_reading.router,
    attachments.router,
    customers.router,
    customer_changes.router,
    duplicates.router,
    erasures.router,
    import_rejects.router,
    imports.router,  # Before the doors of one feedback, whose id `imports` would be.
    feedback.router,
    feedback_reading.router,
    figures.router,
    merges.router,
    products.router,
    receipt_page.router,
    quarantine.router,
    receipts.router,
    replies.router,
    widget.router,
    sources.router,
    mailboxes.router,
)


def build(settings: CollectorSettings) -> FastAPI:
    """The collector as an application; its lanes run as long as it is served."""
    ground = Ground("collector", settings)
    keyring = Keyring(read_master_key(settings.master_key_file))
    ledger = ErasureLedger(settings.data_dir, ground.database, ground.carrier, keyring)
    context = _context(ground, settings, keyring, ledger)
    routers = ground.doors([*ROUTERS])
    self_checks = {
        "keys": partial(look_at_keys, ground.database, ground.carrier, keyring),
        "mailboxes": partial(look_at_mailboxes, ground.database, ground.carrier),
    }
    exported = Exported(
        CollectorTable, Opener(keyring), CARRIERS, ExportFiles(ground.database, keyring, context.files_of)
    )
    state = ground.state(context, exported, self_checks) | {"rates": Rates()}

    async def is_ready() -> bool:
        """A restored database still holds who was erased since: until they are erased again, it serves nobody."""
        if not await ground.is_database_there():
            return False
        await ledger.replay()
        return True

    return create_app(
        "collector",
        routers,
        state=state,
        running=ground.running(
            [*_lanes(ground, context), _mailboxes(ground, settings, context)], closing=[context.writer.drain]
        ),
        is_ready=is_ready,
        described=feedback.DESCRIBED,
        around=[partial(PublicDoors, listed=ListedOrigins(ground.database))],
        larger_bodies={**attachments.LARGER_BODIES, imports.UPLOAD_PATH: FILE_BYTES_MAX},
        inside=[FastLane],
    )


def _context(ground: Ground, settings: CollectorSettings, keyring: Keyring, ledger: ErasureLedger) -> Context:
    files_of = FilesByTenant(settings.data_dir / FILES_FOLDER)
    return Context(
        database=ground.database,
        carrier=ground.carrier,
        keyring=keyring,
        ledger=ledger,
        kick_relay=ground.kick_relay,
        writer=GroupWriter(partial(store_together, database=ground.database, keyring=keyring)),
        kick_jobs=ground.kick_jobs,
        import_files=ImportFiles(settings.data_dir),
        file_reader=EveryFile(),
        files_of=files_of,
        take_file=TakeFile(ground.database, keyring, files_of, Pictures()),
        public_url=settings.public_url,
    )


def _lanes(ground: Ground, here: Context) -> list[Lane]:
    return [
        ground.relay(first=here.ledger.replay),
        ground.access(ACCESS),
        ground.consumer(REACTIONS),
        ground.jobs(_handlers(ground, here)),
        FileSweep(ground.settings.data_dir / FILES_FOLDER, ground.database, here.files_of),
        ImportSweep(ground.database, here.import_files),
    ]


def _handlers(ground: Ground, here: Context) -> Mapping[str, Handler]:
    """What is put down for later, and who does it."""
    follow = FollowFiles(ground.database, here.keyring, here.files_of)
    importing = Importing(
        database=here.database,
        keyring=here.keyring,
        files=here.import_files,
        reader=here.file_reader,
        check=intake_or_faults,
        link=link_duplicates,
        kick_relay=ground.kick_relay,
    )
    return {
        FOLLOW_ATTACHMENT: follow.follow,
        DELETE_FILES: follow.delete,
        LINK_DUPLICATES: partial(link_later, database=here.database, keyring=here.keyring),
        LOOK_INTO_IMPORT: LookIntoImport(here.database, here.keyring, here.import_files, here.file_reader),
        RUN_IMPORT: ImportRunner(importing),
    }


def _mailboxes(ground: Ground, settings: CollectorSettings, context: Context) -> Lane:
    """The readers of mailboxes, apart from the other jobs: a mail server that is slow keeps nothing else waiting."""
    key = read_reply_key(settings.reply_key_file) if settings.reply_key_file else None
    take_in = TakeInMail(ground.database, ground.carrier, context.keyring, context.masking, read_body, key)
    reader = ReadMailbox(ground.database, context.keyring, take_in, ground.kick_relay)
    return Jobs(ground.carrier, {READ_MAILBOX: reader}, context.kick_mailboxes, lease_s=settings.job_lease_s)


async def prove_master_key(settings: CollectorSettings) -> None:
    """Ends the process when the master key is not that of the database. One that is away is asked before new keys."""
    database = Database(settings.app_url)
    await database.open()
    try:
        async with database.transaction() as tx:
            await Keyring(read_master_key(settings.master_key_file)).prove(tx)
    except ForeignMasterKeyError as error:
        raise SystemExit(str(error)) from None
    except TRANSIENT:
        return
    finally:
        await database.close()


def main() -> None:
    """Runs the collector until it is told to stop."""
    settings = read_settings(CollectorSettings)
    set_up_logs("collector", settings.log_level)
    asyncio.run(prove_master_key(settings))
    serve(build(settings), settings)


if __name__ == "__main__":
    main()
