"""YAML is read without building, copying or expanding anything."""

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from scanners.formats import Malformed
from scanners.limits import BudgetExceeded
from scanners.yaml_events import MAX_YAML_BYTES, Node, parse
from tests.corpus.directory import YAML


def plain(node: Node) -> object:
    """A node as Python would hold it, every scalar as its text."""
    if node.pairs:
        return {key.text: plain(value) for key, value in node.pairs}
    return [plain(item) for item in node.items] if node.text is None else node.text


def test_nested_values() -> None:
    """Mappings, sequences, scalars and aliases stand where the text has them."""
    documents, fault = parse(b"a: &x [1, {b: 'c'}]\nd: *x\ne: |\n  text\n--- second\n")
    assert fault is None
    assert [plain(root) for root in documents.roots] == [
        {"a": ["1", {"b": "c"}], "d": ["1", {"b": "c"}], "e": "text\n"},
        "second",
    ]


def test_an_alias_is_the_node_itself() -> None:
    """Aliases of aliases cost nothing, however much they would expand to."""
    documents, _ = parse(YAML["benign-aliases.yaml"]())
    assert len(documents.nodes) < 1000
    first, second = documents.roots[0].pairs[1][1].items[:2]
    assert first is second


def test_the_last_of_equal_keys_is_given() -> None:
    """As PyYAML does."""
    root = parse(b"a: 1\na: 2\n")[0].roots[0]
    found = root.get("a")
    assert found is not None
    assert found.text == "2"
    assert root.get("b") is None


def test_lines_are_counted_from_one() -> None:
    """For people."""
    assert [node.line for node in parse(b"a:\n- b\n")[0].nodes] == [1, 1, 2, 2]


def test_what_stands_before_a_fault_is_kept() -> None:
    """A loader of several documents has acted on the first when it meets the second."""
    documents, fault = parse(b"- !!python/object/apply:os.system [echo]\n---\na: [1\n")
    assert isinstance(fault, Malformed)
    assert documents.nodes[1].tag == "tag:yaml.org,2002:python/object/apply:os.system"


def test_too_long_a_text_is_not_read() -> None:
    """The limit is said, not passed over."""
    with pytest.raises(BudgetExceeded):
        parse(b" " * (MAX_YAML_BYTES + 1))


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=80) | st.text("-:[]{}&*!?|>'\"#%@ \n\tabtag,1", max_size=60).map(str.encode))
def test_any_bytes_are_read_or_faulty(text: bytes) -> None:
    """Where PyYAML composes a document, its tags are those of the nodes here, in the same order."""
    documents, fault = parse(text)
    try:
        roots = list(yaml.compose_all(text, Loader=yaml.SafeLoader))
    except (yaml.YAMLError, ValueError, RecursionError):
        return
    if fault is None:
        assert len(roots) == len(documents.roots)
