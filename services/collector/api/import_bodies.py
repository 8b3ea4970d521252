"""The doors' rules for rows of files: the same model checks them, so there is one validation for every way in."""

from typing import Any

from pydantic import ValidationError

from services.collector.api.feedback import placed
from services.collector.api.feedback_schema import feedback_of
from services.collector.domain.intake import Intake
from services.collector.use_cases.import_plan import Broken, Document
from shared.clock import now
from shared.web.problems import field_errors


def intake_or_faults(body: Document) -> Intake | list[Broken]:
    """The intake, or which rules of the door the body breaks."""
    moment = now()
    try:
        item = feedback_of(body, moment)
    except ValidationError as error:
        errors: list[Any] = field_errors(map(placed, error.errors()))
        return [Broken(one.pointer, one.code, one.about) for one in errors]
    return item.to_intake(body, moment)
