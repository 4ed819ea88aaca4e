"""What arguments must be: small judgements that the table of rules is made of.

A `Requirement` judges one argument, a `Signature` all of them; None says that what is there is not accepted. A value that is
not known is accepted only where nothing could be wrong with it.
"""

from __future__ import annotations

import re

from scanners.imports.allowlist import Use, allowed_use
from scanners.imports.distributions import is_distribution
from scanners.imports.judgement import HARMLESS, Judgement, Kind
from scanners.imports.values import Constant, GlobalValue, Instance, Stretch, TupleValue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scanners.imports.values import Value

    Requirement = Callable[[Value], Judgement | None]
    Signature = Callable[[Sequence[Value]], Judgement | None]


_DESCRIPTIVE_TYPES = frozenset(
    {
        "DictItemsType",
        "DictKeysType",
        "DictType",
        "DictValuesType",
        "EllipsisType",
        "ListType",
        "MappingProxyType",
        "NoneType",
        "NotImplementedType",
        "OdictItemsType",
        "OdictKeysType",
        "OdictValuesType",
        "SimpleNamespace",
        "type",
    }
)
"""Names that dill and cloudpickle give to types without an importable name, those that make no code."""
_PACKED_CLASSES = tuple(
    Constant(f"__torch__.torch.classes.{name}")
    for name in (
        "quantized.LinearPackedParamsBase",
        "quantized.Conv1dPackedParamsBase",
        "quantized.Conv2dPackedParamsBase",
        "quantized.Conv3dPackedParamsBase",
        "quantized.EmbeddingPackedParamsBase",
        "rnn.CellParamsBase",
        "sparse.LinearPackedParamsBase",
    )
)
_WRITTEN = re.compile(r"x?range\(-?\d+(, -?\d+){0,2}\)|Ellipsis|NotImplemented", re.ASCII)
_ARRAY_WRAPPERS = tuple(
    GlobalValue(module, "NumpyArrayWrapper")
    for module in ("joblib.numpy_pickle", "sklearn.externals.joblib.numpy_pickle")
)
_ARRAY_RECONSTRUCTORS = tuple(
    GlobalValue(module, "_reconstruct") for module in ("numpy.core.multiarray", "numpy._core.multiarray")
)


def _allowed(value: Value, use: Use) -> Judgement | None:
    """Accept an import that the allowlist allows this use of, and whose state is harmless."""
    if not isinstance(value, GlobalValue) or is_distribution(value.module, value.name):
        return None
    allowed = allowed_use(value.module, value.name)
    return HARMLESS if allowed is not None and use <= allowed else None


def anything(value: Value) -> Judgement | None:
    """Accept whatever there is."""
    del value
    return HARMLESS


def harmless_global(value: Value) -> Judgement | None:
    """Accept an import that may at least be named."""
    return _allowed(value, Use.NAMED)


def harmless_class(value: Value) -> Judgement | None:
    """Accept an import that may be made anew, joblib's stand-in for an array among them."""
    return HARMLESS if value in _ARRAY_WRAPPERS else _allowed(value, Use.MADE)


def array_class(value: Value) -> Judgement | None:
    """Accept a class that may be named: NumPy itself takes only its own and makes them empty, a memory map included."""
    return HARMLESS if value == GlobalValue("numpy", "memmap") else harmless_global(value)


def index_class(value: Value) -> Judgement | None:
    """Accept an index of pandas, which gives its classes the module `pandas` since 3.0 (pandas/core/indexes/base.py)."""
    if not isinstance(value, GlobalValue):
        return None
    public = value.module == "pandas" and value.name.endswith("Index")
    return harmless_global(value) if public or value.module.startswith("pandas.core.indexes.") else None


def nothing(values: Sequence[Value]) -> Judgement | None:
    """Accept no call at all."""
    del values
    return None


def constant(*values: str | float | None) -> Requirement:
    """Accept one of some constants."""
    allowed = frozenset(values)

    def accept(value: Value) -> Judgement | None:
        return HARMLESS if isinstance(value, Constant) and value.value in allowed else None

    return accept


def one_global(*globals_: GlobalValue) -> Requirement:
    """Accept one of some imports."""

    def accept(value: Value) -> Judgement | None:
        return HARMLESS if value in globals_ else None

    return accept


def either(*requirements: Requirement) -> Requirement:
    """Accept what one of some requirements accepts."""

    def accept(value: Value) -> Judgement | None:
        return next((judged for requirement in requirements if (judged := requirement(value))), None)

    return accept


