"""The secrets of one instance, made once by the launcher and kept under `DATA/keys` (0600)."""

import base64
import hmac
import json
import os
import secrets
from pathlib import Path
from uuid import UUID

from deploy.embedded.data_dir import DataDir
from shared.access.keys import new_key
from shared.ids import new_id

MASTER_KEY_BYTES = 32


def ensure_keys(data: DataDir) -> None:
    """Makes every secret that is missing; never changes one that is there.

    RuntimeError when one is missing that the databases need: a new one in its place would only hide that.
    """
    _refuse_lost_keys(data)
    keep(data.keys / "master.key", base64.b64encode(secrets.token_bytes(MASTER_KEY_BYTES)).decode())
    keep(data.operator_key, new_key(new_id()))
    keep(data.keys / "tracker.peer.key", new_key(new_id()))
    keep(data.keys / "cursor.key", secrets.token_hex(32))
    keep(data.keys / "reply.key", secrets.token_hex(32))
    keep(data.keys / "nats.password", secrets.token_hex(24))
    keep(data.keys / "postgres.json", json.dumps({"superuser": secrets.token_hex(24), "roles": secrets.token_hex(24)}))
    keep(data.keys / "instance.id", str(new_id()))


def _refuse_lost_keys(data: DataDir) -> None:
    """Whether this is the first start is told by what a first start leaves behind last."""
    needed = [data.keys / name for name in ("master.key", "postgres.json", "instance.id")]
    lost = [path for path in needed if not path.exists()]
    has_databases = (data.root / "engines" / "postgres" / "PG_VERSION").exists()
    if lost and (has_databases or needed[-1].exists()):
        raise RuntimeError(
            f"{', '.join(str(path) for path in lost)} is missing, and this folder is not new. Put your copy back:"
            " the databases cannot be read without. To begin anew, name another folder with --data-dir"
        )


def keep(path: Path, secret: str) -> None:
    """Writes the secret unless the file is there. It appears whole or not at all, and is 0600 from its first byte."""
    if path.exists():
        return
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(secret + "\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def read_key(path: Path) -> str:
    """The secret in a file."""
    return path.read_text().strip()


def superuser_password(data: DataDir) -> str:
    """The password of the embedded server's superuser, used by the launcher alone."""
    password: str = json.loads(read_key(data.keys / "postgres.json"))["superuser"]
    return password


def role_password(data: DataDir, role: str) -> str:
    """The password of a login role; each role has its own, derived from one secret of this instance."""
    seed: str = json.loads(read_key(data.keys / "postgres.json"))["roles"]
    return hmac.digest(seed.encode(), role.encode(), "sha256").hex()


def instance_id(data: DataDir) -> UUID:
    """What tells this instance from one that stood in the same folder before."""
    return UUID(read_key(data.keys / "instance.id"))
