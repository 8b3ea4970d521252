"""Docs that cannot lag: what they list is printed from the code here and compared, or looked up in it."""

import importlib
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import AliasChoices
from pydantic.fields import FieldInfo

from deploy.commands.app import COMMANDS, GROUPS
from services.classifier import main as classifier
from services.classifier.settings import ClassifierSettings
from services.collector import main as collector
from services.collector.channels.mapping.presets import presets
from services.collector.channels.registry import CHANNELS
from services.collector.domain.normal_form_examples import EXAMPLES, normal
from services.collector.settings import CollectorSettings
from services.tracker import main as tracker
from services.tracker.domain import case_states
from services.tracker.domain.action_states import MOVES, SENTENCES, ActionState
from services.tracker.domain.case_states import CaseState, CloseReason
from services.tracker.domain.id_claims import OidcRefusal
from services.tracker.domain.telling import NoticeState, Reason
from services.tracker.settings import TrackerSettings
from shared.access.scopes import ROLES, Role
from shared.contracts.routes import ROUTES, subject_of
from shared.contracts.vocabulary import Language
from shared.settings import LaneName, ServiceSettings
from shared.web.application import describe_doors
from shared.web.field_texts import FIELD_RULES
from shared.web.problem_texts import PROBLEMS
from shared.web.said import Said

ROOT = Path(__file__).resolve().parents[2]
DOCS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
NAMES = [str(path.relative_to(ROOT)) for path in DOCS]
SETTINGS = (CollectorSettings, ClassifierSettings, TrackerSettings)
ROUTERS = {"collector": collector.ROUTERS, "classifier": classifier.ROUTERS, "tracker": tracker.ROUTERS}
ADR_LINES_MAX = 35
README_LINES_MAX = 120

_LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
_PATH = re.compile(r"`((?:deploy|services|shared|tests|docs|requirements|\.ci)/[\w./-]+)`")
_ROW = re.compile(r"^\| `([a-z_.]+)\.([A-Z_]+)` \| ([\d,.]+) ", re.MULTILINE)
_RAISED = re.compile(r'Problem\("(\w+)", (\d{3})')
_BY_STATUS = re.compile(r'^ {4}(\d{3}): "(\w+)"', re.MULTILINE)


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def state_diagram() -> str:
    """The transition table of actions, as a picture."""
    arrows = [f"    {state} --> {to}" for state, targets in MOVES.items() for to in targets]
    return "\n".join(["```mermaid", "stateDiagram-v2", f"    [*] --> {ActionState.DRAFT}", *arrows, "```"])


def state_table() -> str:
    """The same for readers of text, with what each state says to people."""
    rows = [
        f"| `{state}` | {', '.join(f'`{to}`' for to in targets)} | {SENTENCES[state][Language.EN]} "
        f"| {SENTENCES[state][Language.ZH]} |"
        for state, targets in MOVES.items()
    ]
    return "\n".join(["| state | may go to | in English | 中文 |", "|---|---|---|---|", *rows])


def case_state_table() -> str:
    """The states of a case, where one may go from each, and what each says."""
    rows = [
        f"| `{state}` | {', '.join(f'`{to}`' for to in targets)} | {case_states.SENTENCES[state][Language.EN]} "
        f"| {case_states.SENTENCES[state][Language.ZH]} |"
        for state, targets in case_states.MOVES.items()
    ]
    return "\n".join(["| a case's state | may go to | in English | 中文 |", "|---|---|---|---|", *rows])


def problem_table() -> str:
    """Every problem code with the status that it comes with."""
    statuses = _statuses()
    rows = [f"| `{code}` | {statuses[code]} | {said.en} | {said.en_remedy} |" for code, said in PROBLEMS.items()]
    return "\n".join(["| code | status | says | remedy |", "|---|---|---|---|", *rows])


