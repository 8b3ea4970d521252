"""`run.py contract`: writes down what the services promise, and holds it against what was released."""

from enum import StrEnum
from typing import Annotated

import typer

from deploy.commands.ground import DataDirOption, JsonOption, answer, fail
from deploy.contract import shelf


class Step(StrEnum):
    """What is to be done with the contract."""

    WRITE = "write"
    CHECK = "check"
    RELEASE = "release"


def contract(
    step: Annotated[Step, typer.Argument(help="write it down, check it, or release it as the new baseline")],
    _data_dir: DataDirOption,
    *,
    json: JsonOption = False,
) -> None:
    """Writes, checks or releases the API and event descriptions under docs/contract. Nothing needs to run."""
    documents = shelf.printed()
    if step is Step.CHECK:
        found = shelf.findings(documents)
        if found:
            fail("\n".join(found), as_json=json, findings=found)
        answer({"ok": True, "findings": []}, as_json=json, text="The contract is written down, and nothing is broken.")
        return
    place = shelf.path_of if step is Step.WRITE else shelf.baseline_of
    for name, document in documents.items():
        path = place(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(shelf.written(document), encoding="utf-8")
    baseline = shelf.baseline_hash() if step is Step.RELEASE else None
    says = f"Put this under ### Breaking in CHANGELOG.md: The baseline is `{baseline}`." if baseline else "Written."
    answer({"ok": True, "baseline": baseline}, as_json=json, text=says)
