"""The house rules that no linter knows."""

import ast
import io
import re
import string
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.postgres.roles import SERVICES
from shared.contracts.events import EVENTS
from shared.contracts.routes import ROUTES
from shared.web.field_texts import FIELD_RULES
from shared.web.problem_texts import PROBLEMS
from shared.web.said import Said
from tests.house.sources import ROOT, files_of_tests, nodes, place, source_files, tree_of

SOURCE_LINES_MAX = 250
TEST_LINES_MAX = 400
FUNCTION_LINES_MAX = 40
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager"}
# The plain way that ours is measured against commits plainly.
MAY_COMMIT = {"shared/database.py", "benchmarks/naive/storing.py"}
MAY_SPAWN_TASKS = (
    "shared/messaging/",
    "shared/web/",
    "services/collector/use_cases/group_commit.py",
    "deploy/",
    "tests/",
)
SPAWNERS = {"create_task", "ensure_future"}
LEAVES_OUT = {"skip", "skipif", "skipIf", "skipUnless", "SkipTest", "importorskip", "xfail", "expectedFailure"}
EXCUSE = re.compile(r"#\s*(?:noqa|type:\s*ignore)\b")
# ruff takes a reason after a dash; mypy takes one only in a comment of its own.
EXCUSE_WITH_REASON = re.compile(r"# noqa: [A-Z]+\d+(?:, ?[A-Z]+\d+)* - \w+|# type: ignore\[[\w, -]+\]  # (?!noqa)\w+")
HAN = re.compile(r"[\u4e00-\u9fff]")

EVERYTHING = (*source_files(), *files_of_tests())


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def callee(call: ast.Call) -> str:
    """The last name of what is called."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def calls(paths: tuple[Path, ...]) -> Iterator[tuple[Path, ast.Call]]:
    for path, node in nodes(paths):
        if isinstance(node, ast.Call):
            yield path, node


def test_there_are_files_to_judge() -> None:
    assert len(source_files()) > 50
    assert Path(__file__).resolve() in files_of_tests()


@pytest.mark.parametrize(
    ("paths", "lines_max"),
    [(source_files(), SOURCE_LINES_MAX), (files_of_tests(), TEST_LINES_MAX)],
    ids=["source", "tests"],
)
def test_a_file_fits_in_a_head(paths: tuple[Path, ...], lines_max: int) -> None:
    lengths = {name_of(path): len(path.read_text().splitlines()) for path in paths}
    assert {name: length for name, length in lengths.items() if length > lines_max} == {}


def test_a_function_fits_on_a_screen() -> None:
    functions = [(p, n) for p, n in nodes(EVERYTHING) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    lengths = {f"{place(p, n.lineno)} {n.name}": (n.end_lineno or n.lineno) - n.lineno + 1 for p, n in functions}
    assert {name: length for name, length in lengths.items() if length > FUNCTION_LINES_MAX} == {}


def test_a_file_is_named_after_what_it_holds() -> None:
    assert [name_of(path) for path in EVERYTHING if VAGUE_NAMES & {path.stem, *path.parent.parts}] == []


def test_only_one_place_commits() -> None:
    committed = {place(p, n.lineno) for p, n in calls(source_files()) if callee(n) == "commit"}
    assert [where for where in sorted(committed) if where.partition(":")[0] not in MAY_COMMIT] == []


def comments(path: Path) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(path.read_text()).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def test_every_exception_from_a_check_names_its_rule_and_its_reason() -> None:
    excuses = [(place(path, line), text) for path in EVERYTHING for line, text in comments(path)]
    bare = [e for e in excuses if len(EXCUSE.findall(e[1])) > len(EXCUSE_WITH_REASON.findall(e[1]))]
    assert bare == []


def is_loose_task(call: ast.Call) -> bool:
    """A task that nobody need wait for; a TaskGroup's own create_task is not one."""
    if callee(call) not in SPAWNERS:
        return False
    if isinstance(call.func, ast.Name):
        return True
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    return isinstance(owner, ast.Call) or (isinstance(owner, ast.Name) and owner.id in ("asyncio", "loop"))


