"""Makes the folder of secrets that `deploy/compose.yaml` mounts one by one: `python -m deploy.secrets_folder FOLDER`.

It is laid out as the keys of one box are, so that the keys of a box can be moved here. What is there is never changed.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from deploy.certificates import Pair, ensure_authority, ensure_server
from deploy.embedded.data_dir import DataDir
from deploy.embedded.keys import ensure_keys, keep, read_key, role_password, superuser_password
from deploy.postgres.roles import SERVICES, role_name

NATS_USER = "huiyin"
# The names by which compose's own network knows the engines.
POSTGRES_HOST = "postgres"
NATS_HOST = "nats"
NATS_PORT = 4222
FOLDERS = ("keys", "pgpass", "tls")


def make_secrets(folder: Path, *, engine_hosts: Sequence[str], public_hosts: Sequence[str]) -> None:
    """Makes what is missing. `engine_hosts` are further names of the engines; `public_hosts`, those of the doors."""
    for part in FOLDERS:
        (folder / part).mkdir(parents=True, exist_ok=True, mode=0o700)
    data = DataDir(folder)
    ensure_keys(data)
    _keep_passwords(data)
    _keep_nats(data)
    authority = Pair(folder / "tls", "ca")
    ensure_authority(authority)
    ensure_server(Pair(folder / "tls", "postgres"), authority, [POSTGRES_HOST, *engine_hosts])
    ensure_server(Pair(folder / "tls", "nats"), authority, [NATS_HOST, *engine_hosts])
    if public_hosts:
        ensure_server(Pair(folder / "tls", "proxy"), authority, public_hosts)


def _keep_passwords(data: DataDir) -> None:
    """In the form that PostgreSQL's own programs read, too; each service gets the file with its own two alone."""
    owners = [role_name(service, "owner") for service in SERVICES]
    by_file = {"owners": owners} | {
        service: [role_name(service, part) for part in ("app", "carrier")] for service in SERVICES
    }
    for name, roles in by_file.items():
        lines = [f"*:*:*:{role}:{role_password(data, role)}" for role in roles]
        keep(data.root / "pgpass" / f"{name}.pgpass", "\n".join(lines))
    keep(data.keys / "postgres.superuser", superuser_password(data))


def _keep_nats(data: DataDir) -> None:
    password = read_key(data.keys / "nats.password")
    keep(data.keys / "nats.url", f"tls://{NATS_USER}:{password}@{NATS_HOST}:{NATS_PORT}")
    keep(data.keys / "nats.users.conf", f'user: "{NATS_USER}"\npassword: "{password}"')


def main() -> None:
    """The command; an error is one sentence and exit status 1."""
    parser = argparse.ArgumentParser(prog="python -m deploy.secrets_folder", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--engine-host", action="append", default=[], help="a further name of PostgreSQL and NATS")
    parser.add_argument("--public-host", action="append", default=[], help="a name of the proxy, for a trial")
    given = parser.parse_args()
    try:
        make_secrets(given.folder.resolve(), engine_hosts=given.engine_host, public_hosts=given.public_host)
    except (OSError, ValueError) as error:
        sys.exit(f"Could not make the secrets: {error}")


if __name__ == "__main__":
    main()
