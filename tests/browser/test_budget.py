"""What a page may weigh: all scripts of the console together, as they go over the wire."""

from services.tracker.console.assets import read_assets

SCRIPTS_BYTES_MAX = 60_000
STYLES_BYTES_MAX = 30_000


def packed(ending: str) -> int:
    return sum(len(asset.packed) for name, asset in read_assets().files.items() if name.endswith(ending))


def test_all_scripts_together_are_light() -> None:
    assert 0 < packed(".js") <= SCRIPTS_BYTES_MAX


def test_all_styles_together_are_light() -> None:
    assert 0 < packed(".css") <= STYLES_BYTES_MAX
