"""`run.py mailboxes` on a real instance and a real IMAP server; a password is never an argument."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from shared.ids import new_id
from tests.collector.mails import mail
from tests.fakes.imap_server import PASSWORD, ImapServer, imap_server
from tests.instance import Instance, run_py, running_instance, until

pytestmark = pytest.mark.needs("dovecot")


@pytest.fixture(scope="module")
def server(scratch: Path) -> Any:  # noqa: ANN401 - a generator of pytest's
    with imap_server(scratch / f"imap-{new_id().hex[-6:]}", "care") as found:
        yield found


@pytest.fixture(scope="module")
def instance(scratch: Path) -> Any:  # noqa: ANN401 - a generator of pytest's
    with running_instance(scratch / "mailboxes") as found:
        yield found


def mailboxes(instance: Instance, *words: str) -> "tuple[int, dict[str, Any], subprocess.CompletedProcess[str]]":
    done = run_py("mailboxes", *words, "--json", "--data-dir", str(instance.data))
    return done.returncode, json.loads(done.stdout.splitlines()[-1]), done


def test_a_mailbox_is_added_tried_read_and_removed(instance: Instance, server: ImapServer, tmp_path: Path) -> None:
    server.deliver("care", mail("热水器漏水"))
    file = tmp_path / "password"
    file.write_text(PASSWORD + "\n")
    where = ("--host", "127.0.0.1", "--port", str(server.port), "--security", "none", "--user", "care")
    status, added, _ = mailboxes(instance, "add", "care", *where, "--password-file", str(file))
    assert (status, added["test"]["is_open"], added["test"]["mails"]) == (0, True, 1)
    until(lambda: mailboxes(instance, "list")[1]["mailboxes"][0]["feedback"] == 1, "the mail is a feedback")
    assert mailboxes(instance, "test", "care")[0] == 0
    doctor = run_py("doctor", "--json", "--data-dir", str(instance.data))
    assert "Every mailbox is read." in doctor.stdout
    file.write_text("wrong")
    status, failed, done = mailboxes(instance, "add", "other", *where, "--password-file", str(file))
    assert (status, failed["test"]["fault"]) == (1, "sign_in")
    assert "QQ" in done.stderr
    assert "wrong" not in done.stderr
    for name in ("care", "other"):
        assert mailboxes(instance, "remove", name)[0] == 0
    assert mailboxes(instance, "list")[1] == {"mailboxes": []}
    status, missing, _ = mailboxes(instance, "test", "care")
    assert (status, missing["ok"]) == (1, False)
    logs = "".join(path.read_text() for path in (instance.data / "logs").glob("*.log"))
    assert PASSWORD not in logs
