"""YAML that is committed can be read, and says everything once: a reader takes the last of two and is silent."""

from collections.abc import Iterator

import yaml

from tests.house.sources import ROOT, committed_files


def twice(node: yaml.Node) -> Iterator[str]:
    """The names that stand twice in one mapping."""
    if isinstance(node, yaml.MappingNode):
        names = [name.value for name, _ in node.value]
        yield from (f"{name} at {node.start_mark}" for name in set(names) if names.count(name) > 1)
        for _, value in node.value:
            yield from twice(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from twice(value)


def test_a_name_that_stands_twice_is_found() -> None:
    assert len(list(twice(yaml.compose("a: [{b: 1, c: 2, b: 3}]")))) == 1


def test_no_name_stands_twice_in_one_place() -> None:
    for path in committed_files():
        if path.suffix in (".yaml", ".yml"):
            assert list(twice(yaml.compose(path.read_text(encoding="utf-8")))) == [], path.relative_to(ROOT)
