"""Makes the HTML of a page. A missing value or text is an error, never an empty place."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.tracker.console.assets import read_assets

TEMPLATES = Path(__file__).parent / "templates"


def _as_query(said: Mapping[str, str]) -> str:
    """The end of an address: nothing, or what stands behind the question mark with it."""
    return f"?{urlencode(said)}" if said else ""


_environment = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.globals["asset"] = read_assets().url
_environment.filters["as_query"] = _as_query


def render(template: str, **said: Any) -> str:  # noqa: ANN401 - what a page shows is of any kind
    """The page."""
    return _environment.get_template(template).render(**said)
