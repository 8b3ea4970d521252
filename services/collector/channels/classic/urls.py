"""The address of somebody's database, whose password is never shown again."""

import ssl
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import parse_qsl, unquote, urlsplit

URL_LENGTH_MAX = 2_000
KINDS = {
    "mysql": "mysql",
    "mariadb": "mysql",
    "postgresql": "postgresql",
    "postgres": "postgresql",
    "sqlite": "sqlite",
}
USUAL_PORTS = {"mysql": 3306, "postgresql": 5432}
TLS_MODES = ("disable", "require", "verify-full")
_OPTIONS = ("sslmode", "sslrootcert", "host", "port")  # As libpq names them; a host may be a folder of sockets.


class UnreadableSourceError(Exception):
    """The database cannot be read as it is. `code` has its sentence in SOURCE_RULES; nothing in it is secret."""

    def __init__(self, code: str, **about: object) -> None:
        super().__init__(f"{code}: {about}")
        self.code = code
        self.about = about


@dataclass(frozen=True)
class SourceUrl:
    """Where a database is, and as whom one reads it."""

    kind: str
    database: str
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = field(default="", repr=False)
    tls: str = "disable"
    root_certificate: str | None = None

    @property
    def shown(self) -> str:
        """The address without its password."""
        return f"{self.kind}://{self.user}@{self.host}:{self.port}/{self.database}" if self.host else self.database

    def tls_context(self) -> ssl.SSLContext | None:
        """What the connection is sealed with."""
        if self.tls == "disable":
            return None
        context = ssl.create_default_context(cafile=self.root_certificate)
        if self.tls == "require":
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


def read_url(url: str) -> SourceUrl:
    """The parts of an address such as `mysql://user:password@host:3306/shop?sslmode=require`.

    Another machine is asked for its certificate unless the address says otherwise; this one is not.
    """
    kind = KINDS.get(url.partition(":")[0].lower())
    try:
        parts = urlsplit(url[:URL_LENGTH_MAX])
        options = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
        port = parts.port or int(options.get("port", "0"))
    except ValueError:
        raise UnreadableSourceError("bad_source_url") from None
    if kind is None or len(url) > URL_LENGTH_MAX or set(options) - set(_OPTIONS):
        raise UnreadableSourceError("bad_source_url")
    if kind == "sqlite":
        return _sqlite(unquote(parts.path), parts.netloc)
    database = unquote(parts.path.removeprefix("/"))
    host = options.get("host") or parts.hostname or ""
    tls = options.get("sslmode", "disable" if _is_here(host) else "verify-full")
    if not database or not host or tls not in TLS_MODES:
        raise UnreadableSourceError("bad_source_url")
    return SourceUrl(
        kind,
        database,
        host,
        port or USUAL_PORTS[kind],
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        tls,
        options.get("sslrootcert"),
    )


def _sqlite(path: str, host: str) -> SourceUrl:
    """`sqlite:///shop.db` is beside the caller, `sqlite:////var/shop.db` is where it says."""
    name = path.removeprefix("/")
    if host or not name:
        raise UnreadableSourceError("bad_source_url")
    return SourceUrl("sqlite", name)


def _is_here(host: str) -> bool:
    if host.startswith("/"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
