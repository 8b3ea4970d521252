"""Where the collector holds anything of a person, and why its other texts are nobody's. A test walks all columns."""

from shared.privacy.places import PersonalPlace, PersonalRegister

_SEALED = {"masked_spans": "NULL", "sealed_original": "NULL", "wrapped_key": "NULL"}
_THEIR_FEEDBACK = "SELECT id FROM feedback WHERE tenant_id = $1 AND (customer_id = ANY ($2) OR id = ANY ($2))"

REGISTER = PersonalRegister(
    places=(
        # Without the key, what was sealed under it cannot be read in a backup either.
        PersonalPlace("person_key", "id = ANY ($2)", ("wrapped_key",)),
        PersonalPlace("address", "customer_id = ANY ($2)", ("sealed", "kind")),
        PersonalPlace("identity", "customer_id = ANY ($2)", ("blind_index", "kind")),
        PersonalPlace(
            "customer", "id = ANY ($2)", ("sealed_profile",), {"sealed_profile": "NULL", "erased_at": "now()"}
        ),
        PersonalPlace(
            "consent",
            "customer_id = ANY ($2)",
            ("text_version", "locale", "stated_by"),
            {"text_version": "''", "locale": "''", "stated_by": "''"},
        ),
        # What finds a text again is made of its words.
        PersonalPlace(
            "duplicate_band",
            "(band, feedback_id) IN (SELECT unnest(bands), id FROM duplicate_sketch"
            f" WHERE tenant_id = $1 AND id IN ({_THEIR_FEEDBACK}))",
            (),
        ),
        PersonalPlace("duplicate_sketch", f"id IN ({_THEIR_FEEDBACK})", ("bands",)),
        PersonalPlace(
            "duplicate_link", f"feedback_id IN ({_THEIR_FEEDBACK}) OR original_id IN ({_THEIR_FEEDBACK})", ()
        ),
        PersonalPlace(
            "feedback",
            "customer_id = ANY ($2) OR id = ANY ($2)",
            ("text", "external_id", "source", "product", *_SEALED),
            {"text": "''", "external_id": "NULL", "source": "NULL", "product": "NULL", "erased_at": "now()"} | _SEALED,
        ),
    ),
    feedback_of=_THEIR_FEEDBACK,
    impersonal={
        "tenant_key.wrapped_data_key": "a tenant's key, sealed under the master key",
        "tenant_key.wrapped_index_key": "as wrapped_data_key",
        "tenant_home.country": "of a company",
        "customer.language": "one of two",
        "duplicate_link.kind": "one of two",
        "duplicate_link.undone_by": "what an operator calls a key, or a member's id",
        "feedback.channel": "one of a closed list",
        "feedback.receipt_code": "random; it opens only the time of receipt",
        "feedback.body_mac": "a keyed hash of the whole body; by it a repeat is known and not taken in again",
        "feedback.external_mac": "a keyed hash of an id, as body_mac",
        "feedback.language": "one of two",
        "feedback.rating_given": "a scale of a closed list, and a number",
        "consent.purpose": "one of three",
        "public_code.code": "as feedback.receipt_code",
        "erasure.kind": "customer or feedback",
        "erasure.marks": "keyed hashes of an erased person, kept so that a restored backup can be told of them",
        "erasure.reason": "one of a closed list",
    },
)
