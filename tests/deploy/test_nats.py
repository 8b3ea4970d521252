"""What the launcher knows of its NATS server from the outside."""

from pathlib import Path

from deploy.embedded.data_dir import open_data_dir
from deploy.embedded.engine_home import open_engine_home
from deploy.embedded.keys import ensure_keys
from deploy.embedded.nats import WRITE_ERROR, Nats


def test_a_server_that_gave_up_writing_is_noticed_once(scratch: Path) -> None:
    data = open_data_dir(scratch / "nats-log")
    ensure_keys(data)
    log = data.logs / "nats.log"
    log.write_bytes(b"of an earlier life: " + WRITE_ERROR + b"\n")
    nats = Nats(data, open_engine_home(data))
    assert not nats.has_given_up_writing()
    with log.open("ab") as writing:
        writing.write(b"JetStream stream '$G > HUIYIN' " + WRITE_ERROR + b": no space left on device\n")
    assert nats.has_given_up_writing()
    assert not nats.has_given_up_writing()
    log.write_bytes(WRITE_ERROR)
    assert nats.has_given_up_writing(), "a log that was begun again is read from its beginning"
