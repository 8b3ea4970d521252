"""The mapping engine: guesses that say why, bodies that the door takes, and faults by column."""

import io
import json
from typing import Any
from uuid import uuid4

import pytest

from services.collector.api.feedback_schema import FeedbackIn
from services.collector.channels.files.opening import look_into, records
from services.collector.channels.files.reading import Told, UnreadableFileError
from services.collector.channels.mapping.engine import Engine, MappedRow
from services.collector.channels.mapping.guess import Guess, guess
from services.collector.channels.mapping.mapping import Mapping, WrongMappingError, mapping_of, overridden
from services.collector.channels.mapping.occurrences import Occurrences
from services.collector.channels.mapping.presets import fold, presets, recognised
from services.collector.channels.mapping.settle import survey
from services.collector.domain.normal_forms import DateOrder
from shared.web.field_texts import FIELD_RULES
from shared.web.row_texts import MAPPING_REASONS

GOOGLE_PLAY = (
    "Package Name,App Version Code,App Version Name,Reviewer Language,Device,Review Submit Date and Time,"
    "Review Submit Millis Since Epoch,Review Last Update Date and Time,Review Last Update Millis Since Epoch,"
    "Star Rating,Review Title,Review Text,Developer Reply Date and Time,Developer Reply Millis Since Epoch,"
    "Developer Reply Text,Review Link\n"
)


def understood(content: str, encoding: str = "utf-8") -> tuple[Guess, list[MappedRow]]:
    """A file from its bytes to bodies, as an import does it."""
    file = io.BytesIO(content.encode(encoding))
    first = look_into(file, "f.csv", Told(duplicates="number"))  # type: ignore[arg-type]  # a string enum
    preset = recognised(first.columns)
    reading = look_into(file, "f.csv", preset.told(Told()))
    sample = [record.cells for record in records(file, reading)]
    guessed = guess(reading, sample, "f.csv", preset)
    mapping = survey(records(file, reading), guessed.mapping).settled(guessed.mapping)
    return guessed, list(Engine(mapping).rows(records(file, reading)))


def bodies(rows: list[MappedRow]) -> list[dict[str, Any]]:
    taken = [row.body for row in rows if row.body is not None]
    for body in taken:
        FeedbackIn.model_validate(body)
    return taken


def test_a_plain_table_is_guessed_by_names_and_says_why() -> None:
    content = "编号,反馈内容,评分,手机号,提交时间,客户编号\n7,一开就跳闸,★★☆☆☆,138 0013 8000,2026年3月5日 8:07,c1\n"
    guessed, rows = understood(content)
    [body] = bodies(rows)
    assert body == {
        "channel": "import",
        "source": "f.csv",
        "text": "一开就跳闸",
        "external_id": "7",
        "rating": {"scale": "stars5", "value": 2.0},
        "occurred_at": "2026-03-05T08:07:00+08:00",
        "customer": {"external_id": "c1", "phone": "138 0013 8000"},
        "originals": {"occurred_at": "2026年3月5日 8:07", "rating": "★★☆☆☆"},
    }
    assert {reason.code for reason in guessed.reasons} == {"column_name"} < set(MAPPING_REASONS)


def test_words_are_found_where_no_column_is_called_so() -> None:
    content = "a,b,c,d\n1,x@example.test,the heater trips the breaker,red\n2,y@example.test,it leaks below,red\n"
    guessed, rows = understood(content)
    assert guessed.mapping.fields == {"text": ("c",), "customer.email": ("b",)}
    assert [reason.code for reason in guessed.reasons] == ["looks_like_it", "longest_words"]
    assert guessed.left == ["a", "d"]
    assert len(bodies(rows)) == 2


def test_google_forms_takes_the_longest_question_and_names_the_other() -> None:
    content = (
        "时间戳记,您还有什么建议吗,您遇到了什么问题,评分,评分\n"
        "2026/3/5 下午3:07:09,希望能快一点回复,热水器一开就跳闸而且手摸水龙头有点麻,2,3\n"
    )
    guessed, rows = understood(content)
    assert guessed.mapping.preset == "google_forms"
    assert guessed.mapping.of("text") == ("您遇到了什么问题",)
    assert guessed.other_texts == ["您还有什么建议吗"]
    [body] = bodies(rows)
    assert (body["occurred_at"], body["channel"]) == ("2026-03-05T15:07:09+08:00", "survey")


