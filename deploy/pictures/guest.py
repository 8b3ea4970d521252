"""Who looks at the pages: a member of the demo's company who may see everything, and what stands there to be seen."""

import json
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import httpx

from deploy.commands.ground import Instance
from deploy.demo import tenant
from deploy.demo.doors import Document, DoorRefusedError, Doors, until

NAME = "王芳"
IMPORTS = "/v1/feedback/imports"
LOOKED_INTO_S_MAX = 30.0
ROLES = ["admin", "agent", "quality", "dpo"]
KEY = {"kind": "secret", "label": "Shop", "scopes": ["feedback:write"]}


@dataclass(frozen=True)
class Guest:
    """A signed-in member; `finds` are the ids that addresses of pages need, `data` what people of the demo wrote."""

    url: str
    session: str
    finds: Mapping[str, str]
    data: Sequence[str]


@contextmanager
def guest(instance: Instance) -> Iterator[Guest]:
    """Lets somebody in, and puts them out at the end. The demo must be filled. Raises DoorRefusedError, HTTPError."""
    with Doors(instance) as doors:
        found = tenant.find(doors)
        if found is None:
            raise DoorRefusedError("There is no demo.")
        doors.work_for(found["id"])
        url = instance.description["services"]["tracker"]["url"]
        wanted = {"email": f"look-{secrets.token_hex(4)}@example.test", "name": NAME, "roles": ROLES, "language": "zh"}
        member = doors.post("tracker", "/v1/members", wanted)
        member_id = member["member"]["id"]
        try:
            yield Guest(url, _joined(url, member["link"]["token"]), _finds(doors, member_id), _data(doors))
        finally:
            # Where nobody else has signed in yet, the last administrator cannot go.
            with suppress(DoorRefusedError):
                for act in ("disable", "forget"):
                    doors.post("tracker", f"/v1/members/{member_id}:{act}", {})


def _joined(url: str, link: str) -> str:
    said = {"token": link, "password": secrets.token_urlsafe()}
    answer = httpx.post(f"{url}/v1/sign-in/link", json=said, trust_env=False).raise_for_status()
    return str(answer.json()["token"])


def _finds(doors: Doors, member_id: str) -> dict[str, str]:
    key = next(iter(doors.list("tracker", "/v1/keys")), None) or doors.post("tracker", "/v1/keys", KEY)
    link = doors.post("tracker", f"/v1/members/{member_id}:link", {})
    return {
        "case": _first(doors, "cases", state="solved")["id"],
        "problem": _first(doors, "problems")["id"],
        "action": _first(doors, "actions")["id"],
        "member": member_id,
        "key": key["id"],
        "link": link["token"],
        "import": (next(iter(doors.list("collector", IMPORTS)), None) or _uploaded(doors))["id"],
    }


def _uploaded(doors: Doors) -> Document:
    """A file that was looked into and not started: what is on its page, people of the demo wrote."""
    said = [{"text": one["text"], "rating": 2} for one in doors.get("tracker", "/v1/cases", limit="3")["items"]]
    content = "\n".join(json.dumps(one, ensure_ascii=False) for one in said).encode()
    made = doors.send("collector", IMPORTS, content, file_name="demo.jsonl")
    path = f"{IMPORTS}/{made['id']}"
    until(
        lambda: doors.get("collector", path)["state"] != "uploaded", "the file was not looked into", LOOKED_INTO_S_MAX
    )
    return made


def _first(doors: Doors, path: str, **asked: str) -> Document:
    items = doors.get("tracker", f"/v1/{path}", limit="1", **asked)["items"]
    if not items:
        raise DoorRefusedError(f"The demo has no {path}.")
    first: Document = items[0]
    return first


def _data(doors: Doors) -> list[str]:
    """What stands on pages in the language in which somebody wrote it; the longest first."""
    lists = [doors.get("tracker", f"/v1/{path}", limit="200")["items"] for path in ("cases", "members", "problems")]
    actions = [doors.get("tracker", f"/v1/actions/{one['id']}") for one in doors.list("tracker", "/v1/actions")]
    return sorted(set(_strings([lists, actions])), key=len, reverse=True)


def _strings(found: Any) -> Iterable[str]:  # noqa: ANN401 - any JSON value
    if isinstance(found, str):
        return [found] if " " in found or not found.isascii() else []
    inner = found.values() if isinstance(found, dict) else found if isinstance(found, list) else []
    return [text for one in inner for text in _strings(one)]
