"""The tables hold what they say, and never both of two things."""

from collections import Counter
from pathlib import Path

import pytest

import scanners.imports
from scanners.imports import Kind
from scanners.imports.arguments import RULES
from scanners.imports.denylist import classes, find_denial, libraries, modules, names, standard_library

TABLE = Path(scanners.imports.__file__).with_name("allowed.txt")
ROWS = [line.split("\t") for line in TABLE.read_text().splitlines() if not line.startswith("#")]

# Names of denied modules that real models import all the same, each looked at; nothing else may be on both lists.
EXCEPTIONS = frozenset(
    {
        "cloudpickle.cloudpickle:_make_dict_items",
        "cloudpickle.cloudpickle:_make_dict_keys",
        "cloudpickle.cloudpickle:_make_dict_values",
        "torch._dynamo.decorators:_DimRange",
        "torch.jit._pickle:build_boollist",
        "torch.jit._pickle:build_doublelist",
        "torch.jit._pickle:build_intlist",
        "torch.jit._pickle:build_tensor_from_id",
        "torch.jit._pickle:build_tensorlist",
        "torch.jit._pickle:restore_type_tag",
    }
)


def test_every_allowed_name_says_its_use_and_where_it_was_seen() -> None:
    """Provenance is part of the table."""
    assert ROWS
    for row in ROWS:
        assert len(row) == 3, row
        assert row[0].count(":") == 1, row
        assert row[1].removesuffix("+items") in {"named", "made", "called"}, row
        assert row[2].strip(), row


def test_allowed_names_are_unique_and_sorted() -> None:
    """So that a change reads as what it is."""
    listed = [row[0] for row in ROWS]
    assert listed == sorted(set(listed))


def test_no_allowed_name_has_a_rule_for_its_arguments() -> None:
    """One fact, one home."""
    assert not {row[0] for row in ROWS} & RULES.keys()


def test_no_allowed_name_is_denied_but_the_exceptions() -> None:
    """The allowlist is asked first, so a name on both lists would pass."""
    both = {row[0] for row in ROWS if find_denial(*row[0].split(":"))}
    assert both == EXCEPTIONS


def test_denials_are_whole_names_with_a_reason() -> None:
    """A reason is a sentence of a finding."""
    for table in (standard_library, libraries):
        for denial in (*table.MODULES, *table.CLASSES, *table.NAMES):
            assert denial.kind >= Kind.REACHES_OUT
            assert denial.why[0].isupper()
            assert not denial.why.endswith(".")
            assert all(part.isidentifier() for name in denial.names for part in name.split(".")), denial


@pytest.mark.parametrize("kind", ["MODULES", "CLASSES", "NAMES"])
def test_no_name_is_denied_twice(kind: str) -> None:
    """Two reasons for one name would be two homes of one fact."""
    listed = Counter(
        name for table in (standard_library, libraries) for denial in getattr(table, kind) for name in denial.names
    )
    assert {name: count for name, count in listed.items() if count > 1} == {}


def test_every_denial_is_found() -> None:
    """Each entry by its own name, modules and classes by what is below them."""
    for name in names():
        module, _, last = name.rpartition(".")
        assert find_denial(module, last) is not None, name
    for name in (*modules(), *classes()):
        assert find_denial(name, "anything") is not None, name