def door_table() -> str:
    """Every door of the three services, the scope it asks for, and what it does."""
    rows = [
        f"| {service} | `{method.upper()} {path}` | {_scopes(operation)} | {_first_sentence(operation)} |"
        for service, routers in ROUTERS.items()
        for path, operations in describe_doors(service, routers)["paths"].items()
        if path.startswith("/v1/")
        for method, operation in operations.items()
    ]
    return "\n".join(["| service | door | scope | does |", "|---|---|---|---|", *rows])


def _scopes(operation: Mapping[str, Any]) -> str:
    asked = sorted({scope for way in operation.get("security", []) for scopes in way.values() for scope in scopes})
    return " or ".join(f"`{scope}`" for scope in asked) or ("any key" if "security" in operation else "none")


def _first_sentence(operation: Mapping[str, Any]) -> str:
    return " ".join(str(operation["description"]).split("\n\n")[0].split())


def role_table() -> str:
    """What each role may."""
    rows = [f"| {role} | {', '.join(f'`{scope}`' for scope in sorted(ROLES[role]))} |" for role in Role]
    return "\n".join(["| role | may |", "|---|---|", *rows])


def field_rule_table() -> str:
    """Every code of a broken field."""
    rows = [f"| `{code}` | {said.en} | {said.en_remedy} |" for code, said in FIELD_RULES.items()]
    return "\n".join(["| code | says | remedy |", "|---|---|---|", *rows])


def channel_table() -> str:
    """Every way in, and the fields that only it has."""
    rows = [
        f"| `{name}` | {rules.names[Language.EN]} | {rules.names[Language.ZH]} | {rules.text_length_max:,} "
        f"| {'yes' if rules.is_public else 'no'} | {', '.join(f'`{field}`' for field in rules.own.model_fields)} |"
        for name, rules in CHANNELS.items()
    ]
    head = "| channel | in English | 中文 | characters | publishable keys | fields of its own |"
    return "\n".join([head, "|---|---|---|---|---|---|", *rows])


def normal_form_table() -> str:
    """What people write, and its normal form."""
    rows = [f"| {one.form} | {' '.join(one.written.split())} | {one.told} | {normal(one)} |" for one in EXAMPLES]
    return "\n".join(["| form | written | told | normal form |", "|---|---|---|---|", *rows])


def preset_table() -> str:
    """Every source that is known, and the names that it is known by."""
    rows = [
        f"| `{one.name}` | {one.channel} | {'files' if one.shape == 'rows' else 'files, payloads'} "
        f"| {'; '.join(' or '.join(names) for names in one.recognised_by) or 'told by name'} |"
        for one in presets().values()
    ]
    return "\n".join(["| preset | channel | takes | recognised by |", "|---|---|---|---|", *rows])


def route_table() -> str:
    """The way of the data: which event, who says it, who listens."""
    rows = [
        f"| `{event.__name__}` | `{subject_of(event)}` | {', '.join(route.said_by)} | {', '.join(route.heard_by)} |"
        for event, route in ROUTES.items()
    ]
    return "\n".join(["| event | subject | said by | heard by |", "|---|---|---|---|", *rows])


def _statuses() -> Mapping[str, str]:
    sources = [
        path.read_text(encoding="utf-8") for room in ("services", "shared") for path in ROOT.glob(f"{room}/**/*.py")
    ]
    raised = [pair for source in sources for pair in _RAISED.findall(source)]
    mapped = [(code, status) for status, code in _BY_STATUS.findall(read("shared/web/application.py"))]
    found = {code: sorted({status for known, status in raised + mapped if known == code}) for code in PROBLEMS}
    return {code: ", ".join(some) for code, some in found.items()}


GENERATED = [
    ("docs/the-data-way.md", state_diagram),
    ("docs/the-data-way.md", state_table),
    ("docs/the-data-way.md", case_state_table),
    ("docs/the-data-way.md", route_table),
    ("docs/normal-forms.md", normal_form_table),
    ("docs/read-files.md", preset_table),
    ("docs/api.md", door_table),
    ("docs/api.md", channel_table),
    ("docs/api.md", role_table),
    ("docs/api.md", problem_table),
    ("docs/api.md", field_rule_table),
]


