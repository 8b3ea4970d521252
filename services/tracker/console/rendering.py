"""Makes the HTML of a page. A missing value or text is an error, never an empty place."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.tracker.console.assets import read_assets

TEMPLATES = Path(__file__).parent / "templates"
_environment = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.globals["asset"] = read_assets().url


def render(template: str, **said: Any) -> str:  # noqa: ANN401 - what a page shows is of any kind
    """The page."""
    return _environment.get_template(template).render(**said)