def test_surveymonkey_has_two_header_rows() -> None:
    content = (
        "Respondent ID,Collector ID,Start Date,End Date,IP Address,Email Address,First Name,Last Name,Custom Data 1,"
        "How satisfied are you?,What should we improve?\n"
        ",,,,,,,,,Response,Open-Ended Response\n"
        "118,4,03/25/2026 08:07:00 AM,03/25/2026 08:09:11 PM,,a@example.test,Ann,Lee,c7,Very satisfied,"
        "Please answer the phone sooner\n"
    )
    guessed, rows = understood(content)
    [body] = bodies(rows)
    assert guessed.mapping.preset == "surveymonkey"
    assert body["external_id"] == "118"
    assert body["occurred_at"] == "2026-03-25T20:09:11+08:00"
    assert body["customer"] == {"external_id": "c7", "email": "a@example.test", "name": "Ann Lee"}
    assert body["text"] == "Please answer the phone sooner"


def test_google_play_takes_the_reviews_id_from_its_link_and_reports_bare_stars() -> None:
    link = "http://play.google.com/console/reviews?reviewId=gp:AOqpT-1&corpus=PUBLIC"
    row = "app.huiyin,7,1.2,zh,HWELE,2026-03-05T08:07:00Z,1772698020000,2026-03-05T08:07:00Z,1772698020000"
    content = f"{GOOGLE_PLAY}{row},2,闪退,打开就闪退,,,,{link}\n{row},5,,,,,,{link}2\n"
    guessed, rows = understood(content, "utf-16")
    [body] = bodies(rows)
    assert guessed.mapping.preset == "google_play"
    assert (body["source"], body["channel"], body["external_id"]) == ("google_play", "social", "gp:AOqpT-1")
    assert body["social"] == {"platform": "google_play", "kind": "review", "post_url": link}
    assert body["text"] == "闪退\n打开就闪退"
    assert body["occurred_at"] == "2026-03-05T16:07:00+08:00"
    assert [fault.code for fault in rows[1].faults] == ["rating_only"]


@pytest.mark.parametrize("names", ["customer_id,product_id,feedback_date,feedback_text,rating"] * 1 + [
    "CustomerID,ProductID,FeedbackDate,FeedbackText,Rating",
    "CUSTOMER_ID,PRODUCT_ID,FEEDBACK_DATE,FEEDBACK_TEXT,RATING",
])  # fmt: skip
def test_the_classic_schema_is_known_in_any_spelling(names: str) -> None:
    guessed, rows = understood(f"{names}\n3,9,2026-03-05,一开就跳闸,2\n")
    [body] = bodies(rows)
    assert guessed.mapping.preset == "classic"
    assert body["customer"] == {"external_id": "3"}
    assert body["product"] == {"sku": "9"}
    assert body["rating"] == {"scale": "stars5", "value": 2.0}


@pytest.mark.parametrize(
    ("dates", "order"),
    [
        (["03/05/2026", "25/05/2026"], DateOrder.DAY_FIRST),
        (["03/05/2026", "05/25/2026"], DateOrder.MONTH_FIRST),
        (["2026-03-05", "5.3.2026"], None),
    ],
)
def test_one_value_above_twelve_settles_the_order_of_all(dates: list[str], order: DateOrder | None) -> None:
    content = "text,date\n" + "".join(f"words,{date}\n" for date in dates)
    _, rows = understood(content)
    months = {body["occurred_at"][:7] for body in bodies(rows)}
    assert ("2026-05" in months) == (order is not None)
    assert all(row.body for row in rows)


@pytest.mark.parametrize(
    ("dates", "code"),
    [(["03/05/2026", "04/05/2026"], "ambiguous_dates"), (["25/05/2026", "05/25/2026"], "contradicting_dates")],
)
def test_a_file_whose_dates_nobody_can_know_is_refused_until_told(dates: list[str], code: str) -> None:
    content = "text,date\n" + "".join(f"words,{date}\n" for date in dates)
    with pytest.raises(UnreadableFileError) as caught:
        understood(content)
    assert caught.value.code == code


