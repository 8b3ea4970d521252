"""`run.py evaluate-masking` as people and programs call it."""

import json
from pathlib import Path

from tests.deploy.launched import Box

SET = 'text,lang,spans\n电话13800001234,zh,"[[2, 13, ""phone""]]"\nan unmarked secret,en,"[[12, 18, ""serial""]]"\n'


def test_figures_for_programs_and_for_people(tmp_path: Path) -> None:
    file = tmp_path / "set.csv"
    file.write_text(SET, encoding="utf-8")
    box = Box(tmp_path / "data")
    figures = box.ask("evaluate-masking", str(file))
    assert (figures["recall"], figures["precision"], figures["false_mask_rate"]) == (0.5, 1.0, 0.0)
    assert figures["per_kind"]["phone"]["recall"] == 1.0
    assert figures["missed"] == [{"row": 2, "kind": "serial", "value": "secret"}]
    told = box.run("evaluate-masking", str(file))
    assert "recall 0.5000" in told.stdout
    assert "missed in row 2: serial secret" in told.stdout


def test_an_unreadable_file_ends_with_a_remedy_and_status_1(tmp_path: Path) -> None:
    missing = Box(tmp_path / "data").run("evaluate-masking", str(tmp_path / "none.csv"), "--json")
    assert missing.returncode == 1
    assert "Name a CSV file" in missing.stderr
    assert json.loads(missing.stdout.splitlines()[-1])["ok"] is False
