"""Where the contract lies in the repository: what is promised now, and what was promised with the last release."""

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from deploy.contract.compare import broken
from deploy.contract.lint import flaws

Json = dict[str, Any]
ROOT = Path(__file__).resolve().parents[2]
CONTRACT = ROOT / "docs" / "contract"
NAMES = ("collector", "classifier", "tracker", "events")
PRINT_TIMEOUT_S = 120
HASH_LENGTH = 12
_BREAKING = re.compile(r"^### Breaking\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)


def printed() -> dict[str, Json]:
    """What the code promises. The services print it themselves, as a process of their own."""
    command = [sys.executable, "-m", "services.contract"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=PRINT_TIMEOUT_S)
    documents: dict[str, Json] = json.loads(done.stdout)
    return documents


def path_of(name: str) -> Path:
    """The file of what is promised now."""
    return CONTRACT / "asyncapi.json" if name == "events" else CONTRACT / "openapi" / f"{name}.json"


def baseline_of(name: str) -> Path:
    """The file of what was promised with the last release."""
    return CONTRACT / f"v1.{name}.json"


def written(document: Json) -> str:
    """A document as its file holds it, so that a change is a change of lines."""
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def baseline_hash() -> str:
    """What a line under Breaking names, so that the baseline cannot change in silence."""
    files = b"".join(baseline_of(name).read_bytes() for name in NAMES)
    return hashlib.sha256(files).hexdigest()[:HASH_LENGTH]


def is_announced(changes: str, baseline: str) -> bool:
    """Whether a line under a heading `### Breaking` names the baseline."""
    return any(f"`{baseline}`" in section for section in _BREAKING.findall(changes))


def findings(documents: dict[str, Json]) -> list[str]:
    """What is wrong with the contract as these documents state it; each sentence with its remedy."""
    found = []
    for name, document in documents.items():
        path = path_of(name)
        if not path.exists() or path.read_text(encoding="utf-8") != written(document):
            found.append(f"{path.relative_to(ROOT)} is stale: python3 run.py contract write")
        found += [f"{name}: {flaw}" for flaw in flaws(document)]
        promised = json.loads(baseline_of(name).read_text(encoding="utf-8"))
        found += [f"{name} breaks what was released: {sentence}" for sentence in broken(promised, document)]
    if not is_announced((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), baseline_hash()):
        found.append(f"the baseline changed: CHANGELOG.md names `{baseline_hash()}` under ### Breaking, or it stays")
    return found
