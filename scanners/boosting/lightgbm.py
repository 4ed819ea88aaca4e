"""
Hold the trees of a LightGBM model against themselves, line by line.

Layout: microsoft/LightGBM, src/boosting/gbdt_model_text.cpp and src/io/tree.cpp (`Tree::ToString`): a header, then for each tree
lines of `key=values`, one value for each inner node or each leaf. An inner node's child is an inner node, or a leaf as its
number inverted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanners.boosting.children import is_forest
from scanners.findings import Finding
from scanners.formats import Malformed
from scanners.limits import BudgetExceeded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.sources import Source

    Fields = dict[str, str]

WINDOW = 1 << 20
MAX_LINE = 16 << 20
MAX_TREE = 64 << 20
"""Characters of the lines of one tree."""
_PER_INNER = (
    "split_feature",
    "split_gain",
    "threshold",
    "decision_type",
    "left_child",
    "right_child",
    "internal_value",
)
_PER_LEAF = ("leaf_value", "leaf_weight", "leaf_count")
RULE = "boosted-trees-disagree"


def lines(source: Source) -> Iterator[tuple[int, str]]:
    """Yield lines with their offsets; raise `BudgetExceeded` for one that is longer than any tree needs."""
    rest, start = b"", 0
    for offset in range(0, source.size, WINDOW):
        *whole, tail = (rest + source.read(offset, WINDOW)).split(b"\n")
        for line in whole:
            yield start, line.rstrip(b"\r").decode("latin-1")
            start += len(line) + 1
        rest = tail
        if len(rest) > MAX_LINE:
            raise BudgetExceeded("characters in a line", MAX_LINE)
    if rest:
        yield start, rest.decode("latin-1")


def judge_model(source: Source) -> Iterator[Finding]:
    """Yield what is wrong with a model; raise `Malformed` where a tree has no number of leaves."""
    header: Fields = {}
    fields = header
    trees, at, length = 0, 0, 0
    for offset, line in lines(source):
        if line.startswith("Tree="):
            yield from _tree(fields, header, at) if fields is not header else ()
            fields, trees, at, length = {}, trees + 1, offset, 0
        elif line == "end of trees":
            break
        key, sign, value = line.partition("=")
        length += len(line)
        if length > MAX_TREE:
            raise BudgetExceeded("characters in a tree", MAX_TREE)
        if sign:
            fields[key] = value
    yield from _tree(fields, header, at) if fields is not header else ()
    sizes = header.get("tree_sizes")
    if sizes is not None and len(sizes.split()) != trees:
        evidence = f"{len(sizes.split())} trees are announced, {trees} are there"
        yield Finding(rule=RULE, evidence=evidence, name="tree_sizes", offset=0)


def _tree(fields: Fields, header: Fields, at: int) -> Iterator[Finding]:
    where = f"tree {fields.get('Tree', '')[:20]}"
    leaves = _whole(fields.get("num_leaves", ""))
    if len(leaves) != 1 or leaves[0] < 1:
        raise Malformed(at, "a number of leaves", fields.get("num_leaves", "none")[:20])
    inner = leaves[0] - 1
    for names, count in ((_PER_INNER, inner), (_PER_LEAF, leaves[0])):
        for name in names:
            given = len(fields[name].split()) if fields.get(name, "").strip() else None
            if given is not None and given != count:
                evidence = f"{where}: {name} has {given} values, not {count}"
                yield Finding(rule=RULE, evidence=evidence, name=name, offset=at)
    yield from _indices(fields, header, inner, where, at)


def _indices(fields: Fields, header: Fields, inner: int, where: str, at: int) -> Iterator[Finding]:
    children = [*_whole(fields.get("left_child", "")), *_whole(fields.get("right_child", ""))]
    nodes = [child for child in children if child >= 0]
    leaves = [~child for child in children if child < 0]
    if inner and not (
        len(children) == 2 * inner
        and is_forest(nodes, inner)
        and len(set(leaves)) == len(leaves)
        and max(leaves, default=0) <= inner
    ):
        evidence = f"{where}: children that are not nodes and leaves, each of one parent"
        yield Finding(rule=RULE, evidence=evidence, name="children", offset=at)
    most = _whole(header.get("max_feature_idx", ""))
    features = _whole(fields.get("split_feature", ""))
    if most and any(not 0 <= feature <= most[0] for feature in features):
        evidence = f"{where}: it splits by a feature beyond {most[0]}"
        yield Finding(rule=RULE, evidence=evidence, name="split_feature", offset=at)


def _whole(values: str) -> list[int]:
    """Return whole numbers; none where one of the values is no such thing."""
    try:
        return [int(value) for value in values.split()]
    except ValueError:
        return []
