"""
Hold the trees of a CatBoost model against themselves.

Layout: catboost/libs/model/model.cpp and catboost/libs/model/flatbuffers/model.fbs: the magic, the length of a FlatBuffer,
the FlatBuffer, and behind it the parts that it names (tables of categories, text processing), which are not read.
"""

from __future__ import annotations

import sys
from array import array
from typing import TYPE_CHECKING

from scanners.findings import Finding
from scanners.flatbuffers import root
from scanners.formats import Malformed
from scanners.limits import BudgetExceeded
from scanners.sources import SliceSource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.flatbuffers import Table, Vector
    from scanners.sources import Source

MAGIC = b"CBM1"
TREES, PART_IDS = 1, 3
"""Fields of TModelCore."""
DIMENSION, SPLITS, SIZES, STARTS, LEAVES, STEPS, LEAF_IDS = 0, 1, 2, 3, 8, 10, 11
"""Fields of TModelTrees."""
MAX_TREES = 1 << 20
RULE = "boosted-trees-disagree"


def judge_model(source: Source) -> Iterator[Finding]:
    """Yield what is wrong with the length, the trees, and bytes that nothing names."""
    head = source.read(0, 8)
    if len(head) < 8 or head[:4] != MAGIC:
        raise Malformed(0, "the magic CBM1 and a length", head.hex())
    length = int.from_bytes(head[4:], "little")
    if length > source.size - 8:
        evidence = f"a core of {length} bytes, {source.size - 8} are there"
        yield Finding(rule=RULE, evidence=evidence, name="core", offset=4)
        raise Malformed(4, "a core that is there", f"{length} bytes")
    core = SliceSource(source, 8, length)
    table = root(core)
    parts = table.vector(PART_IDS, 4)
    if 8 + length < source.size and not parts.length:
        evidence = f"{source.size - 8 - length} bytes that no part accounts for"
        yield Finding(rule=RULE, evidence=evidence, name="parts", offset=8 + length)
    trees = table.table(TREES)
    if trees is None:
        raise Malformed(8, "trees", "none")
    yield from _trees(trees, core)


def _trees(trees: Table, core: Source) -> Iterator[Finding]:
    splits = trees.vector(SPLITS, 4)
    sizes, starts = _whole(trees.vector(SIZES, 4), core), _whole(trees.vector(STARTS, 4), core)
    available = splits.length
    if starts and len(starts) != len(sizes):
        yield Finding(rule=RULE, evidence=f"{len(sizes)} sizes and {len(starts)} places of trees", name="TreeSizes")
        return
    if any(size < 0 for size in sizes) or sum(sizes) > available:
        evidence = f"trees of {sum(sizes)} splits, {available} are there"
        yield Finding(rule=RULE, evidence=evidence, name="TreeSizes")
    elif any(not 0 <= start <= available - size for start, size in zip(starts, sizes, strict=False)):
        yield Finding(rule=RULE, evidence=f"a tree that starts beyond {available} splits", name="TreeStartOffsets")
    else:
        yield from _leaves(trees, sizes)


def _leaves(trees: Table, sizes: array[int]) -> Iterator[Finding]:
    """Hold leaves against splits: a symmetric tree has a leaf for each outcome of its splits."""
    leaves, steps = trees.vector(LEAVES, 8), trees.vector(STEPS, 4)
    if steps.length:
        return
    dimension = trees.number(DIMENSION, "<i")
    given = leaves.length
    needed = sum(1 << min(size, 64) for size in sizes) * dimension
    if dimension < 1 or given != needed:
        evidence = f"{given} values of leaves for {len(sizes)} trees of dimension {dimension}, which need {needed}"
        yield Finding(rule=RULE, evidence=evidence, name="LeafValues")


def _whole(vector: Vector, core: Source) -> array[int]:
    numbers = array("i")
    if vector.length > MAX_TREES:
        raise BudgetExceeded("trees", MAX_TREES)
    numbers.frombytes(core.read(vector.start, vector.length * 4))
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
