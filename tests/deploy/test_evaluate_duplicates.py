"""`run.py evaluate-duplicates` as people and programs call it."""

import json
from pathlib import Path

from tests.deploy.launched import Box

SET = """text_a,text_b,lang,label
热水器漏水，三天没人管！,熱水器漏水，三天沒人管,zh,duplicate
My heater leaks badly,My heater shows E3,en,different
We waited three hours for the fitter,Nobody turned up to install the thing,en,duplicate
冰箱门关不紧,冰箱门关得很紧,zh,different
"""


def test_figures_for_programs_and_for_people(tmp_path: Path) -> None:
    file = tmp_path / "pairs.csv"
    file.write_text(SET, encoding="utf-8")
    box = Box(tmp_path / "data")
    figures = box.ask("evaluate-duplicates", str(file))
    assert (figures["precision"], figures["recall"]) == (1.0, 0.5)
    assert (figures["zh"]["precision"], figures["zh"]["recall"]) == (1.0, 1.0)
    assert (figures["en"]["recall"], figures["near_only"]["recall"]) == (0.0, 0.0)
    assert [pair["row"] for pair in figures["missed"]] == [3]
    told = box.run("evaluate-duplicates", str(file))
    assert "recall 0.5000" in told.stdout
    assert "missed, row 3: We waited" in told.stdout


def test_an_unreadable_file_ends_with_a_remedy_and_status_1(tmp_path: Path) -> None:
    for written, remedy in (
        (None, "Name a CSV file"),
        ("text_a,text_b\n", "It needs"),
        (SET.replace("different", "perhaps"), "Mend the row"),
        (SET.replace("zh,", "fr,"), "Mend the row"),
    ):
        file = tmp_path / "pairs.csv"
        file.unlink(missing_ok=True)
        if written is not None:
            file.write_text(written, encoding="utf-8")
        done = Box(tmp_path / "data").run("evaluate-duplicates", str(file), "--json")
        assert done.returncode == 1
        assert remedy in done.stderr
        assert json.loads(done.stdout.splitlines()[-1])["ok"] is False
