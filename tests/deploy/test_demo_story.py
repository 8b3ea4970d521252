"""The demo's year: what is composed holds what the demo promises, whenever it is told."""

import random
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from deploy.demo.fates import FRESH_DAYS, Fate, fate_of, is_gathered
from deploy.demo.sheets import SPAM, read, read_products, read_sheet, read_topics
from deploy.demo.story import DAYS, ITEMS, WAVES, ZONE, Item, compose
from services.classifier.model.corpus import starter_taxonomy
from services.collector.api.feedback_schema import FeedbackIn
from services.tracker.domain.action_states import MOVES, ActionState
from shared.contracts.vocabulary import Language

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
WINTER = datetime(2027, 2, 3, 20, 0, tzinfo=UTC)
REPEATED_SHARE_MAX = 0.01
DOMAINS = ("example.test", "example.com")
EMAIL = re.compile(r"[\w.+-]+@([\w.-]*\w)")
LONG_NUMBER = re.compile(r"\d[\d -]{5,}\d")
PHONE_OF_NOBODY = re.compile(r"\+86 1290000\d{4}|\+44 7700900\d{3}|07700 900\d{3}")
HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module", params=[NOW, WINTER], ids=["autumn", "winter"])
def moment(request: pytest.FixtureRequest) -> datetime:
    found: datetime = request.param
    return found


@pytest.fixture(scope="module")
def story(moment: datetime) -> list[Item]:
    return compose(moment)


def weeks_ago(item: Item, moment: datetime) -> int:
    return (moment - item.occurred_at) // timedelta(weeks=1)


def fates(story: list[Item], moment: datetime) -> Iterator[tuple[Item, Fate]]:
    rng = random.Random(1)  # noqa: S311 - a story, no secret
    return ((item, fate_of(item, moment, rng)) for item in story)


def test_the_same_moment_tells_the_same_story(story: list[Item], moment: datetime) -> None:
    assert compose(moment) == story


def test_a_year_of_at_least_two_thousand_oldest_first(story: list[Item], moment: datetime) -> None:
    moments = [item.occurred_at for item in story]
    assert len(story) == ITEMS >= 2000
    assert moments == sorted(moments)
    assert moment - timedelta(days=DAYS) <= moments[0] < moments[-1] <= moment
    assert all(Counter(weeks_ago(item, moment) for item in story)[week] >= 15 for week in range(51))


def test_nearly_nothing_is_said_twice(story: list[Item]) -> None:
    texts = [item.body["text"] for item in story]
    assert len(texts) - len(set(texts)) <= len(texts) * REPEATED_SHARE_MAX


def test_two_of_three_speak_chinese_and_the_texts_do_as_they_say(story: list[Item]) -> None:
    languages = Counter(item.body["language"] for item in story)
    assert 0.6 < languages[Language.ZH] / len(story) < 0.7
    in_english = [item.body["text"] for item in story if item.body["language"] is Language.EN]
    assert [text for text in in_english if HAN.search(text)] == []


def test_the_door_takes_every_item(story: list[Item]) -> None:
    long_ago = {"occurred_at": NOW.replace(year=2024).isoformat(), "consent": None}  # Whatever the clock says today.
    assert [item for item in story if FeedbackIn.model_validate({**item.body, **long_ago}).warnings()] == []
    assert len({item.body["external_id"] for item in story}) == len(story)


def test_no_blank_is_left_unfilled_and_short_and_long_texts_are_there(story: list[Item]) -> None:
    texts = [item.body["text"] for item in story]
    assert [text for text in texts if re.search(r"[{}]|  |，，|。。|^[，。]", text)] == []
    assert min(map(len, texts)) <= 8
    assert max(map(len, texts)) >= 150


def test_nobody_real_is_in_it(story: list[Item]) -> None:
    for item in story:
        text, customer = item.body["text"], item.body.get("customer", {})
        found = EMAIL.findall(text) + EMAIL.findall(customer.get("email", ""))
        assert [domain for domain in found if not domain.endswith(DOMAINS)] == []
        assert [number for number in LONG_NUMBER.findall(text) if not PHONE_OF_NOBODY.fullmatch(number)] == []
        assert "phone" not in customer or PHONE_OF_NOBODY.fullmatch(customer["phone"])
    assert all(member["email"].endswith(DOMAINS) for member in read("people")["members"])


