"""The test mail: it takes the way of customers' mails, and says what is to be mended when it does not arrive."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from deploy.embedded.ports import free_port
from services.tracker.api.mail_tests import TESTS_PER_MINUTE
from shared.access.scopes import Role
from tests.fakes.mail_server import mail_server
from tests.house_of_test import House
from tests.tracker.people import people_of
from tests.tracker.test_demonstrations import make

TESTS = "/v1/mail-tests"


def smtp(port: int, **more: object) -> dict[str, Any]:
    given = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "none", "mail_from": "care@example.test"}
    return given | more


async def tried(house: House, tenant_id: UUID, **settings: Any) -> dict[str, Any]:  # noqa: ANN401 - any setting
    async with people_of(house, tenant_id, **settings) as people:
        admin = await people.join("li", Role.ADMIN)
        said = await people.post(TESTS, 201, by=admin)
        [line] = await people.lines("mail.test")
        assert line["actor"] == f"member:{admin.id}"
        assert said["to"] == admin.email
        assert admin.email not in line["detail"]
        return said


async def test_it_arrives_at_the_persons_own_address(house: House, tenant_id: UUID) -> None:
    with mail_server() as server:
        said = await tried(house, tenant_id, **smtp(server.port))
        [mail] = server.mails
    assert said["is_sent"]
    assert said["fault"] is None
    assert mail["To"] == said["to"]
    assert mail["Message-ID"] == f"<{said['id']}@example.test>"


async def test_without_a_server_it_says_so(house: House, tenant_id: UUID) -> None:
    said = await tried(house, tenant_id)
    assert (said["is_sent"], said["fault"]) == (False, "no_server")


async def test_nothing_of_a_demonstration_leaves_though_there_is_a_mail_server(house: House) -> None:
    tenant_id = await make(house, is_demo=True)
    with mail_server() as server:
        said = await tried(house, tenant_id, **smtp(server.port))
        assert server.mails == []
    assert (said["is_sent"], said["fault"]) == (False, "no_server")


async def test_nobody_at_the_port(house: House, tenant_id: UUID) -> None:
    assert (await tried(house, tenant_id, **smtp(free_port())))["fault"] == "refused"


async def test_a_name_that_nobody_knows(house: House, tenant_id: UUID) -> None:
    assert (await tried(house, tenant_id, **smtp(25, smtp_host="mail.invalid")))["fault"] == "name"


async def test_a_server_that_hangs_up(house: House, tenant_id: UUID) -> None:
    async with await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert (await tried(house, tenant_id, **smtp(port)))["fault"] == "dropped"


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_server_without_the_protection_that_is_set(house: House, tenant_id: UUID, security: str) -> None:
    with mail_server() as server:
        assert (await tried(house, tenant_id, **smtp(server.port, smtp_security=security)))["fault"] == "tls"


async def test_a_server_without_sign_in(house: House, tenant_id: UUID) -> None:
    with mail_server() as server:
        given = smtp(server.port, smtp_username="care", smtp_password="wrong")
        assert (await tried(house, tenant_id, **given))["fault"] == "sign_in"


@pytest.mark.parametrize(
    ("replies", "reply", "fault"),
    [
        ("sender_replies", "553 not your sender", "sender"),
        ("sender_replies", "530 sign in first", "sign_in"),
        ("rcpt_replies", "550 no such user", "recipient"),
        ("data_replies", "554 spam", "text"),
    ],
)
async def test_what_the_server_refuses_is_named_with_its_words(
    house: House, tenant_id: UUID, replies: str, reply: str, fault: str
) -> None:
    with mail_server() as server:
        setattr(server, replies, [reply])
        said = await tried(house, tenant_id, **smtp(server.port))
    assert (said["fault"], said["code"], said["answer"]) == (fault, int(reply[:3]), reply[4:])


async def test_only_people_who_manage_the_company_and_not_too_often(house: House, tenant_id: UUID) -> None:
    async with people_of(house, tenant_id) as people:
        await people.post(TESTS, 403)  # The operator's key is no person with an address.
        await people.post(TESTS, 403, by=await people.join("wang", Role.VIEWER))
        admin = await people.join("li", Role.ADMIN)
        for _ in range(TESTS_PER_MINUTE):
            await people.post(TESTS, 201, by=admin)
        await people.post(TESTS, 429, by=admin)
