"""The first administrator of a real instance: shown a link on a terminal, on request, and in no log."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import httpx

from tests.instance import COMMAND_TIMEOUT_S, ROOT, Instance, run_py

PASSWORD = "mauve tractor nine kettles"
EMAIL = "li@example.test"
LINK = re.compile(r"(http://\S+)/welcome#(hl_[0-9a-f_]+)")


def start_at_a_terminal(data: Path) -> str:
    """What a person sees who starts an instance in the background."""
    terminal, screen = pty.openpty()
    command = [sys.executable, str(ROOT / "run.py"), "--detach", "--data-dir", str(data)]
    environment = dict(os.environ, HUIYIN_VENV=sys.prefix)
    try:
        subprocess.run(command, stdout=screen, check=True, timeout=COMMAND_TIMEOUT_S, env=environment)
        return os.read(terminal, 65_536).decode()
    finally:
        os.close(screen)
        os.close(terminal)


def test_the_first_admin_comes_in_by_a_link_that_no_log_holds(tmp_path: Path) -> None:
    data = tmp_path / "data"
    try:
        unwatched = run_py("--detach", "--data-dir", str(data))
        assert "admin-link --data-dir" in unwatched.stdout
        assert "hl_" not in unwatched.stdout + unwatched.stderr
        run_py("stop", "--data-dir", str(data))
        shown = LINK.search(start_at_a_terminal(data))
        assert shown
        secrets = [shown[2], *come_in(Instance(data), shown[1])]
        assert "admin-link" not in start_again(data)
        logs = "".join(path.read_text() for path in (data / "logs").iterdir())
        assert [secret for secret in secrets if secret in logs] == []
    finally:
        run_py("stop", "--data-dir", str(data))


def come_in(instance: Instance, url: str) -> list[str]:
    """Becomes the administrator and signs in, wrongly and rightly; what no log may hold of that."""
    link = instance.command("admin-link", "--email", EMAIL.upper())
    said = {"token": link["token"], "name": "李", "password": PASSWORD}
    opened = httpx.post(f"{url}/v1/sign-in/link", json=said, trust_env=False)
    assert opened.status_code == 201, opened.text
    assert opened.json()["member"]["email"] == EMAIL
    for password, status in ((PASSWORD + "!", 401), (PASSWORD, 201)):
        answer = httpx.post(f"{url}/v1/sign-in", json={"email": EMAIL, "password": password}, trust_env=False)
        assert answer.status_code == status
    return [link["token"], opened.json()["token"], PASSWORD, EMAIL]


def start_again(data: Path) -> str:
    run_py("stop", "--data-dir", str(data))
    return run_py("--detach", "--data-dir", str(data)).stdout