def test_what_was_told_wins_and_what_does_not_fit_is_refused() -> None:
    guessed, _ = understood("text,note,date\nwords,more words,2026-03-05\n")
    told = {"fields": {"text": "note", "occurred_at": None}, "kept": ["text"], "purposes": ["reply"]}
    mapping = overridden(guessed.mapping, told, ("text", "note", "date"))
    assert mapping.fields == {"text": ("note",)}
    assert mapping_of(json.loads(json.dumps(mapping.as_document()))) == mapping
    for wrong in ({"fields": {"text": "nope"}}, {"fields": {"nope": "text"}}):
        with pytest.raises(WrongMappingError) as caught:
            overridden(guessed.mapping, wrong, ("text", "note", "date"))
        assert caught.value.code in FIELD_RULES


def test_told_columns_are_kept_as_they_are_and_the_door_takes_them() -> None:
    long = "为什么" * 60
    content = f'text,{long},empty\nwords,"a\nb",\n'
    guessed, _ = understood(content)
    mapping = overridden(guessed.mapping, {"kept": [long, "empty"]}, ("text", long, "empty"))
    file = io.BytesIO(content.encode())
    [body] = bodies(list(Engine(mapping).rows(records(file, look_into(file, "f.csv", Told())))))
    assert body["more"] == {long[:80]: "a b"}
    with pytest.raises(WrongMappingError, match="too_many"):
        overridden(guessed.mapping, {"kept": ["text"] * 51}, ("text", long, "empty"))


def test_faults_name_column_code_and_original() -> None:
    _, rows = understood("text,rating,date,language\nwords,9,2026-03-05,en\n,3,yesterday,??\nwords,,,\n")
    assert [[(fault.column, fault.code, fault.original) for fault in row.faults] for row in rows] == [
        [("rating", "off_the_scale", "9")],
        [("date", "not_a_time", "yesterday"), ("language", "not_a_language", "??"), ("text", "empty", "")],
        [],
    ]
    for row in rows:
        assert all(fault.code in FIELD_RULES for fault in row.faults)


def test_equal_rows_without_an_id_are_told_apart_also_after_a_break() -> None:
    mapping = Mapping(source="s", fields={"text": ("text",)})
    file = io.BytesIO(b"text\nsame\nsame\nother\nsame\n")
    reading = look_into(file, "f.csv", Told())
    found = list(records(file, reading))
    whole = [row.body["external_id"] for row in Engine(mapping).rows(found) if row.body]
    assert len(set(whole)) == 4
    first = Occurrences()
    begun = [row.body["external_id"] for row in Engine(mapping, first).rows(found[:2]) if row.body]
    again = Engine(mapping, Occurrences([first.fresh()]))
    assert begun + [row.body["external_id"] for row in again.rows(found[2:]) if row.body] == whole
    assert first.fresh() == b""


def test_a_payload_is_mapped_by_paths_with_the_same_engine() -> None:
    fields = {"text": ("answers.1.text",), "customer.email": ("hidden.email",), "consent.reply": ("ok",)}
    file = io.BytesIO(
        json.dumps({"answers": [{}, {"text": "跳闸"}], "hidden": {"email": "a@b.test"}, "ok": True}).encode()
    )
    reading = look_into(file, "f.jsonl", Told())
    [row] = Engine(Mapping(source="s", fields=fields)).rows(records(file, reading))
    [body] = bodies([row])
    assert (body["text"], body["customer"]) == ("跳闸", {"email": "a@b.test"})
    assert body["consent"]["purposes"] == ["reply"]


def test_every_preset_can_be_read_and_every_alias_has_one_meaning() -> None:
    assert {"generic", "google_forms", "surveymonkey", "google_play", "classic"} <= set(presets())
    for preset in presets().values():
        once = (columns for target, columns in preset.fields.items() if target not in preset.picks)
        names = [fold(name) for columns in once for name in columns]
        twice = {name for name in names if names.count(name) > 1}
        assert twice == set(), preset.name
    assert recognised([str(uuid4())]).name == "generic"
