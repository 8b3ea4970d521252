"""Pages that explain the doors, served by the service itself: no script, no other host, in Chinese and English."""

import json
import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

import jinja2
from fastapi import FastAPI, Query, Request, Response
from markupsafe import Markup, escape

from shared.web.problems import language_of
from shared.web.reference.rows import doors
from shared.web.reference.zh_texts import DOORS_ZH, TAGS_ZH
from shared.web.routing import Router

HERE = Path(__file__).parent
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
KEPT_S = 3_600
PAGES_KEPT_MAX = 16  # One of each language; tests have many applications in a process.
_CODE = re.compile(r"`([^`]*)`")
_SAID = {
    "about": ("", "回音（Huiyin）的一部分：让客户的声音得到回应。错误采用 RFC 9457 格式。"),
    "reference": ("API reference", "API 参考"),
    "doors": ("Doors", "接口"),
    "parameters": ("Parameters", "参数"),
    "body": ("Body", "请求体"),
    "answers": ("Answers", "响应"),
    "name": ("name", "名称"),
    "kind": ("kind", "类型"),
    "says": ("meaning", "含义"),
    "required": ("required", "必填"),
    "open": ("open to all", "无需密钥"),
    "key": ("wants a key", "需要密钥"),
    "scope": ("scope", "权限"),
    "or": ("or", "或"),
    "example": ("Example", "示例"),
    "description": ("The whole description", "完整的 API 描述"),
    "goes": ("goes away", "即将停用"),
    "other": ("中文", "English"),
    "other_language": ("zh", "en"),
}
WORDS = {language: {word: said[column] for word, said in _SAID.items()} for column, language in enumerate(("en", "zh"))}
_jinja = jinja2.Environment(
    loader=jinja2.FileSystemLoader(HERE), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
)


def _marked(text: str) -> Markup:
    """What stands between backticks, as code; everything else is only text."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped before, and the tag is ours


_jinja.filters["marked"] = _marked
router = Router(tags=["health"])


@router.get("/openapi.json", include_in_schema=False)
async def get_description(request: Request) -> Response:
    """The service's own description."""
    return Response(_description(request.app), media_type="application/json")


@router.get("/docs", include_in_schema=False)
async def get_docs(request: Request, lang: Annotated[Literal["zh", "en"] | None, Query()] = None) -> Response:
    """The description as a page."""
    language = lang or language_of(request)
    page = _page(request.app, language)
    headers = {"Content-Security-Policy": PAGE_POLICY, "Vary": "Accept-Language", "Content-Language": language}
    return Response(page, headers=headers, media_type="text/html")


@lru_cache(PAGES_KEPT_MAX)
def _page(app: FastAPI, language: str) -> str:
    """Rendered once: it takes ten milliseconds of the event loop, and is the same for everybody."""
    document = app.openapi()
    said = (DOORS_ZH, TAGS_ZH) if language == "zh" else ({}, {})
    return _jinja.get_template("page.html.j2").render(
        document=document, doors=doors(document), language=language, words=WORDS[language], said=said, json=_json
    )


@lru_cache(PAGES_KEPT_MAX)
def _description(app: FastAPI) -> str:
    return _json(app.openapi())


@router.get("/docs/style.css", include_in_schema=False)
async def get_style() -> Response:
    """How the page looks."""
    return _file("style.css", "text/css")


@router.get("/favicon.svg", include_in_schema=False)
async def get_icon() -> Response:
    """The mark in a browser's tab."""
    return _file("favicon.svg", "image/svg+xml")


def _file(name: str, kind: str) -> Response:
    return Response(_read(name), headers={"Cache-Control": f"max-age={KEPT_S}"}, media_type=kind)


@cache
def _read(name: str) -> bytes:
    return (HERE / name).read_bytes()


def _json(value: Any) -> str:  # noqa: ANN401 - any JSON value
    return json.dumps(value, ensure_ascii=False)
