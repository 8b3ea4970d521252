"""The classic three tables in somebody's database, in any spelling: which they are, and how they are read. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.collector.channels.classic.urls import UnreadableSourceError
from services.collector.channels.mapping.presets import fold

_NAMES_SHOWN_MAX = 20
# What each table may be called; a plural is the same table. Earlier names win.
TABLES = {
    "feedback": ("customersatisfaction", "satisfaction", "customerfeedback", "feedback"),
    "customer": ("customer", "client", "user"),
    "product": ("product", "item", "goods"),
}
# For each table, what its columns become and may be called.
COLUMNS: dict[str, dict[str, tuple[str, ...]]] = {
    "feedback": {
        "feedback_id": ("feedbackid", "customersatisfactionid", "satisfactionid", "customerfeedbackid", "id"),
        "customer_id": ("customerid", "clientid", "userid", "customer"),
        "product_id": ("productid", "itemid", "product"),
        "feedback_date": ("feedbackdate", "date", "createdat", "submittedat", "surveydate", "timestamp"),
        "feedback_text": ("feedbacktext", "feedback", "comments", "comment", "text", "message", "review"),
        "rating": ("rating", "satisfactionrating", "satisfactionscore", "score", "satisfaction", "satisfactionlevel"),
    },
    "customer": {
        "customer_id": ("customerid", "clientid", "userid", "id"),
        "customer_name": ("customername", "name", "fullname", "username"),
        "customer_email": ("customeremail", "email", "emailaddress", "mail"),
        "customer_phone": ("customerphone", "phone", "phonenumber", "tel", "telephone", "mobile"),
    },
    "product": {
        "product_id": ("productid", "itemid", "id"),
        "product_name": ("productname", "name", "title"),
        "product_model": ("productmodel", "model"),
        "product_category": ("productcategory", "category", "type"),
    },
}


@dataclass(frozen=True)
class Table:
    """A table of the database: its schema where there are several, its name, and its columns by what they become."""

    schema: str | None
    name: str
    columns: Mapping[str, str]


@dataclass(frozen=True)
class Classic:
    """The tables that were found."""

    feedback: Table
    customer: Table | None
    product: Table | None


PERCENT_PLACE = "%s"  # Of a driver that puts values in by formatting: there a percent sign is written twice.
Catalog = Mapping[tuple[str | None, str], Sequence[str]]


def find(catalog: Catalog) -> Classic:
    """The classic tables among all of a database. Raises UnreadableSourceError that says what there is."""
    feedback = _table(catalog, "feedback")
    if feedback is None:
        names = ", ".join(sorted(name for _, name in catalog)[:_NAMES_SHOWN_MAX])
        raise UnreadableSourceError("no_classic_tables", found=names or "-")
    for needed in ("feedback_id", "feedback_text"):
        if needed not in feedback.columns:
            raise UnreadableSourceError("no_classic_column", table=feedback.name, column=needed)
    beside = {place: columns for place, columns in catalog.items() if place[0] == feedback.schema}
    return Classic(
        feedback,
        _joined(_table(beside, "customer"), feedback, "customer_id"),
        _joined(_table(beside, "product"), feedback, "product_id"),
    )


def _table(catalog: Catalog, kind: str) -> Table | None:
    of_fold: dict[str, tuple[str | None, str]] = {}
    for schema, name in catalog:
        folded = fold(name)
        of_fold.setdefault(folded, (schema, name))
        of_fold.setdefault(folded.removesuffix("s"), (schema, name))
    for name in TABLES[kind]:
        if place := of_fold.get(name):
            return Table(*place, _columns(catalog[place], COLUMNS[kind]))
    return None


def _columns(columns: Sequence[str], wanted: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    of_fold = {fold(column): column for column in columns}
    chosen: dict[str, str] = {}
    for becomes, names in wanted.items():
        free = (of_fold[name] for name in names if name in of_fold and of_fold[name] not in chosen.values())
        if column := next(free, None):
            chosen[becomes] = column
    return chosen


def _joined(table: Table | None, feedback: Table, by: str) -> Table | None:
    """A table that can be joined: both sides name what they are joined by."""
    return table if table is not None and by in table.columns and by in feedback.columns else None


def statement(classic: Classic, quote: str, place: str | None, rows_max: int) -> str:
    """One page in the order of the key. `quote` surrounds names, `place` stands for the key behind which it begins."""

    def named(name: str) -> str:
        whole = f"{quote}{name.replace(quote, quote * 2)}{quote}"
        return whole.replace("%", "%%") if place == PERCENT_PLACE else whole

    def table(one: Table) -> str:
        return f"{named(one.schema)}.{named(one.name)}" if one.schema else named(one.name)

    key = f"f.{named(classic.feedback.columns['feedback_id'])}"
    chosen = {becomes: f"f.{named(column)}" for becomes, column in classic.feedback.columns.items()}
    joins = []
    for alias, joined, by in (("c", classic.customer, "customer_id"), ("p", classic.product, "product_id")):
        if joined is not None:
            chosen |= {name: f"{alias}.{named(column)}" for name, column in joined.columns.items() if name != by}
            of_feedback = f"f.{named(classic.feedback.columns[by])}"
            joins.append(f"LEFT JOIN {table(joined)} {alias} ON {alias}.{named(joined.columns[by])} = {of_feedback}")
    columns = ", ".join(f"{column} AS {named(name)}" for name, column in chosen.items())
    after = "" if place is None else f"WHERE {key} > {place}"
    return (
        f"SELECT {columns} FROM {table(classic.feedback)} f {' '.join(joins)} {after} ORDER BY {key} LIMIT {rows_max}"
    )