def test_the_heater_rises_for_eight_weeks_is_mended_and_recovers(story: list[Item], moment: datetime) -> None:
    wave = Counter(weeks_ago(item, moment) for item in story if item.wave == "trips_breaker")
    assert max(wave, key=lambda week: wave[week]) in range(16, 19)
    rising = [wave[week] for week in range(24, 16, -1)]
    assert rising == sorted(rising)
    assert sum(wave[week] for week in range(8)) <= 3
    [action] = [one["action"] for one in read("work")["problem"] if one.get("wave") == "trips_breaker"]
    implemented = next(move["days"] for move in action["moves"] if move["to"] == "implement") // 7
    after = sum(wave[week] for week in range(implemented - 6, implemented - 1))
    assert after < sum(wave[week] for week in range(implemented + 1, implemented + 6)) / 4


def test_air_conditioners_are_spoken_of_in_summer(story: list[Item]) -> None:
    months = Counter(
        item.occurred_at.astimezone(ZONE).month
        for item in story
        if item.body["product"]["category"] == "air_conditioner"
    )
    assert months[7] > 3 * max(months[4], months[10])
    cooling = {item.occurred_at.astimezone(ZONE).month for item in story if item.topic.key == "no_cooling"}
    assert cooling <= {5, 6, 7, 8, 9}


def test_a_thin_story_keeps_its_waves(moment: datetime) -> None:
    thin = compose(moment, 60)
    assert {wave.topic for wave in WAVES} <= {item.wave for item in thin}


def test_what_is_over_is_over_and_the_last_days_wait_for_somebody(story: list[Item], moment: datetime) -> None:
    standing = [(item, fate.change.get("state", "new")) for item, fate in fates(story, moment)]
    fresh = [state for item, state in standing if moment - item.occurred_at < timedelta(days=FRESH_DAYS)]
    waiting = [state for _, state in standing if state in ("new", "open", "waiting")]
    assert 90 <= sum(state in ("new", "open") for state in fresh) <= 150
    assert len(waiting) < len(story) * 0.1
    assert all(moment - item.occurred_at < timedelta(days=FRESH_DAYS) for item, state in standing if state == "new")


def test_some_rest_are_tagged_assigned_and_reviewed(story: list[Item], moment: datetime) -> None:
    told = [fate for _, fate in fates(story, moment)]
    parts = Counter(part for fate in told for part in fate.change)
    assert min(parts["snoozed_until"], parts["tags"], parts["category"], parts["close_reason"]) >= 2
    assert sum(fate.has_assignee for fate in told) > len(told) / 4
    assert all(("close_reason" in fate.change) == (fate.change.get("state") == "closed") for fate in told)


def test_the_heaters_problem_gathers_all_of_its_wave(story: list[Item], moment: datetime) -> None:
    assert all(is_gathered(item, moment) for item in story if item.wave == "trips_breaker")
    newest = [item for item in story if item.wave == "map_lost" and not is_gathered(item, moment)]
    assert newest
    assert not any(is_gathered(item, moment) for item in story if item.wave in (None, "dish_leaks"))


def test_every_topic_has_words_in_both_languages_and_a_place_in_the_taxonomy() -> None:
    products = {product.key for product in read_products()}
    for topic in read_topics():
        assert topic.category == SPAM or topic.category in starter_taxonomy(), topic.key
        assert topic.product is None or topic.product in products, topic.key
    for language in Language:
        sheet = read_sheet(language)
        assert sheet.topic.keys() == {topic.key for topic in read_topics()}
        assert all(said[part] for said in sheet.topic.values() for part in ("say", "more", "short"))


@pytest.mark.parametrize(
    "problem", read("work")["problem"], ids=lambda problem: problem.get("wave") or problem["topic"]
)
def test_the_actions_history_goes_along_its_table(problem: dict[str, dict[str, list[dict[str, int]]]]) -> None:
    state, days = ActionState.DRAFT, problem["action"]["days"]
    assert problem["days"] > days  # type: ignore[operator]  # a number beside a table
    for move in problem["action"]["moves"]:
        assert ActionState(str(move["to"])) in MOVES[state]
        assert move["days"] < days  # type: ignore[operator]  # a number beside a table
        state, days = ActionState(str(move["to"])), move["days"]  # type: ignore[assignment]  # as above
