"""
Judge the schema of a skops file by what loading it would import, make and call.

Every object of the JSON that names a class is a node; what a node's loader does with the class follows from skops/io
(_general.py, _numpy.py, _scipy.py, _sklearn.py and the loaders of older protocols). skops itself asks its caller which types
to trust; the file does not decide what the caller answers, so that each name is judged as a pickle's import would be.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

from scanners.findings import Finding
from scanners.imports import Kind, check_arguments, check_escape, judge
from scanners.imports.values import UNKNOWN, TupleValue
from scanners.json_documents import parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scanners.imports import Judgement

MAX_SCHEMA_BYTES = 16 << 20
"""A schema costs about six times its size in memory; a forest of a thousand trees has some five megabytes."""
_BUILTINS = (
    "bool",
    "bytearray",
    "bytes",
    "complex",
    "dict",
    "float",
    "int",
    "list",
    "map",
    "set",
    "slice",
    "str",
    "tuple",
)
_PLAIN = frozenset({*(f"builtins.{name}" for name in _BUILTINS), "collections.OrderedDict", "collections.defaultdict"})
"""Types of values, which skops trusts by itself wherever they stand."""
_SCALARS = (
    *(
        "bool",
        "bool_",
        "bytes_",
        "complex64",
        "complex128",
        "datetime64",
        "float16",
        "float32",
        "float64",
        "int8",
        "int16",
    ),
    *("int32", "int64", "intc", "intp", "longdouble", "longlong", "str_", "timedelta64", "uint8", "uint16", "uint32"),
    *("uint64", "ulonglong"),
)
_NEIGHBOUR_TREES = (
    ("kd_tree", "KDTree"),
    ("kd_tree", "KDTree64"),
    ("ball_tree", "BallTree"),
    ("ball_tree", "BallTree64"),
)
_DISTANCES = ("Chebyshev", "Euclidean", "Hamming", "Haversine", "Manhattan", "Minkowski", "SEuclidean")
"""Compiled classes of scikit-learn, which pickles make through a function of their own and skops by `__new__`."""
_OWN: Mapping[str, frozenset[str]] = {
    "ObjectNode": frozenset(
        {
            *(f"sklearn.neighbors._{module}.{kind}" for module, kind in _NEIGHBOUR_TREES),
            *(
                f"sklearn.metrics._dist_metrics.{kind}Distance{width}"
                for kind in _DISTANCES
                for width in ("", "32", "64")
            ),
        }
    ),
    "FunctionNode": frozenset({"builtins.function", "numpy.ufunc"}),
    "PartialNode": frozenset({"functools.partial"}),
    "DictNode": frozenset({"sklearn.utils.Bunch", "sklearn.utils._bunch.Bunch"}),
    "NdArrayNode": frozenset(f"numpy.{name}" for name in ("ndarray", "matrix", "memmap", *_SCALARS)),
    "DTypeNode": frozenset({"numpy.dtype"}),
    "MaskedArrayNode": frozenset({"numpy.ma.MaskedArray", "numpy.ma.core.MaskedArray"}),
    "OperatorFuncNode": frozenset({"operator.itemgetter"}),
    "RandomStateNode": frozenset({"numpy.random.RandomState", "numpy.random.mtrand.RandomState"}),
    "RandomGeneratorNode": frozenset({"numpy.random.Generator", "numpy.random._generator.Generator"}),
    "SparseMatrixNode": frozenset(
        f"scipy.sparse.{module}{kind}_{form}"
        for kind in ("bsr", "coo", "csc", "csr", "dia")
        for form in ("matrix", "array")
        for module in ("", f"_{kind}.", f"{kind}.")
    ),
}
"""Loaders that make one thing whatever stands in the node; its parts are nodes of their own."""
_LOADERS = frozenset(
    {
        *("DictNode", "DefaultDictNode", "ListNode", "SetNode", "TupleNode", "BytesNode", "BytearrayNode", "SliceNode"),
        *(
            "FunctionNode",
            "MethodNode",
            "PartialNode",
            "TypeNode",
            "ConstructorFromReduceNode",
            "ObjectNode",
            "JsonNode",
        ),
        *("OperatorFuncNode", "NdArrayNode", "MaskedArrayNode", "DTypeNode", "RandomStateNode", "RandomGeneratorNode"),
        *("SparseMatrixNode", "ReduceNode", "TreeNode", "LossNode", "SGDNode", "_DictWithDeprecatedKeysNode"),
        *("QuantileForestNode", "CachedNode"),
    }
)
_MADE_ANEW = frozenset({"ObjectNode", "TreeNode", "SGDNode", "LossNode", "QuantileForestNode"})
"""Loaders that make an instance by `__new__`, or of a class that they choose themselves, and give it a state."""
_RULES = {Kind.RUNS_CODE: "skops-object-runs-code", Kind.REACHES_OUT: "skops-object-reaches-out"}


def judge_schema(text: bytes, allowed: frozenset[str]) -> Iterator[Finding]:
    """Yield what is wrong with a schema, each thing once; nothing for JSON that is none."""
    document = parse(text, "a schema of skops", MAX_SCHEMA_BYTES)
    if not isinstance(document.root, dict) or not {"__loader__", "__module__"} <= document.root.keys():
        return
    if document.repeated:
        evidence = f"twice in one node: {', '.join(document.repeated)[:200]}"
        yield Finding(rule="skops-node-disagrees", evidence=evidence, name=document.repeated[0][:100])
    reported: set[tuple[str, str | None]] = set()
    for node in _nodes(document.root, *document.shadowed):
        for finding in _judge_node(node, allowed):
            if (finding.rule, finding.name) not in reported:
                reported.add((finding.rule, finding.name))
                yield finding


def _nodes(*roots: Any) -> Iterator[dict[str, Any]]:
    """Yield every object of the schema, in no particular order."""
    waiting = [*roots]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            yield value
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)


def _judge_node(node: dict[str, Any], allowed: frozenset[str]) -> Iterator[Finding]:
    if isinstance(node.get("module_path"), str) and isinstance(node.get("function"), str):
        yield from _judge_name(node["module_path"], node["function"], "FunctionNode", allowed)
    if "__module__" not in node and "__class__" not in node:
        return
    loader = node.get("__loader__", "TypeNode")
    if not isinstance(loader, str) or loader not in _LOADERS:
        loader = f"{loader!r:.100}"
        yield Finding(rule="skops-object-not-recognised", evidence=f"loader {loader}", name=loader)
    yield from _judge_name(node.get("__module__"), node.get("__class__"), loader, allowed)
    if loader == "OperatorFuncNode" and node.get("__module__") != "operator":
        evidence = f"a function of operator that says it is of {node.get('__module__')!r:.80}"
        yield Finding(rule="skops-node-disagrees", evidence=evidence, name="OperatorFuncNode")
    if loader == "MethodNode":
        yield from _judge_method(node, allowed)


def _judge_name(module: object, name: object, loader: str, allowed: frozenset[str]) -> Iterator[Finding]:
    """Judge what a node imports, as the import of a pickle."""
    if not isinstance(module, str) or not isinstance(name, str):
        yield Finding(rule="skops-node-disagrees", evidence=f"{loader} without a name that is text", name=None)
        return
    dotted = f"{module}.{name}"
    if dotted in _PLAIN or dotted in _OWN.get(loader, ()) or dotted in allowed:
        return
    judgement = _use(module, name, loader)
    if judgement.kind is not Kind.HARMLESS:
        rule = _RULES.get(judgement.kind, "skops-object-not-recognised")
        yield Finding(rule=rule, evidence=f"{loader}: {judgement.reason}", name=dotted[:200])


def _use(module: str, name: str, loader: str) -> Judgement:
    """Judge a name as the node's loader uses it: named, made without arguments, or called with any."""
    judgement = judge(module, name)
    if judgement.kind is not Kind.ARGUMENTS_MATTER:
        return judgement
    if loader in ("FunctionNode", "TypeNode"):
        return check_escape(module, name)
    if loader in _MADE_ANEW:
        made, called = (check_arguments(module, name, TupleValue(()), new=new) for new in (True, False))
        return min(made, called, key=itemgetter(0))
    return check_arguments(module, name, UNKNOWN)


def _judge_method(node: dict[str, Any], allowed: frozenset[str]) -> Iterator[Finding]:
    """Judge a bound method: it must be of the object that it says it is of (CVE-2025-54413)."""
    content = node.get("content")
    owner = content.get("obj") if isinstance(content, dict) else None
    if not isinstance(content, dict) or not isinstance(owner, dict):
        yield Finding(rule="skops-node-disagrees", evidence="a method of nothing", name="MethodNode")
        return
    says = f"{node.get('__module__')}.{node.get('__class__')}"
    is_of = f"{owner.get('__module__')}.{owner.get('__class__')}"
    if says != is_of:
        evidence = f"a method that says it is of {says[:80]} and is of {is_of[:80]}"
        yield Finding(rule="skops-node-disagrees", evidence=evidence, name="MethodNode")
    dotted = f"{is_of}.{content.get('func')}"
    if dotted not in allowed:
        evidence = "a method that is taken from an object"
        yield Finding(rule="skops-object-not-recognised", evidence=evidence, name=dotted[:200])
