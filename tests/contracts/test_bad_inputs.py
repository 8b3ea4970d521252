"""Classes of bad input, by their numbers, at every service: refused in words or taken whole, never a fault."""

import base64
import gzip
import json
import time
import unicodedata
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pydantic import TypeAdapter

from shared.access.scopes import Scope
from shared.contracts.text import OneLine
from shared.ids import new_id
from shared.paging import Place
from shared.web.limits import BODY_BYTES_MAX
from shared.web.pages import Pages
from tests.contracts.hostile import REFUSED_TEXTS, TAKEN_TEXTS, Door, Service, under_attack
from tests.house_of_test import SERVICES, House, eventually
from tests.tracker.desk import classified, desk

ROOT = Path(__file__).resolve().parents[2]
WANTED = {*range(1, 14), 16, *range(18, 23), *range(23, 42), *range(52, 56)}
# What a client library cannot send is sent over a bare socket.
ELSEWHERE = dict.fromkeys((14, 15, 17), "tests/shared/test_server.py")
REDOS_S = 10.0  # Quadratic work on these would take minutes.

WRONG_VALUES: tuple[Any, ...] = (17, 1.5, True, [], {}, [[]], {"a": 1})

Attack = Callable[[Service], Awaitable[None]]
ATTACKS: dict[int, Attack] = {}


def number(*numbers: int) -> Callable[[Attack], Attack]:
    def enter(attack: Attack) -> Attack:
        ATTACKS.update(dict.fromkeys(numbers, attack))
        return attack

    return enter


async def raw(service: Service, content: bytes, statuses: int | tuple[int, ...], **what: Any) -> None:  # noqa: ANN401 - any part of a request
    """The same body to every door that takes one, and to one that takes none."""
    doors = [door.path for door in service.takes] + (["/v1/feedback:batch"] if service.name == "collector" else [])
    for path in doors:
        await service.refuses(path, statuses, content=content, **what)
    await service.refuses("/v1/figures", (405, 413), content=content, **what)


def spoilt(door: Door, **fields: object) -> bytes:
    return json.dumps(door.body | fields).encode()


