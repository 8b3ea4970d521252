"""Which product has which trouble: a map of counts."""

from collections.abc import Mapping
from urllib.parse import urlencode

from services.tracker.console.charts.drawing import Spec
from services.tracker.console.charts.look import FIRST, Figure, Layer, Look, Row, chart, label_axis, short_names

NAME = "map"
STEP_PX = 30
PRODUCT_PX = 90
# Dark enough to be seen, light enough to read a number on, in both themes.
OPACITIES = [0.06, 0.5]


def heat(counts: Mapping[tuple[str, str], int], look: Look) -> Figure:
    """Categories down, products across; a fuller field means more cases, and each says how many."""
    categories = list(dict.fromkeys(category for category, _ in counts))
    products = _products(counts)
    rows = [
        Row([look.category(category), *(counts.get((category, product), 0) for product in products)], _inbox(category))
        for category in categories
    ]
    columns = [look.say("overview.category"), *products]
    return Figure(NAME, _sentence(counts, look), columns, rows, _spec(counts, products, look) if counts else None)


def _products(counts: Mapping[tuple[str, str], int]) -> list[str]:
    sums: dict[str, int] = {}
    for (_, product), cases in counts.items():
        sums[product] = sums.get(product, 0) + cases
    return sorted(sums, key=lambda product: (-sums[product], product))


def _inbox(category: str) -> str:
    return f"/console/inbox?{urlencode({'category': category})}"


def _sentence(counts: Mapping[tuple[str, str], int], look: Look) -> str:
    if not counts:
        return look.say("overview.no_product")
    (category, product), most = max(counts.items(), key=lambda found: found[1])
    name, number = look.category(category), look.formats.number(most)
    return look.say("overview.map", n=most, product=product, called=name, all=number)


def _spec(counts: Mapping[tuple[str, str], int], products: list[str], look: Look) -> Spec:
    names = short_names({category: look.category(category) for category, _ in counts})
    values = [
        {"category": names[category], "product": product, "cases": cases, "label": look.formats.number(cases)}
        for (category, product), cases in counts.items()
    ]
    across = {"title": None, "domain": False, "ticks": False, "orient": "top", "labelAngle": -40, "labelOverlap": False}
    rows = [*names.values()]
    place = {
        "y": {"field": "category", "type": "nominal", "sort": rows, "axis": label_axis(rows, look)},
        "x": {"field": "product", "type": "nominal", "sort": products, "axis": across | {"labelLimit": PRODUCT_PX}},
    }
    strength = {"field": "cases", "type": "quantitative", "scale": {"range": OPACITIES, "zero": True}, "legend": None}
    layers: list[Layer] = [
        {"mark": {"type": "rect", "color": FIRST, "cornerRadius": 4}, "encoding": place | {"opacity": strength}},
        {"mark": {"type": "text"}, "encoding": place | {"text": {"field": "label"}}},
    ]
    return chart(layers, look, {"step": STEP_PX}, data={"values": values})
