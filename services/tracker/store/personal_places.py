"""Where the tracker holds anything of a person, and why its other texts are nobody's. A test walks all columns."""

from services.tracker.domain.telling import NoticeState, Reason
from shared.privacy.places import PersonalPlace, PersonalRegister

_STAFF = "written by staff about many customers; the API page asks them to leave persons out"
_STAFFS = "of a person of the company, not of a customer; POST /v1/members/{id}:forget blanks it"
_THEIRS = "customer_id = ANY ($2) OR feedback_id = ANY ($2)"
_THEIR_FEEDBACK = f"SELECT feedback_id FROM customer_case WHERE tenant_id = $1 AND ({_THEIRS})"
_WAS_QUEUED = f"state = '{NoticeState.QUEUED}'"

REGISTER = PersonalRegister(
    places=(
        # Ids alone; but that somebody said the same goes with what they said.
        PersonalPlace("told_before", f"id IN ({_THEIR_FEEDBACK}) OR original_id IN ({_THEIR_FEEDBACK})", ()),
        # What the model saw in the text are words of the text; tags are one case's, written by hand.
        PersonalPlace(
            "customer_case",
            _THEIRS,
            ("text", "terms", "urgency_terms", "tags", "source", "product"),
            {
                "text": "''",
                "terms": "'[]'",
                "urgency_terms": "'[]'",
                "tags": "'{}'",
                # Free words of whoever sent them: masked, but nobody knows what else they say.
                "source": "NULL",
                "product": "NULL",
                "erased_at": "coalesce(erased_at, now())",
            },
        ),
        # That something was noted or answered stays; what, goes.
        PersonalPlace(
            "case_event",
            f"case_id IN (SELECT id FROM customer_case WHERE tenant_id = $1 AND ({_THEIRS}))",
            ("detail",),
            {"detail": "detail - '{text,tags}'::text[]"},
        ),
        # The row stays, for it says that somebody was told; who waits to be told is not told any more.
        PersonalPlace(
            "notice",
            "customer_id = ANY ($2)",
            ("subject", "text"),
            {
                "subject": "left(subject, 0)",
                "text": "left(text, 0)",
                "address_id": "NULL",
                "reason": f"CASE WHEN {_WAS_QUEUED} THEN '{Reason.UNKNOWN_CUSTOMER}' ELSE reason END",
                "ended_at": f"CASE WHEN {_WAS_QUEUED} THEN now() ELSE ended_at END",
                "state": f"CASE WHEN {_WAS_QUEUED} THEN '{NoticeState.SKIPPED}' ELSE state END",
            },
        ),
    ),
    feedback_of="""
        SELECT feedback_id AS id FROM customer_case
        WHERE tenant_id = $1 AND (customer_id = ANY ($2) OR feedback_id = ANY ($2))
    """,
    impersonal={
        "customer_case.state": "one of a closed list",
        "customer_case.stage": "one of a closed list",
        "customer_case.language": "one of two",
        "customer_case.category": "one of a taxonomy",
        "customer_case.model_category": "one of a taxonomy",
        "customer_case.model_urgency": "one of four",
        "customer_case.ranked": "of a taxonomy, with numbers",
        "customer_case.close_reason": "one of a closed list",
        "case_event.kind": "one of a closed list",
        "case_event.by": "what an operator calls a key, or a member's id",
        "customer_case.urgency": "one of four",
        "customer_case.model_version": "the hash of a file",
        "customer_case.channel": "one of a closed list",
        "problem.title": _STAFF,
        "action.kind": "one of a closed list",
        "action.title": _STAFF,
        "action.answers": _STAFF,
        "action.state": "one of a closed list",
        "action_move.from_state": "one of a closed list",
        "action_move.to_state": "one of a closed list",
        "action_move.note": _STAFF,
        "action_move.moved_by": "what an operator calls a key",
        "tenant.slug": "what an operator calls a company",
        "tenant.country": "of a company",
        "tenant.name": "as slug",
        "tenant.brand": "as slug",
        "tenant.state": "one of a closed list",
        "tenant.time_zone": "one of a closed list",
        "tenant.languages": "of two",
        "api_key.kind": "one of a closed list",
        "api_key.label": "what an administrator calls a key",
        "api_key.secret_sha256": "a hash of 256 random bits",
        "api_key.scopes": "constants of the code",
        "api_key.channel": "one of a closed list",
        "api_key.origins": "the pages that an app stands on",
        "api_key.made_by": "what an operator calls a key, or a member's id",
        "customer_case.trace_id": "random",
        "member.email": _STAFFS,
        "member.name": _STAFFS,
        "member.roles": "of five",
        "member.language": "one of two",
        "member.time_zone": "one of a closed list",
        "member.password_hash": _STAFFS,
        "member.oidc_issuer": "whose identities the company uses",
        "member.oidc_subject": _STAFFS,
        "session.secret_sha256": "a hash of 256 random bits",
        "session.way": "one of a closed list",
        "one_time_link.purpose": "one of a closed list",
        "one_time_link.email": _STAFFS,
        "one_time_link.secret_sha256": "a hash of 256 random bits",
        "sign_in_count.who": "a keyed hash, gone within the hour",
        "suppressed_address.status": "a code of RFC 3463",
        "notice.event": "one of a closed list",
        "notice.channel": "one of a closed list",
        "notice.state": "one of a closed list",
        "notice.reason": "one of a closed list",
        "notice.language": "one of two",
    },
)
