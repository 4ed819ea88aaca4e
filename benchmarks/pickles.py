"""Dense pickles: all opcodes, no payload. The same bytes on every machine and Python version."""

from __future__ import annotations

import pickle
from argparse import Namespace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def words(path: Path, entries: int, protocol: int) -> None:
    """Write a dict from `word_i` to i, as a vocabulary is saved."""
    _write(path, {f"word_{i}": i for i in range(entries)}, protocol)


def strings(path: Path, entries: int) -> None:
    """Write a list of strings that all differ; each takes one memo entry."""
    _write(path, [f"token {i}" for i in range(entries)], 4)


def tuples(path: Path, entries: int) -> None:
    """Write a list of (string, int, float) tuples: two memo entries each."""
    _write(path, [(f"row {i}", i, i / 4) for i in range(entries)], 4)


def floats(path: Path, entries: int) -> None:
    """Write a list of floats: the longest run of one opcode there is in practice."""
    _write(path, [i / 8 for i in range(entries)], 4)


def small_integers(path: Path, entries: int) -> None:
    """Write a list of integers below 256: two bytes an opcode, the most opcodes a byte."""
    _write(path, [i & 0xFF for i in range(entries)], 4)


def records(path: Path, entries: int) -> None:
    """Write a list of dicts with lists, tuples and a dict in them, as tokenizers and pipelines keep their tables."""
    rows = [
        {
            "id": number,
            "name": f"row {number}",
            "score": number / 4,
            "tags": [f"tag {number % 7}", f"tag of {number}"],
            "span": {"start": number, "ends": (number + 1, number + 2)},
        }
        for number in range(entries)
    ]
    _write(path, rows, 4)


def objects(path: Path, entries: int) -> None:
    """Write a list of objects with their attributes, of a class that saved models hold."""
    nodes = [
        Namespace(number=number, name=f"node {number}", parent=None, value=number / 8, children=[number, number + 1])
        for number in range(entries)
    ]
    _write(path, nodes, 4)


def _write(path: Path, value: object, protocol: int) -> None:
    with path.open("wb") as file:
        pickle.dump(value, file, protocol)
