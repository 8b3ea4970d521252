"""The collector's rules, tried on plain values."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from services.collector.api.feedback_schema import canonical
from services.collector.channels.fields import Email
from services.collector.domain.dialling import one_spelling
from services.collector.domain.identity import EMAIL, EXTERNAL_ID, PHONE, Mark, choose_owner, normal_form, values_of
from services.collector.domain.intake import SCALES, Person, Rating, rating_share
from services.collector.domain.language import language_of_tag, language_of_text
from services.collector.domain.receipt_code import ALPHABET, new_receipt_code, read_receipt_code
from shared.contracts.countries import DIAL_PLANS
from shared.contracts.vocabulary import Language

ANN, BOB = UUID(int=1), UUID(int=2)
ID, MAIL, CALL = (Mark(kind, b"") for kind in (EXTERNAL_ID, EMAIL, PHONE))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("热水器跳闸", Language.ZH),
        ("The heater trips the breaker", Language.EN),
        ("iPhone充不进电", Language.ZH),
        ("My 热水器 trips the breaker every single morning", Language.EN),
        ("𠀀𠀁", Language.ZH),
        ("123 !!! 😀", Language.EN),
        ("", Language.EN),
    ],
)
def test_a_text_is_in_the_language_of_its_script(text: str, language: Language) -> None:
    assert language_of_text(text) is language


@pytest.mark.parametrize(
    ("tag", "language"),
    [("zh", "zh"), ("zh-CN", "zh"), (" ZH_hans ", "zh"), ("中文", "zh"), ("en-GB", "en"), ("de", "en"), ("", "en")],
)
def test_a_tag_names_a_language_of_the_house(tag: str, language: str) -> None:
    assert language_of_tag(tag) == language


@given(st.text())
def test_every_text_has_a_language(text: str) -> None:
    assert language_of_text(text) in Language
    assert language_of_tag(text) in Language


def test_receipt_codes_have_no_characters_that_look_alike() -> None:
    assert not set("01OIULuoil") & (set(ALPHABET) - {"U"})
    assert len(set(ALPHABET)) == len(ALPHABET)
    codes = {new_receipt_code() for _ in range(1_000)}
    assert len(codes) == 1_000
    assert {len(code) for code in codes} == {14}
    assert set("".join(codes)) == {*ALPHABET, "-"}


@given(st.text(alphabet=" -_./　", max_size=3), st.booleans())
def test_a_code_is_read_back_however_it_is_spelt(filling: str, is_small: bool) -> None:  # noqa: FBT001 - hypothesis gives it by name
    code = new_receipt_code()
    written = filling.join(code.replace("-", ""))
    assert read_receipt_code(written.lower() if is_small else written) == code


@given(st.text())
def test_reading_a_code_never_fails_and_changes_no_code(written: str) -> None:
    once = read_receipt_code(written)
    assert set(once) <= {*ALPHABET, "-"}
    assert read_receipt_code(once) == once


@pytest.mark.parametrize(
    ("kind", "written", "normal"),
    [
        (EMAIL, " Ann@Example.TEST ", "ann@example.test"),
        (EMAIL, "ａｎｎ@example.test", "ann@example.test"),
        (PHONE, "+86 (138) 0000-0000", "+8613800000000"),
        (PHONE, "138 0000 0000", "+8613800000000"),
        (PHONE, "8613800000000", "+8613800000000"),
        (PHONE, "0086 138-0000-0000", "+8613800000000"),
        (PHONE, "（010）6234 5678", "+861062345678"),
        (PHONE, "+86 (0)10 6234 5678", "+861062345678"),
        (PHONE, "+86 010 6234 5678", "+861062345678"),
        (PHONE, "+44 (0)20 7946 0000", "+442079460000"),
        (PHONE, "62345678", "62345678"),
        (PHONE, "95588", "95588"),
        (PHONE, "010-62345678 转 8001", "010623456788001"),
        (PHONE, "１３８", "138"),
        (PHONE, "n/a", ""),
        (EXTERNAL_ID, " a 1 ", "a 1"),
        (EXTERNAL_ID, "A1", "A1"),
    ],
)
def test_equal_values_have_one_normal_form(kind: str, written: str, normal: str) -> None:
    assert normal_form(kind, written, "CN") == normal


@given(
    st.sampled_from([EMAIL, PHONE, EXTERNAL_ID]),
    st.text() | st.text(alphabet="+0123456789 ()", max_size=18),
    st.sampled_from(sorted(DIAL_PLANS)),
)
def test_a_normal_form_is_its_own(kind: str, written: str, country: str) -> None:
    once = normal_form(kind, written, country)
    assert normal_form(kind, once, country) == once


@pytest.mark.parametrize(
    ("country", "at_home", "from_abroad"),
    [
        ("US", "(415) 555-0100", "+1 415 555 0100"),
        ("US", "1-415-555-0100", "011 1 415 555 0100"),
        ("RU", "8 812 123-45-67", "+7 812 1234567"),
        ("RU", "812 123 45 67", "+7 812 1234567"),
        ("IT", "06 1234 5678", "+39 06 1234 5678"),
        ("GB", "020 7946 0000", "+44 20 7946 0000"),
        ("HK", "6123 4567", "+852 6123 4567"),
    ],
)
def test_a_number_at_home_is_the_one_from_abroad(country: str, at_home: str, from_abroad: str) -> None:
    assert one_spelling(at_home, country) == one_spelling(from_abroad, country)
    assert one_spelling(at_home, country).startswith("+")


def test_dial_plans_are_digits() -> None:
    for country, plan in DIAL_PLANS.items():
        assert len(country) == 2
        assert (plan.code + plan.trunk + plan.abroad).isdecimal()
        assert plan.digits_min <= plan.digits_max
        assert one_spelling("5" * plan.digits_max, country) == f"+{plan.code}{'5' * plan.digits_max}"


def test_what_is_empty_names_nobody() -> None:
    assert values_of(Person(name="Ann", phone="-", external_id=""), "CN") == []
    assert values_of(Person(phone="1", email="A@b.c", external_id="x"), "CN") == [
        (EXTERNAL_ID, "x"),
        (EMAIL, "a@b.c"),
        (PHONE, "1"),
    ]


@pytest.mark.parametrize(
    ("marks", "owners", "named", "who"),
    [
        ([], {}, set(), None),
        ([MAIL], {}, set(), None),
        ([MAIL], {MAIL: ANN}, set(), ANN),
        ([MAIL], {MAIL: ANN}, {ANN}, ANN),
        ([ID, MAIL], {ID: ANN, MAIL: BOB}, {ANN}, ANN),
        ([ID, MAIL], {ID: ANN, MAIL: BOB}, {ANN, BOB}, ANN),
        ([ID, MAIL], {MAIL: BOB}, set(), BOB),
        ([ID, MAIL], {MAIL: BOB}, {BOB}, None),
        ([ID, MAIL, CALL], {MAIL: BOB, CALL: ANN}, {BOB}, ANN),
        ([ID, MAIL, CALL], {MAIL: BOB, CALL: ANN}, {ANN, BOB}, None),
        ([MAIL, CALL], {MAIL: BOB, CALL: ANN}, {ANN, BOB}, BOB),
    ],
)
def test_the_strongest_known_mark_says_who_it_is(
    marks: list[Mark], owners: dict[Mark, UUID], named: set[UUID], who: UUID | None
) -> None:
    assert choose_owner(marks, owners, named) == who


@pytest.mark.parametrize("scale", SCALES)
def test_a_rating_is_a_share_of_its_scale(scale: str) -> None:
    lowest, highest = SCALES[scale]
    middle = (lowest + highest) / 2
    assert [rating_share(Rating(scale, value)) for value in (lowest, middle, highest)] == [0.0, 0.5, 1.0]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), VALUES))
def test_equal_bodies_have_one_spelling(body: dict[str, object]) -> None:
    assert canonical(dict(reversed(body.items()))) == canonical(body)
    assert canonical(body | {"one more": 1}) != canonical(body | {"one more": 2})


@pytest.mark.parametrize(
    "address",
    ["li.wei+x@example.com", "李伟@例子.中国", "o'neil@a-b.co.uk", "x=1@example.com", "a@xn--fiqs8s.cn", "ก@ไทย.ไทย"],
)
def test_an_address_is_one(address: str) -> None:
    assert TypeAdapter(Email).validate_python(f" {address} ") == address


@pytest.mark.parametrize(
    "address",
    [
        *(
            "mallory@=?utf-8?q?evil=2Ecc?=.evil.cc",
            "=?utf-8?q?x?=@evil.cc",
            "a@b",
            "a@.b",
            "a@b..c",
            "a@b_c.d",
            "a@b c.d",
        ),
        *("a@b=c.d", "a@[1.2.3.4]", '"a"@b.c', "a@b@c.d", "a\u202e@b.c", "a@b\u200b.c", f"a@{'b' * 64}.c", "@b.c"),
    ],
)
def test_what_is_more_or_less_than_an_address_is_refused(address: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Email).validate_python(address)
