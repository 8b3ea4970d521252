"""Puts texts together as people write them: short and long, tidy and hurried, and hardly ever the same twice."""

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from deploy.demo.sheets import Sheet, Topic, read_sheet
from shared.contracts.vocabulary import Channel, Language

TRIES_MAX = 40
SHARE_SHORT = 0.14
SHARE_OPENED = 0.55
SHARE_ASKING = 0.5
SHARE_HURRIED = 0.12
SHARE_MISSPELT = 0.08
LETTERS_SWAPPED_MIN = 6
# How many further sentences follow the first, and how often.
FOLLOWED_BY = {0: 30, 1: 45, 2: 20, 3: 5}
FOLLOWED_BY_IN_LONG = {1: 25, 2: 50, 3: 25}
LONG_CHANNELS = (Channel.EMAIL, Channel.SERVICE_RECORD)
_MISSPELT_ZH = (
    ("已经", "己经"),
    ("安装", "按装"),
    ("的时候", "得时候"),
    ("一直", "一值"),
    ("在", "再"),
    ("师傅", "师付"),
)
_NOTED_ZH = ("客户来电反映：", "用户反馈，", "来电：", "上门记录：", "")
_NOTED_EN = ("Customer reports: ", "Call note: ", "Visit note: ", "")


@dataclass(frozen=True)
class Facts:
    """What a text may speak of. `slots` holds the product's name, its model, a city, and the writer's own address."""

    language: Language
    channel: Channel
    slots: Mapping[str, str]


@dataclass
class Writer:
    """Writes texts, and remembers them so that it does not repeat itself."""

    rng: random.Random
    written: set[str] = field(default_factory=set)

    def write(self, topic: Topic, facts: Facts) -> str:
        """A text that was not there before, as far as there is one."""
        for _ in range(TRIES_MAX):
            text = self._once(topic, facts)
            if text not in self.written:
                break
        self.written.add(text)
        return text

    def _once(self, topic: Topic, facts: Facts) -> str:
        sheet = read_sheet(facts.language)
        if facts.channel not in LONG_CHANNELS and self._happens(SHARE_SHORT):
            return self._filled(self.rng.choice(sheet.topic[topic.key]["short"]), sheet, facts)
        pieces = [self._filled(piece, sheet, facts) for piece in self._pieces(topic, sheet, facts)]
        join = _joined_zh if facts.language is Language.ZH else _joined_en
        return self._as_typed(join(pieces, topic), facts)

    def _pieces(self, topic: Topic, sheet: Sheet, facts: Facts) -> list[str]:
        """Opening (maybe empty), what is said, more about it, and what is asked for (maybe empty)."""
        said = sheet.topic[topic.key]
        is_long = facts.channel in LONG_CHANNELS
        counts = FOLLOWED_BY_IN_LONG if is_long else FOLLOWED_BY
        count = min(self.rng.choices(list(counts), list(counts.values()))[0], len(said["more"]))
        is_note = facts.channel is Channel.SERVICE_RECORD  # Whoever takes a note leaves greetings out.
        return [
            self._maybe(sheet.opening.get(topic.kind, ()), SHARE_OPENED * (not is_note)),
            self.rng.choice(said["say"]),
            *self.rng.sample(said["more"], count),
            self._maybe(sheet.ask.get(topic.kind, ()), SHARE_ASKING * (not is_note)),
        ]

    def _maybe(self, choices: Sequence[str], share: float) -> str:
        return self.rng.choice(choices) if choices and self._happens(share) else ""

    def _happens(self, share: float) -> bool:
        return self.rng.random() < share

    def _filled(self, piece: str, sheet: Sheet, facts: Facts) -> str:
        slots = {name: self.rng.choice(choices) for name, choices in sheet.slots.items()}
        return piece.format(**slots, **facts.slots)

    def _as_typed(self, text: str, facts: Facts) -> str:
        """As it came through the keyboard; what the service desk wrote down is tidy."""
        is_zh = facts.language is Language.ZH
        if facts.channel is Channel.SERVICE_RECORD:
            return self.rng.choice(_NOTED_ZH if is_zh else _NOTED_EN) + text
        if self._happens(SHARE_HURRIED):
            text = re.sub("[，。！；]+", " ", text).strip() if is_zh else text.lower().replace("'", "")
        if self._happens(SHARE_MISSPELT):
            text = self._misspelt_zh(text) if is_zh else self._misspelt_en(text)
        return text

    def _misspelt_zh(self, text: str) -> str:
        right, wrong = self.rng.choice(_MISSPELT_ZH)
        return text.replace(right, wrong, 1)

    def _misspelt_en(self, text: str) -> str:
        """Two letters inside a longer word change places; addresses and models stay as they are."""
        words = [m for m in re.finditer(r"(?<![\w@.-])[a-z]+(?![\w@.-])", text) if len(m[0]) >= LETTERS_SWAPPED_MIN]
        if not words:
            return text
        at = self.rng.choice(words).start() + self.rng.randint(1, LETTERS_SWAPPED_MIN - 3)
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _joined_zh(pieces: Sequence[str], topic: Topic) -> str:
    opening, said, *more, ask = pieces
    start = f"{opening}，{said}" if opening else said
    end = "？" if topic.kind == "question" else "，"
    rest = "。".join(["，".join(more)] * bool(more) + [ask] * bool(ask))
    return f"{start}{end}{rest}" if rest else f"{start}{end if end == '？' else ''}"


def _joined_en(pieces: Sequence[str], topic: Topic) -> str:
    opening, said, *more, ask = pieces
    if opening and not opening.endswith("."):
        said = said if said.startswith(("I ", "I'")) else said[0].lower() + said[1:]
    end = "?" if topic.kind == "question" else "."
    return " ".join(part for part in (opening, said + end, *(f"{one}." for one in more), ask) if part)
