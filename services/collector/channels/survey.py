"""Channel survey: an answer to a question that the company asked."""

from typing import Annotated, Literal

from pydantic import Field

from services.collector.channels.fields import Label, Lenient, Sealed, Title
from services.collector.channels.rules import ChannelRules
from shared.contracts.text import Name
from shared.contracts.vocabulary import Channel

CHOICES_MAX = 50


class SurveyIn(Lenient):
    """Which survey, which question, which answer sheet."""

    id: Name
    title: Title | None = None
    question_id: Name | None = None
    question: Title | None = None
    kind: Literal["csat", "nps", "ces", "stars", "choice", "text"] | None = None
    choices: list[Title] = Field([], max_length=CHOICES_MAX, description="what was picked")
    response_id: Name | None = Field(None, description="the answer sheet; its answers are several feedbacks")
    invitation: Annotated[Name | None, Sealed()] = Field(None, description="the invitation's one-time token")
    occasion: Label | None = Field(None, description="what it followed: purchase, delivery, install, repair, …")


class OwnFields(Lenient):
    """Of a survey."""

    survey: SurveyIn | None = None


CHANNEL = ChannelRules(
    name=Channel.SURVEY,
    names={"zh": "问卷", "en": "Survey"},
    text_length_max=4_096,
    own=OwnFields,
    is_public=True,
)
