"""Signatures of other systems: the known answers, and nothing else."""

from datetime import UTC, datetime, timedelta

import pytest

from services.collector.channels.mapping.presets import presets
from services.collector.channels.signatures import SCHEMES, WINDOW, BadSignatureError, Signed, verify

BODY = b'{"event_type":"form_response"}'
OTHER = b'{"test": 2432232314}'
ZENDESK_AT = "2024-01-01T00:00:00Z"
SENT = {
    "standard_webhooks": (
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        {
            "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "webhook-timestamp": "1614265330",
            "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        },
        OTHER,
        datetime.fromtimestamp(1614265330, UTC),
    ),
    "typeform": ("tfsecret", {"typeform-signature": "sha256=hjDEL7FGkqbMeK6AISjy/kKmlkRmN9ozR6Bmfyw8/CY="}, BODY, None),
    "zendesk": (
        "zsecret",
        {
            "x-zendesk-webhook-signature": "vF6TWiNaiQIa0dZNyHa9WEl7kKdJ4bGXC0dAMgqG1X8=",
            "x-zendesk-webhook-signature-timestamp": ZENDESK_AT,
        },
        BODY,
        datetime.fromisoformat(ZENDESK_AT),
    ),
    "surveymonkey": ("apikey&secret", {"sm-signature": "ueSFj/sqM2y3UMFOb1RY83CjKrQ="}, BODY, None),
    "intercom": ("isecret", {"x-hub-signature": "sha1=61e0fb3e80769a032e698a1ee0d4bb5178290a05"}, BODY, None),
    "hootsuite": (
        "00112233445566778899aabbccddeeff",
        {"x-hootsuite-signature": "0c293a16746026030a4da682ad7ef36a56fd73cbb731e1cc599d206354887e64"},
        BODY,
        None,
    ),
}
LATER = datetime(2026, 11, 22, tzinfo=UTC)


def test_every_scheme_has_a_known_answer_and_every_preset_a_known_scheme() -> None:
    assert set(SENT) == set(SCHEMES)
    assert {preset.signature for preset in presets().values()} - {None} <= set(SCHEMES)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_known_answer_is_taken_and_what_was_changed_is_not(scheme: str) -> None:
    secret, headers, body, at = SENT[scheme]
    moment = at or LATER
    verify(scheme, secret, Signed(headers, body), moment)
    header = SCHEMES[scheme].header
    changed = {
        "signature_wrong": [
            (secret, headers, body + b" "),
            (secret[:-2] + "00", headers, body),
            (secret, {**headers, header: headers[header][:-4] + "AAA="}, body),
            (secret, {**headers, header: "é" * 9}, body),
            (secret, {**headers, header: "x" * 9_999}, body),
        ],
        "signature_missing": [(secret, {**headers, header: ""}, body), (secret, {}, body)],
    }
    for code, some in changed.items():
        for other_secret, other_headers, other_body in some:
            with pytest.raises(BadSignatureError, match=code):
                verify(scheme, other_secret, Signed(other_headers, other_body), moment)


@pytest.mark.parametrize("scheme", [name for name, scheme in SCHEMES.items() if scheme.time_header])
def test_what_was_sent_long_ago_or_says_no_time_is_refused(scheme: str) -> None:
    secret, headers, body, at = SENT[scheme]
    assert at is not None
    verify(scheme, secret, Signed(headers, body), at + WINDOW)
    for moment in (at + WINDOW + timedelta(seconds=1), at - WINDOW - timedelta(seconds=1)):
        with pytest.raises(BadSignatureError, match="signature_too_old"):
            verify(scheme, secret, Signed(headers, body), moment)
    for written in ("", "yesterday", "9" * 40, "2024-01-01T00:00:00"):
        wrong = {**headers, str(SCHEMES[scheme].time_header): written}
        with pytest.raises(BadSignatureError):
            verify(scheme, secret, Signed(wrong, body), at)


def test_while_one_key_takes_over_from_another_there_are_two_signatures() -> None:
    secret, headers, body, at = SENT["standard_webhooks"]
    assert at is not None
    both = {**headers, "webhook-signature": f"v1,AAAA {headers['webhook-signature']}"}
    verify("standard_webhooks", secret, Signed(both, body), at)


@pytest.mark.parametrize(("scheme", "secret"), [("standard_webhooks", "whsec_***"), ("hootsuite", "no hex")])
def test_a_secret_that_is_none_is_named(scheme: str, secret: str) -> None:
    _, headers, body, at = SENT[scheme]
    with pytest.raises(BadSignatureError, match="secret_wrong"):
        verify(scheme, secret, Signed(headers, body), at or LATER)
