"""One feedback split in two at the door: what may be read, and what was hidden from it."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from services.collector.domain.intake import ConsentGiven, Intake
from services.collector.domain.known_values import MaskedSpan, hide_known
from services.collector.domain.masking.mask import mask

LABELS_REMEMBERED_MAX = 4_096
# A device's number leads to its owner, so it is never kept in the clear, whatever it looks like.
_ALWAYS_HIDDEN = ("serial",)


@dataclass(frozen=True)
class MaskedIntake:
    """`clear` is what is stored and sent on. `hidden` holds, by field, the originals of what masking changed."""

    original: Intake
    clear: Intake
    spans: tuple[MaskedSpan, ...]
    hidden: dict[str, Any]


def mask_intake(intake: Intake) -> MaskedIntake:
    """Masks every free text of a feedback. The person's own fields are no part of it: they are sealed as they are."""
    text = hide_known(intake.text, mask(intake.text), intake.person)
    source = masked_label(intake.source) if intake.source else None
    external_id = mask(intake.external_id).text if intake.external_id else None
    product = _masked_product(intake.product)
    consent = mask_consent(intake.consent) if intake.consent else None
    clear = replace(
        intake, text=text.text, source=source, external_id=external_id, product=product or None, consent=consent
    )
    return MaskedIntake(intake, clear, text.spans, _hidden(intake, clear))


@lru_cache(LABELS_REMEMBERED_MAX)
def masked_label(label: str) -> str:
    """The names of systems, products and wordings repeat, so their masks are remembered."""
    return mask(label).text


def _masked_product(product: dict[str, Any] | None) -> dict[str, Any]:
    return {name: masked_label(value) for name, value in (product or {}).items() if name not in _ALWAYS_HIDDEN}


def mask_consent(consent: ConsentGiven) -> ConsentGiven:
    """A consent whose labels hold no contact data."""
    return replace(
        consent,
        text_version=masked_label(consent.text_version),
        locale=masked_label(consent.locale),
        stated_by=masked_label(consent.stated_by),
    )


def _hidden(original: Intake, clear: Intake) -> dict[str, Any]:
    hidden: dict[str, Any] = {
        name: getattr(original, name)
        for name in ("text", "source", "external_id")
        if getattr(original, name) != getattr(clear, name)
    }
    product, kept = original.product or {}, clear.product or {}
    if changed := {name: value for name, value in product.items() if value != kept.get(name)}:
        hidden["product"] = changed
    given, written = (vars(one.consent) if one.consent else {} for one in (original, clear))
    if changed := {name: value for name, value in given.items() if value != written[name]}:
        hidden["consent"] = changed
    return hidden
