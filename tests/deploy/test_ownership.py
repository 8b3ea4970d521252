"""Whose keys, databases and stream these are: nothing of another instance's is taken for one's own."""

import asyncio
from pathlib import Path
from uuid import UUID

import pytest

from deploy.embedded.data_dir import DataDir, open_data_dir
from deploy.embedded.keys import ensure_keys, instance_id, read_key
from deploy.migrate import keep_keys, migrate_all
from services.collector.main import prove_master_key
from services.collector.settings import CollectorSettings
from shared.access.scopes import Scope
from shared.database import Database
from shared.ids import new_id
from shared.messaging.lanes import Kick
from shared.messaging.relay import Relay
from shared.messaging.stream import ForeignStreamError, Stream
from tests.house_of_test import House, running


@pytest.fixture
def stranger(tmp_path: Path) -> DataDir:
    data = open_data_dir(tmp_path / "stranger")
    ensure_keys(data)
    return data


@pytest.mark.parametrize("prepare", [migrate_all, keep_keys])
async def test_databases_of_another_instance_are_refused_and_left_as_they_were(
    house: House, stranger: DataDir, prepare: object
) -> None:
    assert callable(prepare)
    with pytest.raises(RuntimeError, match="belongs to the instance"):
        await asyncio.to_thread(prepare, house.environment, stranger)
    async with house.query("tracker") as owner:
        assert await owner.fetchval("SELECT id FROM instance") == instance_id(house.data)
        operators = await owner.fetch("SELECT id FROM credential WHERE label = 'operator' AND revoked_at IS NULL")
    assert len(operators) == 1


async def test_a_stream_of_another_instance_is_neither_followed_nor_filled(house: House) -> None:
    async def us() -> str:
        return str(instance_id(house.data))

    async def them() -> str:
        return str(new_id())

    ours, theirs = (Stream(house.environment["NATS_URL"], "HUIYIN", owner=owner) for owner in (us, them))
    carrier = Database(house.url("collector", "carrier"))
    await carrier.open()
    before = await ours.state()
    assert await ours.state() == before
    with pytest.raises(ForeignStreamError, match=await us()):
        await theirs.subscribe("strangers", ["huiyin.>"])
    with pytest.raises(ForeignStreamError):
        await Relay(carrier, theirs, "HUIYIN", Kick()).run()
    for stream in (ours, theirs):
        await stream.close()
    await carrier.close()


@pytest.mark.parametrize("name", ["master.key", "postgres.json", "instance.id"])
def test_a_lost_key_is_not_replaced_by_a_new_one(stranger: DataDir, name: str) -> None:
    cluster = stranger.root / "engines" / "postgres"
    cluster.mkdir(parents=True)
    (cluster / "PG_VERSION").write_text("18\n")
    kept = read_key(stranger.keys / name)
    (stranger.keys / name).unlink()
    with pytest.raises(RuntimeError, match=f"{name} is missing"):
        ensure_keys(stranger)
    assert not (stranger.keys / name).exists()
    (stranger.keys / name).write_text(kept)
    ensure_keys(stranger)


def test_a_lost_master_key_is_missed_without_databases_in_the_folder_too(stranger: DataDir) -> None:
    (stranger.keys / "master.key").unlink()
    with pytest.raises(RuntimeError, match=r"master\.key is missing"):
        ensure_keys(stranger)


async def test_a_foreign_master_key_is_refused_at_the_collectors_start(
    house: House, stranger: DataDir, tenant_id: UUID
) -> None:
    async with running(house.app("collector"), await house.new_key(tenant_id, Scope.FEEDBACK_WRITE)) as client:
        assert (await client.post("/v1/feedback", json={"text": "坏了"})).status_code == 201

    def settings(data: DataDir, **more: str) -> CollectorSettings:
        given = {"master_key_file": data.keys / "master.key"} | more
        return house.settings(CollectorSettings, "collector", lanes="api", **given)

    await prove_master_key(settings(house.data))
    with pytest.raises(SystemExit, match=r"put back the copy of keys/master\.key"):
        await prove_master_key(settings(stranger))
    await prove_master_key(settings(stranger, app_url="postgresql://x:x@127.0.0.1:1/away"))


async def test_no_tenants_key_is_made_under_a_foreign_master_key(
    house: House, stranger: DataDir, tenant_id: UUID
) -> None:
    """The database may have been away when the collector started."""
    async with running(house.app("collector"), await house.new_key(new_id(), Scope.FEEDBACK_WRITE)) as client:
        assert (await client.post("/v1/feedback", json={"text": "坏了"})).status_code == 201
    foreign = house.app("collector", master_key_file=stranger.keys / "master.key")
    async with running(foreign, await house.new_key(tenant_id, Scope.FEEDBACK_WRITE)) as client:
        assert (await client.post("/v1/feedback", json={"text": "坏了"})).status_code == 500
    async with house.query("collector") as owner:
        assert await owner.fetchval("SELECT count(*) FROM tenant_key WHERE tenant_id = $1", tenant_id) == 0
