"""A real IMAP server, Debian's dovecot, on a port of its own: as root or as anybody, in a folder of its own."""

import getpass
import imaplib
import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.certificates import Pair, ensure_authority, ensure_server
from deploy.embedded.ports import free_port

PASSWORD = "mauve tractor"
START_TIMEOUT_S = 20.0
STOP_TIMEOUT_S = 10.0
_CONFIG = """
protocols = imap
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
listen = 127.0.0.1
default_internal_user = {internal}
default_internal_group = {internal_group}
default_login_user = {login}
default_vsz_limit = 256M
first_valid_uid = 1
first_valid_gid = 1
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
ssl = yes
ssl_cert = <{folder}/imap.crt
ssl_key = <{folder}/imap.key
mail_location = maildir:~/Maildir
mailbox_list_index = no
passdb {{
  driver = passwd-file
  args = scheme=plain {folder}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
service imap-login {{
  chroot =
  client_limit = 100
  process_min_avail = 1
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


class ImapServer:
    """Mailboxes by user; whoever signs in gives `PASSWORD`."""

    def __init__(self, folder: Path, port: int, tls_port: int) -> None:
        self.folder, self.port, self.tls_port = folder, port, tls_port

    @property
    def authority(self) -> Path:
        """By whom its certificate is signed."""
        return self.folder / "ca.crt"

    def deliver(self, user: str, *mails: bytes, folder: str = "INBOX") -> None:
        """Puts mails into a folder of the user's, which is made where it is missing."""
        with self.session(user) as imap:
            if folder != "INBOX":
                imap.create(folder)
            for mail in mails:
                status, answer = imap.append(folder, "", "", mail)
                assert status == "OK", answer

    def flags(self, user: str, folder: str = "INBOX") -> list[bytes]:
        """Of each mail, in order."""
        with self.session(user) as imap:
            imap.select(folder, readonly=True)
            _, rows = imap.fetch("1:*", "(FLAGS)")
        return [row for row in rows if isinstance(row, bytes)]

    def make_anew(self, user: str, folder: str) -> None:
        """Deletes a folder and makes it again: numbers of mails begin anew, under another validity."""
        with self.session(user) as imap:
            imap.delete(folder)
            time.sleep(1.1)
            imap.create(folder)

    @contextmanager
    def session(self, user: str) -> Iterator[imaplib.IMAP4]:
        with imaplib.IMAP4("127.0.0.1", self.port, timeout=STOP_TIMEOUT_S) as imap:
            imap.login(user, PASSWORD)
            yield imap


@contextmanager
def imap_server(folder: Path, *users: str) -> Iterator[ImapServer]:
    """Starts dovecot for these users, and ends it."""
    ports = free_port(), free_port()
    _configure(folder, ports, users)
    dovecot = shutil.which("dovecot") or "/usr/sbin/dovecot"
    with (folder / "out.log").open("wb") as out:
        child = subprocess.Popen([dovecot, "-F", "-c", str(folder / "dovecot.conf")], stdout=out, stderr=out)
        try:
            server = ImapServer(folder, *ports)
            _wait_for(server, users[0], child)
            yield server
        finally:
            child.terminate()
            try:
                child.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def _configure(folder: Path, ports: tuple[int, int], users: tuple[str, ...]) -> None:
    is_root = os.geteuid() == 0
    owner = pwd.getpwnam("nobody") if is_root else pwd.getpwuid(os.geteuid())
    own = getpass.getuser()
    group = "dovecot" if is_root else _group_of(os.getegid())
    for name in ("mail", "run", "state"):
        (folder / name).mkdir(parents=True)
    authority = Pair(folder, "ca")
    ensure_authority(authority)
    ensure_server(Pair(folder, "imap"), authority, ["localhost", "127.0.0.1"])
    if is_root:
        folder.chmod(0o755)
        os.chown(folder / "mail", owner.pw_uid, owner.pw_gid)
    (folder / "users").write_text("".join(f"{user}:{{PLAIN}}{PASSWORD}\n" for user in users))
    text = _CONFIG.format(
        folder=folder,
        port=ports[0],
        tls_port=ports[1],
        internal="dovecot" if is_root else own,
        internal_group=group,
        login="dovenull" if is_root else own,
        uid=owner.pw_uid,
        gid=owner.pw_gid,
    )
    (folder / "dovecot.conf").write_text(text)


def _group_of(gid: int) -> str:
    import grp  # noqa: PLC0415 - of Unix alone, as the server is

    return grp.getgrgid(gid).gr_name


def _wait_for(server: ImapServer, user: str, child: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while True:
        try:
            with server.session(user):
                return
        except (OSError, imaplib.IMAP4.error):
            assert child.poll() is None, (server.folder / "out.log").read_text()
            assert time.monotonic() < deadline, (server.folder / "dovecot.log").read_text()
