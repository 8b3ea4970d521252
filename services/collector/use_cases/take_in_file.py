"""Takes a file in for import, and changes how it is to be read."""

from collections.abc import AsyncIterable
from dataclasses import dataclass, replace
from uuid import UUID

from services.collector.domain.import_states import ImportState
from services.collector.store import imports
from services.collector.store.import_tables import ImportRun
from services.collector.store.keyring import Keyring
from services.collector.use_cases.import_files import FILE_BYTES_MAX, ImportFiles
from services.collector.use_cases.import_plan import ImportOptions, ImportPlan, plan_of
from shared.access.audit import AuditLine, Done
from shared.access.credentials import Actor
from shared.crypto import new_key
from shared.database import Tx
from shared.files.kept import KeptFile
from shared.ids import new_id
from shared.messaging import jobs

LOOK_INTO_IMPORT = "look_into_import"


@dataclass(frozen=True)
class Upload:
    """A file on disk that no import has yet; its key is known to nobody else."""

    import_id: UUID
    key: bytes
    file: KeptFile


async def keep_upload(files: ImportFiles, tenant_id: UUID, pieces: AsyncIterable[bytes]) -> Upload:
    """Seals what is sent as it comes. Raises FileTooLargeError, NoRoomError, FilesAwayError."""
    import_id, key = new_id(), new_key()
    return Upload(import_id, key, await files.write((tenant_id, import_id), key, pieces, FILE_BYTES_MAX))


async def take_in_file(tx: Tx, keyring: Keyring, actor: Actor, upload: Upload, plan: ImportPlan) -> Done[ImportRun]:
    """Makes an import of an uploaded file, and has it looked into."""
    keys = await keyring.keys_of(tx, actor.tenant_id)
    run = ImportRun(
        tenant_id=actor.tenant_id,
        id=upload.import_id,
        state=ImportState.UPLOADED,
        begun_by=actor.label,
        is_vouched=actor.vouches,
        wrapped_key=imports.wrap_import_key(keys, upload.key, upload.import_id),
        file_id=upload.file.id,
        size_bytes=upload.file.size_bytes,
    )
    run.sealed_plan = imports.sealed_plan(upload.key, run, plan.document())
    given = ("tenant_id", "id", "state", "begun_by", "is_vouched", "wrapped_key", "sealed_plan", "file_id")
    await imports.add_import(tx, {name: getattr(run, name) for name in (*given, "size_bytes")})
    await _order_look(tx, run)
    kept = await imports.read_import(tx, run.tenant_id, run.id)
    line = AuditLine("import.upload", "import", run.id, detail={"bytes": run.size_bytes})
    return Done(kept or run, line)


async def change_options(tx: Tx, keyring: Keyring, run: ImportRun, options: ImportOptions) -> None:
    """Reads the file in another way from now on."""
    keys = await keyring.keys_of(tx, run.tenant_id)
    plan = replace(plan_of(imports.opened_plan(keys, run)), options=options, found=None, fault_about={})
    await imports.set_plan(tx, keys, run, plan.document())
    await imports.move(tx, run, ImportState.UPLOADED)
    await _order_look(tx, run)


async def _order_look(tx: Tx, run: ImportRun) -> None:
    args = {"import_id": str(run.id)}
    await jobs.put(tx, run.tenant_id, LOOK_INTO_IMPORT, dedupe_key=f"{run.id}:{new_id()}", args=args)
