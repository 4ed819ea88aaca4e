"""
Hold the trees of an XGBoost model against themselves.

Schema: https://xgboost.readthedocs.io/en/stable/tutorials/saving_model.html, the same in JSON and UBJSON. A tree is a set of
arrays, one item a node; loaders copy them and predictors follow the children by index.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scanners.boosting.children import is_forest
from scanners.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_PER_NODE = (
    *("left_children", "right_children", "parents", "split_indices", "split_conditions", "default_left", "split_type"),
    *("sum_hessian", "loss_changes"),
)
_DEPTH = 8
_LEAF = -1
MAX_JSON_BYTES = 16 << 20
"""JSON costs several times its size in memory. A longer model stays text, which can carry no code."""
RULE = "boosted-trees-disagree"


def judge_model(root: Any, repeated: Sequence[str]) -> Iterator[Finding]:
    """Yield what is wrong with a model, of which `repeated` are the keys that stood twice in an object."""
    if repeated:
        yield Finding(rule=RULE, evidence=f"twice in one object: {', '.join(repeated)[:200]}", name=repeated[0][:100])
    model = _booster(root)
    trees = model.get("trees") if isinstance(model, dict) else None
    if not isinstance(trees, list):
        if model is not None or not isinstance(root, dict):
            yield Finding(rule=RULE, evidence="a model whose trees are no list", name="trees")
        return
    yield from _count(model, trees)
    for number, tree in enumerate(trees):
        yield from _tree(tree, f"tree {number}")


def _booster(root: Any) -> Any:
    """Return the model of trees, None where the booster is another one; in `dart`, it is one level further down."""
    booster = root.get("learner", {}) if isinstance(root, dict) else {}
    booster = booster.get("gradient_booster") if isinstance(booster, dict) else None
    for _ in range(_DEPTH):
        if not isinstance(booster, dict) or booster.get("name") == "gblinear":
            return None
        if "model" in booster:
            return booster["model"]
        booster = booster.get("gbtree")
    return None


def _count(model: dict[str, Any], trees: list[Any]) -> Iterator[Finding]:
    parameters = model.get("gbtree_model_param")
    says = _number(parameters.get("num_trees")) if isinstance(parameters, dict) else None
    if says is not None and says != len(trees):
        yield Finding(rule=RULE, evidence=f"{says} trees are announced, {len(trees)} are there", name="num_trees")


def _number(value: object) -> int | None:
    """Return a parameter, which is written as text."""
    try:
        return int(value) if isinstance(value, str | int) else None
    except ValueError:
        return None


def _tree(tree: Any, where: str) -> Iterator[Finding]:
    parameters = tree.get("tree_param") if isinstance(tree, dict) else None
    parameters = parameters if isinstance(parameters, dict) else {}
    nodes = _number(parameters.get("num_nodes"))
    if nodes is None or nodes < 0:
        yield Finding(rule=RULE, evidence=f"{where} does not say how many nodes it has", name="num_nodes")
        return
    for name in _PER_NODE:
        items = tree.get(name)
        if items is not None and _length(items) != nodes:
            yield Finding(
                rule=RULE, evidence=f"{where}: {name} has {_length(items)} items for {nodes} nodes", name=name
            )
            return
    yield from _indices(tree, parameters, nodes, where)


def _length(items: object) -> int | None:
    return len(items) if hasattr(items, "__len__") and not isinstance(items, str | dict) else None


def _indices(tree: dict[str, Any], parameters: dict[str, Any], nodes: int, where: str) -> Iterator[Finding]:
    """Hold what predictors follow against the numbers of nodes and features; in a leaf only `left_children` means anything."""
    left, right = tree.get("left_children"), tree.get("right_children")
    inner = [node for node, child in enumerate(left or ()) if child != _LEAF]
    children = [side[node] for node in inner for side in (left, right) if side is not None]
    if left is None or right is None or not is_forest(children, nodes):
        evidence = f"{where}: children that are not nodes below their parent, each of one parent"
        yield Finding(rule=RULE, evidence=evidence, name="children")
    features = _number(parameters.get("num_feature"))
    splits = tree.get("split_indices") or ()
    chosen = [splits[node] for node in inner if node < len(splits)]
    if features and any(type(feature) is not int or not 0 <= feature < features for feature in chosen):
        evidence = f"{where}: it splits by a feature that is not one of {features}"
        yield Finding(rule=RULE, evidence=evidence, name="split_indices")