def test_tasks_are_spawned_only_where_somebody_looks_after_them() -> None:
    loose = {place(p, n.lineno) for p, n in calls(EVERYTHING) if is_loose_task(n)}
    assert [where for where in sorted(loose) if not where.startswith(MAY_SPAWN_TASKS)] == []


def test_no_test_is_left_out_except_by_need() -> None:
    left_out = [
        place(path, node.lineno)
        for path, node in nodes(files_of_tests())
        if isinstance(node, ast.Attribute)
        and node.attr in LEAVES_OUT
        and {"pytest", "mark", "unittest"} & {part.id if isinstance(part, ast.Name) else "" for part in ast.walk(node)}
    ]
    imported = [
        place(path, node.lineno)
        for path, node in nodes(files_of_tests())
        if isinstance(node, ast.ImportFrom) and {alias.name for alias in node.names} & LEAVES_OUT
    ]
    assert left_out + imported == []


def depended_on() -> set[str]:
    """The names of all functions that a door asks FastAPI for."""
    asked = [n.args[0] for _, n in calls(source_files()) if callee(n) in ("Depends", "Security") and n.args]
    return {part.attr if isinstance(part, ast.Attribute) else getattr(part, "id", "") for part in asked} - {""}


def yields(function: ast.AST) -> bool:
    """Whether the function itself yields, not one that stands inside it."""
    inner = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    waiting = list(ast.iter_child_nodes(function))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(node, inner):
            waiting += ast.iter_child_nodes(node)
    return False


def test_no_dependency_holds_something_open_until_the_answer_is_sent() -> None:
    names = depended_on()
    functions = [(p, n) for p, n in nodes(source_files()) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert [place(p, n.lineno) for p, n in functions if n.name in names and yields(n)] == []


def test_every_event_has_a_route_and_every_route_an_event() -> None:
    assert set(EVENTS.values()) == set(ROUTES)
    assert all((event.__name__, vars(event)["version"]) == key for key, event in EVENTS.items())


def test_routes_lead_from_a_service_to_others() -> None:
    for event, route in ROUTES.items():
        assert set(route.said_by) <= set(SERVICES), event.__name__
        assert route.heard_by, f"nobody hears {event.__name__}"
        assert set(route.heard_by) <= set(SERVICES), event.__name__
        assert set(route.said_by) - set(route.heard_by), f"{event.__name__} is said to oneself"


def gaps(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


@pytest.mark.parametrize("said", [PROBLEMS, FIELD_RULES], ids=["problems", "field rules"])
def test_both_languages_say_the_same(said: dict[str, Said]) -> None:
    for code, text in said.items():
        assert re.fullmatch(r"[a-z][a-z_]*", code), code
        for english, chinese in ((text.en, text.zh), (text.en_remedy, text.zh_remedy)):
            assert english.strip(), code
            assert not HAN.search(english), code
            assert HAN.search(chinese), code
            assert gaps(english) == gaps(chinese), code


def codes_given_to(kind: str, position: int) -> dict[str, str]:
    """The codes written out in the source as this argument, with a place of each."""
    found = {}
    for path, call in calls(source_files()):
        if callee(call) == kind:
            arguments = [*call.args[position : position + 1], *(k.value for k in call.keywords if k.arg == "code")]
            for argument in arguments:
                if isinstance(argument, ast.Constant):
                    found[str(argument.value)] = place(path, call.lineno)
    return found


def test_every_problem_that_is_raised_has_its_sentences() -> None:
    raised = codes_given_to("Problem", 0)
    assert raised, "no problem is raised anywhere: has the class another name?"
    assert {code: where for code, where in raised.items() if code not in PROBLEMS} == {}


def test_every_field_error_that_is_made_has_its_sentences() -> None:
    made = codes_given_to("FieldError", 1)
    assert {code: where for code, where in made.items() if code not in FIELD_RULES} == {}


def test_every_module_says_what_it_is() -> None:
    silent = [path for path in source_files() if path.name != "__init__.py" and not ast.get_docstring(tree_of(path))]
    assert [name_of(path) for path in silent] == []