@number(1, 2, 3, 4, 5, 7)
async def not_json(service: Service) -> None:
    nan = b'{"text": "x", "title": "x", "rating": {"value": %s}}'
    bodies = [b"", b" ", b"hello", b"text=x", b'{"title": "x"', b'{"text": "\xe5\x9d', b'{"text": "x"} {"text": "y"}']
    bodies += [b'{"title": "x", "title": "y", "text": "x", "text": "y"}', b'{"text":' * 30_000, b"[" * 100_000]
    bodies += [b'{"text": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", *(nan % word for word in (b"NaN", b"-Infinity"))]
    for body in bodies:
        await raw(service, body, 400)


@number(6)
async def a_million_elements(service: Service) -> None:
    for many, status in ((b"[" + b"0," * 999_999 + b"0]", (413, 422)), (b"[" + b"0," * 99_999 + b"0]", 422)):
        await raw(service, many, status)
        for name in (b"case_ids", b"customer_ids", b"items"):
            await raw(service, b'{"%s": %s}' % (name, many), status)


@number(8)
async def numbers_beyond_numbers(service: Service) -> None:
    for word in (b"1e400", b"9" * 400, b"-1e400"):
        await raw(service, b'{"title": %s, "case_ids": %s, "text": %s}' % (word, word, word), 422)
    await raw(service, b'{"text": "x", "count": ' + b"9" * 5_000 + b"}", 400)


@number(9)
async def wrong_types(service: Service) -> None:
    for door in service.takes:
        for value in WRONG_VALUES:
            for name in door.body:
                if type(value) is not type(door.body[name]):
                    answer = await service.refuses(door.path, 422, content=spoilt(door, **{name: value}))
                    assert answer.json()["errors"][0]["pointer"].startswith(f"/{name}")
    for body in (b"[]", b"17", b"null", b'"text"', b"true"):
        await raw(service, body, 422)


@number(10)
async def unknown_fields(service: Service) -> None:
    for door in service.takes:
        content = spoilt(door, colour="red", __proto__={"a": 1})
        if door.path == "/v1/feedback":
            warnings = (await service.takes_it(door, content)).json()["warnings"]
            assert len(warnings) == 2
        else:
            errors = (await service.refuses(door.path, 422, content=content)).json()["errors"]
            assert [(error["pointer"], error["code"]) for error in errors] == [
                ("/colour", "unknown_field"),
                ("/__proto__", "unknown_field"),
            ]


@number(11)
async def null_is_no_value(service: Service) -> None:
    for door in service.takes:
        for name in door.body:
            absent = {key: value for key, value in door.body.items() if key != name}
            for content in (spoilt(door, **{name: None}), json.dumps(absent).encode()):
                errors = (await service.refuses(door.path, 422, content=content)).json()["errors"]
                assert {error["pointer"] for error in errors} == {f"/{name}"}
    if service.name == "collector":
        await service.takes_it(service.takes[0], spoilt(service.takes[0], rating=None, customer=None, source=None))


@number(12)
async def wrong_types_of_content(service: Service) -> None:
    kinds = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml"]
    kinds += ["x", "application/json; charset=gb18030", 'application/json; charset="utf-16"']
    for door in service.takes:
        for kind in kinds:
            headers = {"Content-Type": kind}
            await service.refuses(door.path, 415, content=json.dumps(door.body).encode(), headers=headers)
        for kind in ("application/json; charset=UTF-8", "Application/JSON"):
            await service.takes_it(door, json.dumps(door.body).encode(), headers={"Content-Type": kind})


@number(13)
async def a_packed_body_is_never_unpacked(service: Service) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    await raw(service, bomb, 400, headers={"Content-Encoding": "gzip"})


@number(16)
async def a_hundred_megabytes(service: Service) -> None:
    async def in_pieces() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x" * 1_000_000

    for path in [door.path for door in service.takes]:
        await service.refuses(path, 413, content=in_pieces())
    await raw(service, b"x" * (BODY_BYTES_MAX + 1), 413)
    await service.refuses("/v1/figures", (405, 413), content=in_pieces())


@number(18)
async def repeated_parameters(service: Service) -> None:
    for path in [*service.lists, "/v1/figures"]:
        for query in ("limit=1&limit=2", "x=1&x=1", "limit=1&LIMIT=2", "limit[]=1"):
            assert (await service.send("GET", f"{path}?{query}")).status_code == 422


@number(19)
async def other_methods(service: Service) -> None:
    for path in [*(door.path for door in service.takes), "/v1/figures"]:
        for method in ("TRACE", "PUT", "PATCH", "DELETE", "CONNECT", "FOO"):
            assert (await service.send(method, path)).status_code == 405
    for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        for method in ("DELETE", "POST"):
            assert (await service.send("GET", "/v1/figures", headers={name: method})).status_code == 200


@number(20)
async def cursors(service: Service) -> None:
    key = (service.house.data.keys / "cursor.key").read_text().strip()
    place = Place(datetime(2026, 1, 1, tzinfo=UTC), new_id())
    bad = ["", "x", "\0", "坏", "a" * 301, "a" * 299, Pages("another").write(place, "x"), Pages(key).write(place, "x")]
    for path in [*service.lists, "/v1/figures"]:
        for cursor in bad:
            assert (await service.send("GET", path, params={"cursor": cursor})).status_code == 422


@number(21)
async def keys_of_repeats(service: Service) -> None:
    for door in (door for door in service.takes if service.name == "tracker"):
        content, other = json.dumps(door.body).encode(), spoilt(door, case_ids=[str(new_id())], note="other")
        for keys in ([b""], [b"k" * 256], ["键".encode()], [b"a b"], [b"k", b"k"]):
            headers = [(b"Idempotency-Key", key) for key in keys]
            await service.refuses(door.path, 422, content=content, headers=headers)
        key = {"Idempotency-Key": f"{door.path}{door.pointer}"}
        await service.takes_it(door, content, headers=key)
        assert (await service.send("POST", door.path, content=content, headers=key)).headers["Idempotent-Replayed"]
        await service.refuses(door.path, 422, content=other, headers=key)


@number(22)
async def versions(service: Service) -> None:
    for door in (door for door in service.takes if door.path.endswith("/cases")):
        content = json.dumps(door.body).encode()
        for tag, status in {'"9-en"': 412, 'W/"1-en"': 412, "1": 422, "": 422, "*": 200}.items():
            answer = await service.send("POST", door.path, content=content, headers={"If-Match": tag})
            assert answer.status_code == status
        bare = await service.client.post(door.path, json=door.body)
        assert (bare.status_code, bare.json()["code"]) == (428, "version_required")


@number(*REFUSED_TEXTS)
async def texts_that_are_none(service: Service) -> None:
    for texts in REFUSED_TEXTS.values():
        for text, code in texts.items():
            for door in (door for door in service.takes if door.text_at):
                [error] = (await service.refuses(door.path, 422, content=door.with_text(text))).json()["errors"]
                assert (error["pointer"], error["code"]) == (door.pointer, code)
            await in_other_places(service, text.encode(errors="replace").decode())


@number(*TAKEN_TEXTS)
async def texts_of_every_kind(service: Service) -> None:
    for text in (text for texts in TAKEN_TEXTS.values() for text in texts):
        for door in (door for door in service.takes if door.text_at):
            answer = await service.takes_it(door, door.with_text(text))
            assert not {"bcc", "set-cookie"} & set(answer.headers)
            seen: Any = answer.json()
            if service.name == "tracker":
                for name in door.text_at:
                    seen = seen[name]
                composed = unicodedata.normalize("NFC", text)
                assert seen in (composed, TypeAdapter(OneLine).validate_python(text))
        await in_other_places(service, text)


async def in_other_places(service: Service, text: str) -> None:
    """The same text where an id, a parameter or a header is expected."""
    for path in service.gives:
        if "{}" in path:
            place = path.replace("{}", "".join(f"%{byte:02X}" for byte in text.encode()))
            assert (await service.send("GET", place)).status_code in (404, 422)
        assert (await service.send("GET", path.replace("{}", str(new_id())), params={text: text})).status_code == 422
    plain = text.encode("ascii", "replace").replace(b"\r", b" ").replace(b"\n", b" ").replace(b"\0", b" ").strip()
    for name in (b"Accept-Language", b"If-None-Match", b"X-Request-Id", b"Traceparent"):
        assert (await service.send("GET", "/v1/figures", headers=[(name, plain)])).status_code == 200


@number(25)
async def bytes_that_are_no_utf_8(service: Service) -> None:
    for content in (b'{"title": "\xff\xfe", "text": "\xff"}', b'{"text": "\xc0\x80"}', b'{"text": "\xed\xa0\x80"}'):
        await raw(service, content, 400)
    await raw(service, '{"title": "坏了", "text": "坏了"}'.encode("gb18030"), 400)
    await raw(service, '{"title": "x"}'.encode("utf-16"), 400)


@number(33)
async def lengths(service: Service) -> None:
    for door in (door for door in service.takes if door.text_at):
        await service.takes_it(door, door.with_text("长" * door.length_max))
        await service.refuses(door.path, 422, content=door.with_text("长" * (door.length_max + 1)))
        await service.refuses(door.path, 413, content=door.with_text("x" * 10**7))
    for path in service.gives:
        assert (await service.send("GET", path.replace("{}", "x" * 20_000))).status_code in (200, 404, 422)


@number(39)
async def strings_that_tire_a_rule(service: Service) -> None:
    tiring = [
        "a" * 50_000,
        "a@" * 20_000,
        "@" + "." * 50_000,
        " " * 50_000 + "x",
        "1" * 50_000,
        ("zh;q=" + "0" * 9) * 5_000,
    ]
    started = time.monotonic()
    for text in tiring:
        for door in (door for door in service.takes if door.text_at):
            await service.refuses(door.path, 422, content=door.with_text(text))
        if service.name == "collector":
            for name in ("email", "phone", "language", "external_id"):
                content = json.dumps({"text": "x", "customer": {name: text}}).encode()
                await service.refuses("/v1/feedback", 422, content=content)
        for header in ("Accept-Language", "If-None-Match", "Authorization", "Content-Type"):
            value = text.strip()
            answer = await service.send("GET", "/v1/figures", headers={header: value})
            assert answer.status_code == (401 if header == "Authorization" else 200)
    assert time.monotonic() - started < REDOS_S


@number(52)
async def keys_of_another_kind(service: Service) -> None:
    key = await service.house.new_key(service.tenant_id, Scope.FEEDBACK_WRITE)
    headers = {"Authorization": f"Bearer {key}"}
    for path in [*service.gives, *service.lists]:
        if "receipts" not in path:
            answer = await service.send("GET", path.replace("{}", str(new_id())), headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    for door in service.takes:
        if door.path != "/v1/feedback":
            await service.refuses(door.path, 403, content=json.dumps(door.body).encode(), headers=headers)
    async with service.house.query(service.name) as owner:
        await owner.execute("UPDATE credential SET revoked_at = now() WHERE tenant_id = $1", service.tenant_id)

    async def status() -> int:
        return (await service.send("GET", "/v1/figures", headers=headers)).status_code

    await eventually(status, 401)


@number(53)
async def ids_of_another_tenant(service: Service) -> None:
    async with desk(service.house, new_id()) as them:
        theirs = [(await them.open([classified(them.tenant_id, new_id())]))[0], await them.problem_of()]
        theirs.append(await them.action_for(theirs[1]))
        for identifier in theirs:
            for path in service.gives:
                if "{}" in path:
                    assert (await service.send("GET", path.replace("{}", identifier))).status_code == 404
            for door in service.takes:
                for name in ("case_ids", "problem_id", "customer_ids"):
                    if name in door.body:
                        value = identifier if name == "problem_id" else [identifier]
                        answer = await service.send("POST", door.path, content=spoilt(door, **{name: value}))
                        each = [item["status"] for item in answer.json().get("items", [])]
                        hidden = answer.status_code == 404 or answer.json() == {"people": []} or each == [404]
                        assert hidden, (door.path, answer.text)
        if service.lists:
            assert (await service.send("GET", f"/v1/notices?about={theirs[2]}")).json()["items"] == []


@number(54)
async def forged_credentials(service: Service) -> None:
    def part(claims: dict[str, object]) -> str:
        return base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")

    claims = part({"sub": "operator", "tenant": str(service.tenant_id), "scope": "operator", "exp": 9_999_999_999})
    none = f"{part({'alg': 'none', 'typ': 'JWT'})}.{claims}."
    signed = f"{part({'alg': 'HS256', 'kid': '../../dev/null'})}.{claims}.AAAA"
    key = service.client.headers["Authorization"].removeprefix("Bearer ")
    forged = [
        none,
        signed,
        key[:-64] + "0" * 64,
        f"{key}0",
        key[:-1],
        key.upper(),
        "",
        "hy__",
        f"hy_{'0' * 32}_{'0' * 64}",
        "\t" + key + "x",
    ]
    for value in [*(f"Bearer {token}" for token in forged), f"Basic {key}", key, f"Bearer {key} {key}"]:
        headers = {"Authorization": value}
        for path in [*service.gives, *service.lists]:
            if "receipts" not in path:
                answer = await service.send("GET", path.replace("{}", str(new_id())), headers=headers)
                assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer"), value
        for door in service.takes:
            await service.refuses(door.path, 401, content=json.dumps(door.body).encode(), headers=headers)


@number(55)
async def times_out_of_this_world(service: Service) -> None:
    bad = ["0000-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z", "2026-11-20T08:30:00"]
    bad += [
        "2026-11-20T08:30:00[Europe/Berlin]",
        "2026-11-20T08:30:00 CET",
        "2026-02-30T00:00:00Z",
        "2026-11-20T25:00:00Z",
    ]
    bad += ["2026-11-20T08:30:00+99:00", "1e400", "-1", "", "昨天", "∞"]
    for value in bad:
        for path in [*service.lists, "/v1/figures"]:
            assert (await service.send("GET", path, params={"occurred_at": value})).status_code == 422
        if service.name == "collector":
            for body in ({"occurred_at": value}, {"consent": {"purposes": [], "given_at": value}}):
                await service.refuses("/v1/feedback", 422, content=json.dumps({"text": "x"} | body).encode())
    if service.name == "collector":  # An hour that clocks leave out, or have twice, is a moment like others.
        for value in ("2026-03-29T02:30:00+01:00", "2026-10-25T02:30:00+02:00", "2024-02-29T23:59:59.999999Z"):
            await service.takes_it(service.takes[0], json.dumps({"text": "x", "occurred_at": value}).encode())


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("attack", dict.fromkeys(ATTACKS.values()), ids=lambda attack: attack.__name__)
async def test_bad_input_is_refused_in_words_or_taken_whole(
    house: House, tenant_id: UUID, service: str, attack: Attack
) -> None:
    async with under_attack(house, tenant_id, service) as attacked:
        await attack(attacked)


def test_every_class_is_tried() -> None:
    assert set(ATTACKS) == WANTED
    assert not set(ELSEWHERE) & set(ATTACKS)
    assert all((ROOT / path).exists() for path in ELSEWHERE.values())
