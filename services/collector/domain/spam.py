"""How much a feedback from an open door looks like advertising or a machine's. Nothing is dropped: a person looks."""

import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b

HELD_FROM = 0.7
FILLED_IN_MS_MIN = 1_500  # Faster than anybody reads a form and writes more than a word.
SHORT_LENGTH_MAX = 12
LINKS_MANY = 2
LETTERS_BESIDE_LINKS_MAX = 5
REPEATS_MAX = 5
REPEATS_WITHIN = timedelta(minutes=10)
TEXTS_REMEMBERED_MAX = 5_000

_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"，。；]{1,2000}", re.IGNORECASE)
_LETTER = re.compile(r"[^\W\d_]")
# What offers, not what complains: each is rare in feedback, and none holds a text back by itself.
_OFFERS = re.compile(
    r"代开.{0,4}发票|刷单|兼职.{0,4}日结|日结.{0,4}兼职|贷款.{0,6}(?:秒批|秒到|放款)|无抵押|博彩|赌场|六合彩|彩金|外围女|成人视频|"
    r"加.{0,3}(?:微信|v信|薇信|扣扣|qq).{0,12}(?:领取|优惠|赚|返利|资料|咨询)|(?:诚招|招收|招募).{0,6}(?:代理|加盟)|引流|"
    r"\b(?:casino|viagra|cialis|backlinks?|seo (?:services?|agency|expert)|rank (?:higher|first) on google|"
    r"payday loans?|crypto(?:currency)? (?:investment|signals?)|forex signals?|guest post|buy followers|"
    r"work from home and earn|"
    r"make \$?\d{2,6} (?:a|per) (?:day|week)|adult (?:dating|webcam)|click (?:here|the link) to (?:claim|win|earn)|"
    r"increase (?:your )?(?:web ?site )?traffic)\b",
    re.IGNORECASE,
)


class Sign(StrEnum):
    """Something that spam has in common."""

    TRAP = "trap"
    TOO_FAST = "too_fast"
    LINKS = "links"
    ONLY_LINKS = "only_links"
    OFFER = "offer"
    OFFERS = "offers"
    NO_WORDS = "no_words"
    REPEATED = "repeated"


# Two that are weak by themselves hold a text back together.
WEIGHTS: Mapping[Sign, float] = {
    Sign.TRAP: 1.0,
    Sign.TOO_FAST: 0.4,
    Sign.LINKS: 0.4,
    Sign.ONLY_LINKS: 0.7,
    Sign.OFFER: 0.4,
    Sign.OFFERS: 0.7,
    Sign.NO_WORDS: 0.3,
    Sign.REPEATED: 0.5,
}


@dataclass(frozen=True)
class Filled:
    """How a form was filled in: what stands in the field that no person sees, and how long it took."""

    trap: str | None = None
    took_ms: int | None = None


@dataclass(frozen=True)
class Suspicion:
    """What spoke for spam, and how much (0 to 1)."""

    score: float
    signs: tuple[Sign, ...]

    @property
    def is_held(self) -> bool:
        """Whether a person looks first."""
        return self.score >= HELD_FROM


def suspicion_of(text: str, filled: Filled, *, is_repeated: bool = False) -> Suspicion:
    """Judges a feedback by its text and its form; whoever it is from does not count."""
    signs = [sign for sign, speaks in _signs(text, filled).items() if speaks]
    signs += [Sign.REPEATED] if is_repeated else []
    return Suspicion(min(1.0, round(sum(WEIGHTS[sign] for sign in signs), 2)), tuple(signs))


def _signs(text: str, filled: Filled) -> dict[Sign, bool]:
    links = _LINK.findall(text)
    offers = len({offer.casefold() for offer in _OFFERS.findall(text)})
    is_only_links = bool(links) and len(_LETTER.findall(_LINK.sub("", text))) <= LETTERS_BESIDE_LINKS_MAX
    is_fast = filled.took_ms is not None and filled.took_ms < FILLED_IN_MS_MIN
    return {
        Sign.TRAP: bool(filled.trap and filled.trap.strip()),
        Sign.TOO_FAST: is_fast and len(text.strip()) > SHORT_LENGTH_MAX,
        Sign.ONLY_LINKS: is_only_links,
        Sign.LINKS: len(links) >= LINKS_MANY and not is_only_links,
        Sign.OFFERS: offers > 1,
        Sign.OFFER: offers == 1,
        Sign.NO_WORDS: len(text.strip()) > SHORT_LENGTH_MAX and _LETTER.search(text) is None,
    }


class Repeats:
    """Remembers for some minutes what was said by which key, as hashes, to know a text that comes again and again."""

    def __init__(self) -> None:
        self._seen: OrderedDict[bytes, tuple[datetime, int]] = OrderedDict()

    def is_repeated(self, key: bytes, text: str, moment: datetime) -> bool:
        """Notes the text, and tells whether it came more often than several people say the same."""
        digest = blake2b(text.strip().encode(), key=key[:64], digest_size=16).digest()
        since, times = self._seen.pop(digest, (moment, 0))
        since, times = (moment, 1) if moment - since > REPEATS_WITHIN else (since, times + 1)
        self._seen[digest] = (since, times)
        while len(self._seen) > TEXTS_REMEMBERED_MAX:
            self._seen.popitem(last=False)
        return len(text.strip()) > SHORT_LENGTH_MAX and times > REPEATS_MAX
