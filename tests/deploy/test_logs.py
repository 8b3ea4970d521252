"""Log files that are being written stay small."""

from pathlib import Path

from deploy.embedded.logs import turn_over


def test_a_file_over_the_limit_goes_on_from_its_beginning(tmp_path: Path) -> None:
    log = tmp_path / "collector.log"
    with log.open("ab") as writer:
        writer.write(b"long ago " * 100)
        writer.flush()
        turn_over(tmp_path, bytes_max=500)
        writer.write(b"now")
        writer.flush()
    assert log.read_bytes() == b"now"
    assert log.with_suffix(".old").read_bytes() == b"long ago " * 100


def test_a_small_file_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "nats.log").write_bytes(b"short")
    turn_over(tmp_path, bytes_max=500)
    assert (tmp_path / "nats.log").read_bytes() == b"short"
    assert not (tmp_path / "nats.old").exists()