def plain_key(value: Value) -> Judgement | None:
    """Accept a text that is no special name, or a number."""
    if not isinstance(value, Constant) or isinstance(value.value, bytes):
        return None
    return None if isinstance(value.value, str) and value.value.startswith("__") else HARMLESS


def nested(value: Value) -> Judgement | None:
    """Accept bytes that are in the part, on the condition that they are examined as what the callable loads."""
    if isinstance(value, Stretch) or (isinstance(value, Constant) and isinstance(value.value, bytes)):
        return Judgement(Kind.HARMLESS, "", embedded=(value,))
    return None


def each(*requirements: Requirement, optional: int = 0, rest: Requirement | None = None) -> Signature:
    """Require something of each argument; the last `optional` ones may be missing, more must meet `rest`."""

    def accept(values: Sequence[Value]) -> Judgement | None:
        if len(values) < len(requirements) - optional or (rest is None and len(values) > len(requirements)):
            return None
        embedded: tuple[Value, ...] = ()
        for position, value in enumerate(values):
            requirement = requirements[position] if position < len(requirements) else rest
            judged = requirement(value) if requirement else None
            if judged is None:
                return None
            embedded += judged.embedded
        return Judgement(Kind.HARMLESS, "", embedded=embedded)

    return accept


def attribute(values: Sequence[Value]) -> Judgement | None:
    """Accept `getattr` of an attribute that is itself on the allowlist under its dotted name."""
    if len(values) not in {2, 3} or not isinstance(values[1], Constant) or not isinstance(values[1].value, str):
        return None
    owner = values[0].made_by if isinstance(values[0], Instance) else values[0]
    if not isinstance(owner, GlobalValue):
        return None
    named = GlobalValue(owner.module, f"{owner.name}.{values[1].value}")
    found = harmless_global(named)
    return found and found._replace(result=None if isinstance(values[0], Instance) else named)


def import_pair(values: Sequence[Value]) -> Judgement | None:
    """Accept a module name and a name that together are on the allowlist."""
    if not all(isinstance(value, Constant) and isinstance(value.value, str) for value in values[:2]):
        return None
    if len(values) != 2 and values[2:] != (Constant(None),):
        return None
    module, name = (str(value.value) for value in values[:2] if isinstance(value, Constant))
    found = harmless_global(GlobalValue(module, name))
    return found and found._replace(result=GlobalValue(module, name))


def type_by_name(values: Sequence[Value]) -> Judgement | None:
    """Accept the name of a built-in type that is on the allowlist, or of one that only describes values."""
    if len(values) != 1 or not isinstance(values[0], Constant) or not isinstance(values[0].value, str):
        return None
    if values[0].value in _DESCRIPTIVE_TYPES:
        return HARMLESS._replace(result=GlobalValue("types", values[0].value))
    named = GlobalValue("builtins", values[0].value)
    found = harmless_global(named)
    return found and found._replace(result=named)


def written_value(value: Value) -> Judgement | None:
    """Accept a range or a singleton written out, which dill evaluates."""
    written = value.value if isinstance(value, Constant) else None
    return HARMLESS if isinstance(written, str) and _WRITTEN.fullmatch(written) else None


def makes_array(values: Sequence[Value]) -> Judgement | None:
    """Accept (reconstructor, its arguments, state, attributes) for NumPy's own reconstructor."""
    if len(values) not in {3, 4} or values[0] not in _ARRAY_RECONSTRUCTORS or not isinstance(values[1], TupleValue):
        return None
    return each(array_class, anything, anything)(values[1].items)


def calls(values: Sequence[Value]) -> Judgement | None:
    """Accept (function, class, arguments, state): the function is called with the arguments, the class gets the state."""
    if len(values) != 4 or not isinstance(values[2], TupleValue) or harmless_global(values[1]) is None:
        return None
    return _allowed(values[0], Use.CALLED)


def packed_state(state: Value) -> Judgement | None:
    """Accept (state, class) of the native classes that hold quantised weights; the class takes the state."""
    known = isinstance(state, TupleValue) and len(state.items) == 2 and state.items[1] in _PACKED_CLASSES
    return HARMLESS if known else None


def partial_of(values: Sequence[Value]) -> Judgement | None:
    """Accept a function that may be named; a call of the partial is a call of it."""
    found = harmless_global(values[0]) if values else None
    return found and found._replace(result=values[0] if isinstance(values[0], GlobalValue) else None)


def partial_state(state: Value) -> Judgement | None:
    """Accept (function, arguments, keywords, attributes) where the function may be named."""
    if not isinstance(state, TupleValue) or len(state.items) != 4:
        return None
    return harmless_global(state.items[0])