@pytest.mark.parametrize(("name", "printed"), GENERATED)
def test_what_is_printed_from_the_code_stands_in_the_docs(name: str, printed: Callable[[], str]) -> None:
    block = printed()
    assert block in read(name), f"{name} lags behind the code; put this in:\n{block}"


def _variable(settings: type[ServiceSettings], name: str, field: FieldInfo) -> str:
    alias = field.validation_alias
    if isinstance(alias, AliasChoices):
        return next(str(choice) for choice in alias.choices if str(choice).isupper())
    if name in ServiceSettings.model_fields:
        return f"HUIYIN_<SERVICE>_{name.upper()}"
    return f"{settings.model_config['env_prefix']}{name.upper()}"


@pytest.mark.parametrize("settings", SETTINGS)
def test_every_setting_stands_in_the_operators_page(settings: type[ServiceSettings]) -> None:
    page = read("docs/operate.md")
    named = [_variable(settings, name, field) for name, field in settings.model_fields.items()]
    assert [variable for variable in named if f"| `{variable}` |" not in page] == []


def test_every_limit_in_the_operators_page_is_the_codes() -> None:
    rows = _ROW.findall(read("docs/operate.md"))
    assert len(rows) > 20
    wrong = [
        f"{module}.{name} is {real}, the page says {said}"
        for module, name, said in rows
        if (real := float(getattr(importlib.import_module(module), name))) != float(said.replace(",", ""))
    ]
    assert wrong == []


def test_every_command_stands_on_its_page() -> None:
    page = read("docs/commands.md")
    written = ["`run.py`" if name == "up" else f"`run.py {name}" for name in COMMANDS]
    for name, group in GROUPS.items():
        written += [f"`run.py {name} {command.name}" for command in group.registered_commands]
    assert [command for command in written if f"| {command}" not in page] == []


@pytest.mark.parametrize("words", [NoticeState, Reason, CaseState, CloseReason])
def test_every_state_and_reason_stands_on_the_way(words: type[NoticeState | Reason | CaseState | CloseReason]) -> None:
    page = read("docs/the-data-way.md")
    assert [word.value for word in words if f"`{word}`" not in page] == []


def test_every_reason_of_an_identity_provider_stands_in_the_operators_page() -> None:
    page = read("docs/operate.md")
    assert [reason.value for reason in OidcRefusal if f"`{reason}`" not in page] == []


def test_every_lane_stands_in_the_operators_page() -> None:
    page = read("docs/operate.md")
    assert [lane.value for lane in LaneName if f"`{lane}`" not in page] == []


def test_every_problem_has_a_status_in_the_code() -> None:
    assert [code for code, status in _statuses().items() if not status] == []


@pytest.mark.parametrize("name", NAMES)
def test_links_and_paths_lead_somewhere(name: str) -> None:
    page = read(name)
    links = [(ROOT / name).parent / target for target in _LINK.findall(page)]
    paths = [ROOT / path for path in _PATH.findall(page)]
    assert [str(path) for path in [*links, *paths] if not path.exists()] == []


def test_every_page_is_reached_from_the_index() -> None:
    index = read("docs/README.md")
    pages = [str(path.relative_to(ROOT / "docs")) for path in DOCS if path.is_relative_to(ROOT / "docs")]
    assert [page for page in pages if page != "README.md" and f"({page})" not in index] == []


SHORT = [("README.md", README_LINES_MAX)] + [
    (name, ADR_LINES_MAX) for name in NAMES if name.startswith("docs/decisions/")
]


@pytest.mark.parametrize(("name", "lines_max"), SHORT)
def test_pages_stay_short(name: str, lines_max: int) -> None:
    assert len(read(name).splitlines()) <= lines_max


def test_a_sentence_has_no_bar_that_would_break_a_table() -> None:
    said: list[Said] = [*PROBLEMS.values(), *FIELD_RULES.values()]
    assert [one.en for one in said if "|" in one.en + one.en_remedy] == []
