"""A member is told by mail what somebody else did to their account."""

import json
from email.message import EmailMessage
from typing import Any
from uuid import UUID

from services.tracker.use_cases.warn_member import WARN_MEMBER
from shared.access.scopes import Role
from tests.fakes.mail_server import MailServer, mail_server
from tests.house_of_test import House, eventually
from tests.tracker.people import COMPANY, OTHER_PASSWORD, People, people_of


def smtp(server: MailServer) -> dict[str, Any]:
    return {"smtp_host": "127.0.0.1", "smtp_port": server.port, "smtp_security": "none", "brand": "Shop"}


async def told(people: People, server: MailServer, name: str, many: int) -> list[EmailMessage]:
    """The mails to one person, once there are so many."""

    async def count() -> int:
        return len(mails())

    def mails() -> list[EmailMessage]:
        return [mail for mail in server.mails if mail["To"] == people.email(name)]

    await eventually(count, many)
    return mails()


async def test_a_dpo_is_told_of_a_link_and_of_the_password_that_it_set(house: House, tenant_id: UUID) -> None:
    with mail_server() as server:
        async with people_of(house, tenant_id, lanes="api,jobs", **smtp(server)) as people:
            admin = await people.join("li", Role.ADMIN)
            officer = await people.join("zhao", Role.DPO)
            link = await people.post(f"/v1/members/{officer.id}:link", 201, by=admin)
            [mail] = await told(people, server, "zhao", 1)
            assert (mail["Subject"], mail["Content-Language"]) == ("有人可以为您的账户设置新密码", "zh")
            assert link["token"] not in mail.get_content()
            await people.post("/v1/sign-in/link", 201, token=link["token"], password=OTHER_PASSWORD)
            assert {mail["Subject"] for mail in await told(people, server, "zhao", 2)} == {
                "有人可以为您的账户设置新密码",
                "您的账户已设置新密码",
            }

            async def noted() -> list[str]:
                return [json.loads(line["detail"])["ending"] for line in await people.lines("member.warn")]

            await eventually(noted, ["sent"] * 2)


async def test_other_roles_are_told_once_the_mail_server_is_there(house: House, tenant_id: UUID) -> None:
    with mail_server() as server:
        server.rcpt_replies = ["451 later"] * 1_000  # Mails of other tests' members may come before it.
        async with people_of(house, tenant_id, lanes="api,jobs", **smtp(server)) as people:
            admin, somebody = await people.join("li", Role.ADMIN), await people.join("wang", Role.AGENT)
            await people.patch(f"/v1/members/{somebody.id}", 200, by=admin, name="Wang", language="en")
            await people.patch(f"/v1/members/{somebody.id}", 200, by=admin, roles=["viewer"])
            async with house.query("tracker") as owner:

                async def put_off() -> bool:
                    sql = "SELECT error = 'TryLaterError' FROM job WHERE tenant_id = $1 AND kind = $2"
                    return bool(await owner.fetchval(sql, tenant_id, WARN_MEMBER))

                await eventually(put_off, wanted=True)
                server.rcpt_replies.clear()
                await owner.execute("UPDATE job SET run_at = now() WHERE tenant_id = $1", tenant_id)
            [mail] = await told(people, server, "wang", 1)
            assert mail["Subject"] == "Your roles were changed"


async def test_nothing_is_told_to_the_people_of_a_demonstration(house: House, tenant_id: UUID) -> None:
    with mail_server() as server:
        async with people_of(house, tenant_id, lanes="api,jobs", **smtp(server)) as people:
            async with house.query("tracker") as owner:
                await owner.execute(COMPANY, tenant_id, f"t{tenant_id.hex[-20:]}")
                await owner.execute("UPDATE tenant SET is_demo = true WHERE id = $1", tenant_id)
                admin, somebody = await people.join("li", Role.ADMIN), await people.join("wang", Role.AGENT)
                await people.patch(f"/v1/members/{somebody.id}", 200, by=admin, roles=["viewer"])

                async def left() -> int:
                    sql = "SELECT count(*) FROM job WHERE tenant_id = $1 AND kind = $2 AND done_at IS NULL"
                    return int(await owner.fetchval(sql, tenant_id, WARN_MEMBER))

                await eventually(left, 0)
            assert server.mails == []


async def test_who_has_not_joined_or_does_it_alone_is_told_nothing(house: House, tenant_id: UUID) -> None:
    async with people_of(house, tenant_id) as people:
        invited = await people.invite("wang", Role.AGENT)
        await people.post(f"/v1/members/{invited['member']['id']}:link", 201)
        admin = await people.join("li", Role.ADMIN)
        await people.patch(f"/v1/members/{admin.id}", 200, by=admin, roles=["admin", "viewer"])
        async with house.query("tracker") as owner:
            ordered = "SELECT count(*) FROM job WHERE tenant_id = $1 AND kind = $2"
            assert await owner.fetchval(ordered, tenant_id, WARN_MEMBER) == 0
