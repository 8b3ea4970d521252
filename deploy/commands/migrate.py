"""`run.py migrate`: brings external databases to the newest form. Embedded ones are migrated at every start."""

import os

from deploy.commands.ground import DataDirOption, JsonOption, answer, data_dir_at, fail
from deploy.embedded.engines import has_external_postgres
from deploy.embedded.keys import ensure_keys
from deploy.migrate import migrate_all


def migrate(data_dir: DataDirOption, *, json: JsonOption = False) -> None:
    """Migrates the databases named by HUIYIN_<SERVICE>_{OWNER,APP,CARRIER}_URL."""
    data = data_dir_at(data_dir, as_json=json)
    try:
        is_external = has_external_postgres(os.environ)
    except ValueError as error:
        fail(str(error), as_json=json)
    if not is_external:
        fail("No external databases are given; embedded ones are migrated by `run.py` itself.", as_json=json)
    try:
        ensure_keys(data)
        migrate_all(os.environ, data)
    except (RuntimeError, ValueError, OSError) as error:
        fail(f"Could not migrate: {error}", as_json=json)
    answer({"ok": True}, as_json=json, text="All three databases have the newest form.")
