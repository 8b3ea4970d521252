"""What happened to the company of the demo in the last twelve months, told backwards from now."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from deploy.demo.people import Crowd, Person
from deploy.demo.sheets import Product, Topic, read_products, read_topics
from deploy.demo.writer import Facts, Writer
from shared.contracts.vocabulary import Channel, Language

ITEMS = 2_600
DAYS = 365
SHARE_ZH = 0.65
GROWTH = 0.6  # How much more comes in at the end of the year than at its beginning.
RUSH_DAYS, RUSH = 14, 0.35  # A sale has brought many new customers.
SEED = "huiyin-demo-1"
ZONE = ZoneInfo("Asia/Shanghai")
SHARE_RATED = 0.8
SHARE_SERIAL = 0.3
SHARE_NAMED = {Channel.SOCIAL: 0.25, Channel.SURVEY: 0.8, Channel.WIDGET: 0.7}
CHANNELS = {Channel.SURVEY: 28, Channel.WIDGET: 27, Channel.SERVICE_RECORD: 18, Channel.EMAIL: 15, Channel.SOCIAL: 12}
SOURCES = {
    Channel.SURVEY: "after-sales-survey",
    Channel.WIDGET: "website",
    Channel.SERVICE_RECORD: "service-desk",
    Channel.EMAIL: "care-mailbox",
    Channel.SOCIAL: "social",
}
STARS = {"praise": (5, 5, 5, 4), "question": (5, 4, 4, 3), "suggestion": (4, 4, 3, 5)}
STARS_OF_COMPLAINTS = (1, 1, 2, 2, 3)
_WEEKDAYS = (1.2, 1.05, 1.0, 1.0, 1.05, 0.9, 0.8)
_HOURS = (1, 1, 0, 0, 0, 1, 2, 4, 7, 9, 9, 8, 7, 6, 6, 6, 6, 6, 7, 9, 10, 9, 6, 3)

Document = dict[str, Any]


@dataclass(frozen=True)
class Wave:
    """Something that goes wrong: how many speak of it, by weeks before now."""

    topic: str
    model: str
    weekly: Mapping[int, int]


# The heater's fault rises for eight weeks, is contained and mended (work.py), and is gone; the map is lost since an
# update six weeks ago; nobody has looked yet at what the dishwashers do since last week.
WAVES: tuple[Wave, ...] = (
    Wave("trips_breaker", "LH-60E", {
        25: 2, 24: 3, 23: 5, 22: 8, 21: 12, 20: 17, 19: 23, 18: 28, 17: 31, 16: 29, 15: 26, 14: 21,
        13: 16, 12: 11, 11: 6, 10: 4, 9: 2, 8: 1, 7: 1, 5: 1,
    }),
    Wave("map_lost", "LS-X3", {5: 3, 4: 7, 3: 10, 2: 11, 1: 9, 0: 8}),
    Wave("dish_leaks", "LD-13", {1: 3, 0: 12}),
)  # fmt: skip


@dataclass(frozen=True)
class Item:
    """One feedback, and what its writer was about: `wave` names the one that it belongs to."""

    number: int
    occurred_at: datetime
    topic: Topic
    wave: str | None
    body: Document


@dataclass(frozen=True)
class _Told:
    """An item before it has words."""

    occurred_at: datetime
    topic: Topic
    wave: Wave | None


def compose(moment: datetime, items: int = ITEMS) -> list[Item]:
    """The whole year, oldest first. The same moment gives the same story; fewer items, the same story thinner."""
    rng = random.Random(SEED)  # noqa: S311 - a story, no secret
    told = sorted(_waves(moment, items / ITEMS, rng), key=_when)
    told += _steady(moment, items - len(told), rng)
    teller = _Teller(rng)
    return [teller.item(number, one) for number, one in enumerate(sorted(told, key=_when), start=1)]


def _when(told: _Told) -> datetime:
    return told.occurred_at


def _waves(moment: datetime, share: float, rng: random.Random) -> list[_Told]:
    topics = {topic.key: topic for topic in read_topics()}
    return [
        _Told(moment - timedelta(weeks=week + rng.random()), topics[wave.topic], wave)
        for wave in WAVES
        for week, count in wave.weekly.items()
        for _ in range(max(1, round(count * share)))
    ]


def _steady(moment: datetime, count: int, rng: random.Random) -> list[_Told]:
    """What comes in at any time, by season and weekday."""
    days = range(DAYS)
    weights = [_weight_of_day(moment, day) for day in days]
    moments = [_hour_of(moment, day, rng) for day in rng.choices(days, weights, k=count)]
    by_month = {month: _weights_in(month) for month in range(1, 13)}
    return [_Told(at, rng.choices(read_topics(), by_month[at.astimezone(ZONE).month])[0], None) for at in moments]


def _weight_of_day(moment: datetime, day: int) -> float:
    weekday = (moment - timedelta(days=day)).astimezone(ZONE).weekday()
    return _WEEKDAYS[weekday] * (1 + GROWTH * (1 - day / DAYS)) * (1 + RUSH * (day < RUSH_DAYS))


def _hour_of(moment: datetime, day: int, rng: random.Random) -> datetime:
    """Some time of that day, when people are awake, and not after now."""
    midnight = (moment - timedelta(days=day)).astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    hour = rng.choices(range(24), _HOURS)[0]
    at = midnight + timedelta(hours=hour, seconds=rng.randrange(3600))
    return at if at < moment else moment - timedelta(seconds=rng.randrange(1, 86_400))


def _weights_in(month: int) -> list[float]:
    season = {product.key: product.months[month - 1] for product in read_products()}
    return [
        topic.weight * season.get(topic.product or "", 1.0) * (not topic.months or month in topic.months)
        for topic in read_topics()
    ]


class _Teller:
    """Gives each item its writer, its product and its words."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._crowd = Crowd(rng)
        self._writer = Writer(rng)

    def item(self, number: int, told: _Told) -> Item:
        language = Language.ZH if self._rng.random() < SHARE_ZH else Language.EN
        channel = self._rng.choices(list(CHANNELS), list(CHANNELS.values()))[0]
        person = self._crowd.meet(language)
        product = self._product(told)
        model = told.wave.model if told.wave else self._rng.choice(product.models)
        name = self._rng.choice(product.names[language])
        slots = {"name": name, "model": model, "city": person.city, "email": person.email}
        body: Document = {
            "text": self._writer.write(told.topic, Facts(language, channel, slots)),
            "channel": channel,
            "source": SOURCES[channel],
            "external_id": f"demo-{number:05d}",
            "language": language,
            "occurred_at": told.occurred_at.isoformat(),
            "product": self._described(product, model),
        } | self._of_person(person, channel, told.occurred_at) | self._rated(told.topic, channel)  # fmt: skip
        return Item(number, told.occurred_at, told.topic, told.wave.topic if told.wave else None, body)

    def _product(self, told: _Told) -> Product:
        products = {product.key: product for product in read_products()}
        if told.topic.product:
            return products[told.topic.product]
        month = told.occurred_at.astimezone(ZONE).month
        return self._rng.choices(list(products.values()), [one.months[month - 1] for one in products.values()])[0]

    def _described(self, product: Product, model: str) -> Document:
        serial = {"serial": f"{model.replace('-', '')}{self._rng.randrange(10**7):07d}"}
        return {"category": product.key, "model": model} | (serial if self._rng.random() < SHARE_SERIAL else {})

    def _of_person(self, person: Person, channel: Channel, given_at: datetime) -> Document:
        if self._rng.random() > SHARE_NAMED.get(channel, 1.0):
            return {}
        consent = person.consent(given_at)
        return {"customer": person.body} | ({"consent": consent} if consent else {})

    def _rated(self, topic: Topic, channel: Channel) -> Document:
        if channel not in (Channel.SURVEY, Channel.WIDGET) or self._rng.random() > SHARE_RATED:
            return {}
        stars: Sequence[int] = STARS.get(topic.kind, STARS_OF_COMPLAINTS)
        return {"rating": {"scale": "stars5", "value": self._rng.choice(stars)}}
