"""The one-shot job before the services of a cluster: `python -m deploy.migrate_job`, with the owners' URLs.

It does what `run.py migrate` does, with the packages of a service alone, and makes no key: the two that it writes the
hashes of must lie in `HUIYIN_DATA_DIR`.
"""

import os
import sys
from pathlib import Path

from deploy.embedded.data_dir import DataDir
from deploy.migrate import migrate_all
from shared.logs import set_up_logs


def main() -> None:
    """Migrates the three databases; an error is one sentence and exit status 1."""
    set_up_logs("migrate")
    folder = os.environ.get("HUIYIN_DATA_DIR")
    if not folder:
        sys.exit("Could not migrate: set HUIYIN_DATA_DIR")
    try:
        migrate_all(os.environ, DataDir(Path(folder)))
    except (RuntimeError, ValueError, OSError) as error:
        sys.exit(f"Could not migrate: {error}")


if __name__ == "__main__":
    main()
