"""How many stand in each state: open actions, and mails."""

from collections.abc import Mapping, Sequence

from services.tracker.console.charts.drawing import Spec
from services.tracker.console.charts.look import FIRST, GREY, RED, SECOND, THIRD, Figure, Look, Row, chart, label_axis

ACTIONS, MAILS = "actions", "mails"
STEP_PX = 32
_ACTION_STATES = ("draft", "contain", "analyse", "plan", "implement", "verify", "reopened")
_MAIL_INKS = {
    "queued": GREY,
    "claimed": GREY,
    "sent": FIRST,
    "not_sent": THIRD,
    "skipped": GREY,
    "in_doubt": SECOND,
    "failed": RED,
}


def actions(counts: Mapping[str, int], look: Look) -> Figure:
    """Open actions in the order that they move."""
    whole = sum(counts.values())
    if not whole:
        sentence = look.say("overview.no_actions")
    else:
        state = max(_ACTION_STATES, key=lambda one: counts.get(one, 0))
        sentence = look.say("overview.open_actions", n=whole, all=whole, state=look.say(f"overview_actions.{state}"))
    inks = {state: SECOND if state == "reopened" else FIRST for state in _ACTION_STATES}
    return _figure(ACTIONS, sentence, counts, inks, look)


def mails(counts: Mapping[str, int], look: Look) -> Figure:
    """Mails to customers, by how they ended."""
    whole, sent = sum(counts.values()), counts.get("sent", 0)
    number = look.formats.number
    sentence = look.say("overview.mails", n=whole, all=number(whole), sent=number(sent))
    return _figure(MAILS, sentence if whole else look.say("overview.no_mails"), counts, _MAIL_INKS, look)


def _figure(name: str, sentence: str, counts: Mapping[str, int], inks: Mapping[str, str], look: Look) -> Figure:
    named = [(look.say(f"overview_{name}.{state}"), counts.get(state, 0), ink) for state, ink in inks.items()]
    columns = [look.say("overview.state"), look.say(f"overview.{name}_column")]
    spec = _spec(named, look) if any(counts.values()) else None
    return Figure(name, sentence, columns, [Row([state, count]) for state, count, _ in named], spec, empty=name)


def _spec(named: Sequence[tuple[str, int, str]], look: Look) -> Spec:
    values = [
        {"state": state, "count": count, "label": look.formats.number(count), "ink": ink} for state, count, ink in named
    ]
    names = [state for state, _, _ in named]
    place = {
        "y": {"field": "state", "type": "nominal", "sort": names, "axis": label_axis(names, look)},
        "x": {"field": "count", "type": "quantitative", "axis": None},
    }
    bar = {"type": "bar", "cornerRadiusEnd": 3, "height": {"band": 0.6}}
    layers = [
        {"mark": bar, "encoding": place | {"color": {"field": "ink", "type": "nominal", "scale": None}}},
        {"mark": {"type": "text", "align": "left", "dx": 6}, "encoding": place | {"text": {"field": "label"}}},
    ]
    return chart(layers, look, {"step": STEP_PX}, data={"values": values})
