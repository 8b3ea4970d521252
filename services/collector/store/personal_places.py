"""Where the collector holds anything of a person, and why its other texts are nobody's. A test walks all columns."""

from shared.privacy.places import PersonalPlace, PersonalRegister

# Of a person, or of one feedback; a file that came before its feedback is told by their common event.
_FILES = """
customer_id = ANY ($2) OR EXISTS (
    SELECT 1 FROM feedback f WHERE f.tenant_id = attachment.tenant_id AND (f.customer_id = ANY ($2) OR f.id = ANY ($2))
        AND (f.id = attachment.feedback_id OR f.client_event_id = attachment.client_event_id)
)
"""
_PROGRESS = "feedback_id IN (SELECT id FROM feedback WHERE customer_id = ANY ($2) OR id = ANY ($2))"
_SEALED = {"masked_spans": "NULL", "sealed_original": "NULL", "wrapped_key": "NULL"}
_THEIR_FEEDBACK = "SELECT id FROM feedback WHERE tenant_id = $1 AND (customer_id = ANY ($2) OR id = ANY ($2))"

REGISTER = PersonalRegister(
    places=(
        # Without the key, what was sealed under it cannot be read in a backup either.
        PersonalPlace("person_key", "id = ANY ($2)", ("wrapped_key",)),
        PersonalPlace("address", "customer_id = ANY ($2)", ("sealed", "kind")),
        PersonalPlace("identity", "customer_id = ANY ($2)", ("blind_index", "kind")),
        PersonalPlace(
            "customer",
            "id = ANY ($2)",
            ("sealed_profile", "region", "reach_by"),
            {"sealed_profile": "NULL", "region": "NULL", "reach_by": "NULL", "erased_at": "now()"},
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
            ("text", "external_id", "source", "product", "details", *_SEALED),
            {"text": "''", "external_id": "NULL", "source": "NULL", "product": "NULL", "details": "NULL"}
            | {"erased_at": "now()"}
            | _SEALED,
        ),
        # After the feedback, whose row whoever adds to these holds: what they add is seen here.
        PersonalPlace("attachment", _FILES, ("sealed_name", "wrapped_key", "declared_sha256", "sha256")),
        PersonalPlace("progress", _PROGRESS, ("stage",)),
        PersonalPlace(
            "customer_reply",
            "customer_id = ANY ($2) OR feedback_id = ANY ($2) OR id = ANY ($2)",
            ("text", *_SEALED),
            {"text": "''", "erased_at": "now()"} | _SEALED,
        ),
    ),
    feedback_of=_THEIR_FEEDBACK,
    impersonal={
        "tenant_key.wrapped_data_key": "a tenant's key, sealed under the master key",
        "tenant_key.wrapped_index_key": "as wrapped_data_key",
        "quarantine.state": "one of a closed list",
        "quarantine.signs": "words of a closed list",
        "quarantine.decided_by": "what an operator calls a key, or a member's id",
        "product.model": "what a company sells",
        "product.model_key": "as product.model",
        "product.category": "a kind of appliance",
        "product.skus": "a company's article numbers",
        "exposure.lot": "a lot of a factory",
        "exposure.month": "a month in which units were in service",
        "customer_merge.state": "one of a closed list",
        "customer_merge.decided_by": "what an operator calls a key, or a member's id",
        "customer_merge.undone_by": "as decided_by",
        "tenant_home.country": "of a company",
        "tenant_home.time_zone": "of a company",
        "attachment.kind": "one of a closed list",
        "attachment.media_type": "one of a closed list",
        "customer.language": "one of two",
        "feedback.channel": "one of the registry's",
        "duplicate_link.kind": "one of two",
        "duplicate_link.undone_by": "what an operator calls a key, or a member's id",
        "feedback.receipt_code": "random; it opens only the time of receipt",
        "feedback.body_mac": "a keyed hash of the whole body; by it a repeat is known and not taken in again",
        "feedback.external_mac": "a keyed hash of an id, as body_mac",
        "feedback.language": "one of two",
        "feedback.rating_given": "a scale of a closed list, and a number",
        "widget_setting.settings": "a company's own words to everybody",
        "consent_text.version": "a company's name for a wording",
        "consent_text.texts": "as widget_setting.settings",
        "consent.purpose": "one of three",
        "public_code.code": "as feedback.receipt_code",
        "import_run.state": "one of a closed list",
        "import_run.begun_by": "a credential's kind and id, as in the audit",
        "import_run.fault": "a code of the house",
        "import_run.dry_counts": "numbers",
        "import_run.wrapped_key": "the import's own key; destroyed at the end of the retention, and with it the rest",
        "import_run.sealed_plan": "the file's name and columns, under the import's key until the retention ends",
        "import_chunk.digests": "hashes of rows without an id; dropped when the import ends",
        "import_chunk.sealed_rejects": "rows that were never taken in, so nobody's yet: sealed under the import's key,"
        " and destroyed with it at the end of the retention",
        "customer_reply.external_mac": "as feedback.external_mac",
        "customer_reply.language": "one of two",
        "mailbox.name": "what an operator calls a mailbox",
        "mailbox.host": "of a company's mail server",
        "mailbox.security": "one of three",
        "mailbox.username": "a company's own mailbox, of no customer",
        "mailbox.sealed_password": "of the mailbox, sealed under the tenant's data key",
        "mailbox.folder": "of the mailbox",
        "mailbox.after_reading": "one of three",
        "mailbox.move_to": "as folder",
        "mailbox.since": "a day",
        "mailbox.fault": "one of a closed list",
        "mail_left.outcome": "one of two",
        "mail_left.reason": "one of a closed list, or a kind of error",
        "erasure.kind": "customer or feedback",
        "erasure.marks": "keyed hashes of an erased person, kept so that a restored backup can be told of them",
        "erasure.reason": "one of a closed list",
    },
)
