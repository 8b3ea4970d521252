"""Writes what a customer or a member reads, in their language. Templates see no personal data."""

from pathlib import Path

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from services.tracker.domain.telling import Letter, MemberWarning, NoticeEvent, OwnMail
from shared.contracts.vocabulary import Language

_TEMPLATES = SandboxedEnvironment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    undefined=StrictUndefined,
    autoescape=False,
    keep_trailing_newline=True,
    trim_blocks=True,
)


def write_letter(
    event: NoticeEvent | MemberWarning | OwnMail, language: Language, *, brand: str, answer: str | None = None
) -> Letter:
    """The first line of a template is the subject; the rest is the text."""
    template = _TEMPLATES.get_template(f"{event}.{language}.txt")
    subject, _, text = template.render(brand=brand, answer=answer).partition("\n")
    return Letter(language, " ".join(subject.split()), text.strip() + "\n")
