"""Whether indices of children make trees: the one thing that keeps a predictor from running off, or in circles."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def is_forest(children: Sequence[object], nodes: int) -> bool:
    """
    Say whether children are nodes, none of them the root, and none the child of two.

    What is reached from the root of such a tree is reached once, so that no circle can be: a circle would need a node
    with two parents, or the root among the children.
    """
    return all(type(child) is int and 0 < child < nodes for child in children) and len(set(children)) == len(children)
