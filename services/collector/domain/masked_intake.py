"""One feedback split in two at the door: what may be read, and what was hidden from it."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any

from services.collector.domain.intake import ConsentGiven, Intake, Person
from services.collector.domain.known_values import MaskedSpan, hide_known
from services.collector.domain.masked_details import mask_details
from services.collector.domain.masking.mask import Masked, mask
from services.collector.domain.masking.span import Kind

LABELS_REMEMBERED_MAX = 4_096
# A device's number leads to its owner, so it is never kept in the clear, whatever it looks like.
_ALWAYS_HIDDEN = ("serial",)
_PART = re.compile(r"[^\W_]+")


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
    source = _unnamed(masked_label(intake.source), intake.person) if intake.source else None
    external_id = _unnamed(mask_label(intake.external_id), intake.person) if intake.external_id else None
    product = _masked_product(intake.product, intake.person) or None
    consent = mask_consent(intake.consent) if intake.consent else None
    details = mask_details(intake, partial(_shown, person=intake.person))
    shown: dict[str, Any] = {"text": text.text, "source": source, "external_id": external_id, "product": product}
    shown |= {"details": details, "consent": consent}
    if all(getattr(intake, name) == value for name, value in shown.items()):
        return MaskedIntake(intake, intake, text.spans, {})
    clear = replace(intake, **shown)
    return MaskedIntake(intake, clear, text.spans, _hidden(intake, clear))


def mask_label(label: str) -> str:
    """A name of a system, an order, a product. What looks like a serial number there is one of those names.

    Masked as in a text, imports of two days would become one source. The parts of such a name are still looked into.
    """
    masked = mask(label)
    pieces, at = [], 0
    for span, token in zip(masked.spans, masked.tokens, strict=True):
        found = label[span.start : span.end]
        is_name = span.kind is Kind.SERIAL
        shown = _PART.sub(_masked_part, found) if is_name else masked.text[token.start : token.end]
        pieces += [label[at : span.start], shown]
        at = span.end
    return "".join([*pieces, label[at:]])


def _masked_part(part: re.Match[str]) -> str:
    masked = mask(part.group())
    return part.group() if all(span.kind is Kind.SERIAL for span in masked.spans) else masked.text


@lru_cache(LABELS_REMEMBERED_MAX)
def masked_label(label: str) -> str:
    """As `mask_label`. The names of systems, products and wordings repeat, so their masks are remembered."""
    return mask_label(label)


def _shown(label: str, person: Person | None) -> str:
    return _unnamed(masked_label(label), person)


def _unnamed(label: str, person: Person | None) -> str:
    """A masked label, also without what is told of the person beside it: it outlives them."""
    return hide_known(label, Masked(label, (), ()), person).text


def _masked_product(product: dict[str, Any] | None, person: Person | None) -> dict[str, Any]:
    shown = {name: value for name, value in (product or {}).items() if name not in _ALWAYS_HIDDEN}
    return {name: _unnamed(masked_label(value), person) for name, value in shown.items()}


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
    if original.details != clear.details:
        hidden["details"] = original.details
    given, written = (vars(one.consent) if one.consent else {} for one in (original, clear))
    if changed := {name: value for name, value in given.items() if value != written[name]}:
        hidden["consent"] = changed
    return hidden
