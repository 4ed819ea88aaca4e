"""The tables that say what each format is: one row each, none overwritten by another."""

import ast
from collections import Counter
from pathlib import Path

import pytest

from scanners.formats import Format
from scanners.notes import NOTES
from scanners.readers import READERS

SCANNERS = Path(__file__).parents[2] / "scanners"
PASSIVE = {Format.INERT, Format.TENSOR_DATA}


@pytest.mark.parametrize("name", ["readers.py", "notes.py"])
def test_no_format_stands_twice(name: str) -> None:
    """A second row would silently take the place of the first, and with it a reader that is there."""
    tree = ast.parse((SCANNERS / name).read_text())
    (table,) = (
        node.value
        for node in tree.body
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.value, ast.Dict)
        and ast.unparse(node.target) in ("READERS", "NOTES")
    )
    rows = Counter(
        node.attr for node in ast.walk(table) if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "Format"
    )
    assert [row for row, count in rows.items() if count > 1] == []


def test_every_format_has_a_reader_or_says_that_there_is_none() -> None:
    """What is read, and what is told of it, are the same formats."""
    assert set(READERS) | PASSIVE == set(Format)
    assert set(NOTES) == set(Format)
