"""HTML of a mail to plain text, in one pass over it: nothing is run, fetched or looked at twice."""

import html
import re
from collections.abc import Iterator

QUOTE_DEPTH_MAX = 5
_SILENT = ("script", "style", "head", "title", "template", "object", "svg")
_END_OF_SILENT = re.compile(r"</(script|style|head|title|template|object|svg)\b", re.IGNORECASE)
_BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "dd", "div", "dl", "dt", "footer", "form", "h1", "h2", "h3",
    "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table", "tr", "ul",
}  # fmt: skip
_NAME = re.compile(r"/?[a-zA-Z][a-zA-Z0-9]{0,20}")
_SPACE = re.compile(r"[ \t\r\n\f\u00a0]+")
_QUOTE = "> "


def text_of_html(page: str) -> str:
    """What somebody sees who reads the page; quoted blocks have `> ` before their lines."""
    written = _Writer()
    for is_tag, piece in _pieces(page):
        if is_tag:
            written.tag(piece)
        else:
            written.text(html.unescape(piece))
    return written.end()


class _Writer:
    """Puts lines together."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line: list[str] = []
        self._depth = 0

    def text(self, text: str) -> None:
        self._line.append(_SPACE.sub(" ", text))

    def tag(self, name: str) -> None:
        if name == "br" or name.lstrip("/") in _BLOCKS:
            self._break(is_empty_kept=name == "br")
        if name == "td":
            self._line.append(" ")
        if name.lstrip("/") == "blockquote":
            self._depth = max(0, self._depth + (-1 if name.startswith("/") else 1))

    def end(self) -> str:
        self._break(is_empty_kept=False)
        return "\n".join(self._lines).strip()

    def _break(self, *, is_empty_kept: bool) -> None:
        line = _SPACE.sub(" ", "".join(self._line)).strip()
        if line or is_empty_kept:
            self._lines.append(_QUOTE * min(self._depth, QUOTE_DEPTH_MAX) + line)
        self._line = []


def _pieces(page: str) -> Iterator[tuple[bool, str]]:
    """Texts, and names of tags in lower case with a slash before those that end."""
    at = 0
    while (begin := page.find("<", at)) >= 0:
        yield False, page[at:begin]
        at = _after_comment(page, begin)
        if at > begin:
            continue
        name = _NAME.match(page, begin + 1)
        if name is None and page[begin + 1 : begin + 2] not in ("!", "?"):
            yield False, "<"
            at = begin + 1
            continue
        end = page.find(">", begin)
        if end < 0:
            return  # A tag without an end: what follows is no text that anybody was shown.
        tag = name.group().lower() if name else ""
        yield True, tag
        at = _after_silent(page, end + 1) if tag in _SILENT else end + 1
    yield False, page[at:]


def _after_comment(page: str, begin: int) -> int:
    """Where a comment that begins there ends, or the place itself. One without an end hides the rest."""
    if not page.startswith("<!--", begin):
        return begin
    end = page.find("-->", begin + 4)
    return len(page) if end < 0 else end + 3


def _after_silent(page: str, at: int) -> int:
    found = _END_OF_SILENT.search(page, at)
    if found is None:
        return len(page)
    end = page.find(">", found.end())
    return len(page) if end < 0 else end + 1
