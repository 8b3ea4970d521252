"""What a widget is told, and what a company may say about it."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from services.collector.use_cases.keep_widget import Widget
from shared.contracts.text import FilledText, Name, OneLine
from shared.contracts.vocabulary import Channel, Language, Purpose
from shared.web.versions import Versioned

WIDGET_TEXT_LENGTH_MAX = 300
CONSENT_TEXT_LENGTH_MAX = 2_000

Said = Annotated[OneLine, Field(max_length=WIDGET_TEXT_LENGTH_MAX)]
Wording = Annotated[FilledText, Field(max_length=CONSENT_TEXT_LENGTH_MAX)]
Colour = Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ThemeIn(_Strict):
    """How it looks."""

    scheme: Literal["system", "light", "dark"] = "system"
    accent: Colour = "#1f6feb"
    position: Literal["bottom_right", "bottom_left"] = "bottom_right"


class WidgetTextsIn(_Strict):
    """What it says in one language; what is left out is said as shipped."""

    open: Said | None = None
    title: Said | None = None
    text_label: Said | None = None
    rating_label: Said | None = None
    email_label: Said | None = None
    name_label: Said | None = None
    attach: Said | None = None
    submit: Said | None = None
    cancel: Said | None = None
    sending: Said | None = None
    kept: Said | None = None
    thanks: Said | None = None
    receipt: Said | None = None
    failed: Said | None = None
    too_long: Said | None = None


class TextsByLanguageIn(_Strict):
    """What it says in each language."""

    zh: WidgetTextsIn = Field(default_factory=WidgetTextsIn)
    en: WidgetTextsIn = Field(default_factory=WidgetTextsIn)


class PurposesIn(_Strict):
    """What a customer is asked in one language, each purpose a tick of its own; what is left out is not asked."""

    reply: Wording | None = None
    research: Wording | None = None
    training: Wording | None = None


class WordingIn(_Strict):
    """A wording in each language."""

    zh: PurposesIn | None = None
    en: PurposesIn | None = None


class ConsentTextIn(_Strict):
    """A wording under its name. A name stands for one wording, for good."""

    version: Name
    texts: WordingIn


class WidgetSettingsIn(_Strict):
    """All that a company sets; what is left out is as shipped."""

    brand: Name | None = None
    theme: ThemeIn = Field(default_factory=ThemeIn)
    languages: list[Language] = Field([Language.ZH, Language.EN], min_length=1, max_length=len(Language))
    texts: TextsByLanguageIn = Field(default_factory=TextsByLanguageIn)
    consent: ConsentTextIn | None = None

    @field_validator("consent")
    @classmethod
    def _each_language_asks_the_same(cls, consent: ConsentTextIn | None, info: ValidationInfo) -> ConsentTextIn | None:
        asked = [_asked(consent, language) for language in info.data.get("languages", ())] if consent else []
        if not all(purposes and purposes == asked[0] for purposes in asked):
            raise PydanticCustomError("wording_uneven", "languages ask different things")
        return consent

    def wording(self) -> dict[str, dict[str, str]]:
        """The company's wording, by language and purpose."""
        return self.consent.texts.model_dump(exclude_none=True) if self.consent else {}

    def settings(self) -> dict[str, Any]:
        """All but the wording, which is kept by itself."""
        return self.model_dump(mode="json", exclude={"consent", "texts"}) | {
            "texts": self.texts.model_dump(exclude_none=True)
        }


def _asked(consent: ConsentTextIn, language: Language) -> set[str]:
    return set(consent.texts.model_dump(exclude_none=True).get(language, {}))


class ConsentTextOut(BaseModel):
    """A wording that customers were asked to agree to."""

    version: str
    texts: dict[Language, dict[Purpose, str]]
    created_at: datetime


class ConsentTextsOut(BaseModel):
    """A page of wordings, newest first."""

    items: list[ConsentTextOut]
    next: str | None


class WidgetSettingsOut(Versioned):
    """What the company has set; `consent` is null while customers are asked as shipped."""

    brand: str | None
    theme: dict[str, str]
    languages: list[Language]
    texts: dict[Language, dict[str, str]]
    consent_version: str | None
    consent: dict[Language, dict[Purpose, str]] | None


class ConsentOut(BaseModel):
    """What the customer is asked: send `version` and the purposes ticked with the feedback. None is ticked for them."""

    version: str
    purposes: list[Purpose]
    texts: dict[Language, dict[Purpose, str]]


class AttachmentLimitsOut(BaseModel):
    """How much may be sent beside a text; `files` 0 means nothing."""

    files: int
    file_bytes: int
    types: list[str]


class LimitsOut(BaseModel):
    """What is taken; more is refused."""

    text_length: int
    body_bytes: int
    batch_items: int
    batch_bytes: int
    requests_per_minute: int | None = Field(description="of this key from one network; null for a secret key")
    attachments: AttachmentLimitsOut


class QueueOut(BaseModel):
    """How an app keeps what could not be sent: these statuses keep an item, and so does no answer; others drop it."""

    keep_statuses: list[int]
    items: int
    days: int


class WidgetConfigOut(BaseModel):
    """All that a widget needs to show itself. What is added later may be ignored."""

    channel: Channel
    brand: str | None
    theme: dict[str, str]
    languages: list[Language]
    texts: dict[Language, dict[str, str]]
    consent: ConsentOut
    limits: LimitsOut
    queue: QueueOut


def settings_out(widget: Widget) -> WidgetSettingsOut:
    """The settings as their owner sees them."""
    return WidgetSettingsOut(version=widget.version, consent=widget.consent, **widget.settings)
