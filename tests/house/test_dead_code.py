"""What nobody calls is not there. What only a framework calls is named with the reason."""

import ast
import re
from functools import cache
from pathlib import Path
from typing import Protocol

import vulture  # type: ignore[import-untyped]  # it has no type hints

from tests.house.sources import ROOT, files_of_tests, nodes, source_files


class Item(Protocol):
    """What vulture says of one unused thing."""

    name: str
    typ: str
    filename: Path
    first_lineno: int


KINDS = {"function", "class", "method", "property", "import", "unreachable_code"}
CONFIDENCE_MIN_PERCENT = 60
CALLED_THROUGH_A_DECORATOR = [
    "@router.*",
    "@app.*",
    "@number*",
    "@group.*",
    "@app.*",
    "@pytest.fixture*",
    "@field_validator",
    "@model_validator",
]
CALLED_BY_NAME = {
    "pytest_addoption": "pytest calls its hooks by their names",
    "pytest_collection_modifyitems": "pytest calls its hooks by their names",
    "pytest_terminal_summary": "pytest calls its hooks by their names",
    "pytest_sessionfinish": "pytest calls its hooks by their names",
    "pytest_testnodedown": "pytest-xdist calls its hooks by their names",
    "handle_starttag": "html.parser calls it for each tag",
    "handle_endtag": "as handle_starttag",
    "handle_data": "as handle_starttag, for the text between tags",
    "do_POST": "http.server calls it when a request has come",
    "log_message": "as do_POST, for what is to be said of it",
    "handle_DATA": "aiosmtpd calls it when a mail has come",
    "handle_MAIL": "as handle_DATA, for the sender",
    "seekable": "io asks it of whatever is read as a file",
    "readinto": "as seekable, for the bytes",
    "handle_RCPT": "as handle_DATA, for each recipient",
}


def search(paths: list[Path]) -> list[Item]:
    """What nothing in these files uses, of the kinds that hold code."""
    finder = vulture.Vulture(ignore_decorators=CALLED_THROUGH_A_DECORATOR)
    finder.scavenge(paths)
    return [item for item in finder.get_unused_code(min_confidence=CONFIDENCE_MIN_PERCENT) if item.typ in KINDS]


@cache
def unused() -> tuple[Item, ...]:
    return tuple(search([*source_files(), *files_of_tests()]))


def tables() -> set[str]:
    """Classes that describe a table: the migrations are compared with them, whether or not a query uses them."""
    return {
        node.name
        for _, node in nodes(source_files())
        if isinstance(node, ast.ClassDef) and any(word.arg == "table" for word in node.keywords)
    }


def named_in_templates() -> set[str]:
    """What a page asks of the things that it is given."""
    pages = (ROOT / "services").rglob("*.html")
    blocks = [block for page in pages for block in re.findall(r"{[{%].*?[%}]}", page.read_text(encoding="utf-8"))]
    return {name for block in blocks for name in re.findall(r"\.([a-z_]+)", block)}


def test_the_search_finds_what_nobody_uses(tmp_path: Path) -> None:
    planted = tmp_path / "planted.py"
    planted.write_text("import os\n\n\ndef used():\n    return 1\n    return 2\n\n\ndef dead():\n    return used()\n")
    assert {(item.typ, item.name) for item in search([planted])} == {
        ("import", "os"),
        ("function", "dead"),
        ("unreachable_code", "return"),
    }


def test_nothing_is_there_that_nobody_uses() -> None:
    known = set(CALLED_BY_NAME) | tables() | named_in_templates()
    assert [
        f"{item.filename.relative_to(ROOT)}:{item.first_lineno} {item.typ} {item.name}"
        for item in unused()
        if item.name not in known
    ] == []


def test_every_allowance_is_still_needed() -> None:
    assert set(CALLED_BY_NAME) - {item.name for item in unused()} == set()
