"""A small import on a stage of its own, killed twice on the way. The large one is a command: `import_kills`."""

from pathlib import Path

from tests.faults.import_kills import killed_twice
from tests.faults.staged import house_of_its_own

ROWS = 12_000


async def test_an_import_that_is_killed_twice_stores_each_row_once(scratch: Path) -> None:
    async with house_of_its_own(scratch / "import-kills") as house:
        told = await killed_twice(house, ROWS)
    assert told["ok"], told
