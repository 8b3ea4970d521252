"""How commands reach the databases of a running instance: by what is set outside, else as the launcher does."""

import os
from collections.abc import Mapping

from deploy.embedded.data_dir import DataDir
from deploy.embedded.engines import has_external_postgres
from deploy.embedded.instance import Description
from deploy.embedded.keys import role_password
from deploy.embedded.ports import LOOPBACK
from deploy.postgres.roles import database_name, role_name

CONNECT_TIMEOUT_S = 5


class NoUrlError(Exception):
    """A database is not ours and its URL is not set; the message names the variable."""


def url_of(
    data: DataDir, description: Description, service: str, part: str, environment: Mapping[str, str] = os.environ
) -> str:
    """The URL of one role of one service. Raises NoUrlError."""
    name = f"HUIYIN_{service.upper()}_{part.upper()}_URL"
    port = description["engines"]["postgres"]["port"]
    if port is None or has_external_postgres(environment):
        if not environment.get(name):
            raise NoUrlError(f"The databases are your own: set {name}, as for `run.py migrate`.")
        return environment[name]
    role = role_name(service, part)
    return f"postgresql://{role}:{role_password(data, role)}@{LOOPBACK}:{port}/{database_name(service)}"
