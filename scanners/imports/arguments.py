"""The judgement of a use: calls, states and escapes of names that are harmless only as real models use them.

A rule says what each argument must be. What a rule does not accept has the rule's own kind, at least NOT_RECOGNISED; an
argument that is not known is never accepted where it matters.
"""

from __future__ import annotations

from typing import NamedTuple

from scanners.imports.allowlist import TORCHSCRIPT_ROOT, Use, allowed_use, takes_items
from scanners.imports.denylist import find_denial
from scanners.imports.denylist.explanation import explain
from scanners.imports.distributions import distribution_state, is_distribution
from scanners.imports.judgement import ALWAYS_HARMLESS, HARMLESS, Judgement, Kind
from scanners.imports.requirements import (
    anything,
    array_class,
    attribute,
    calls,
    constant,
    each,
    either,
    harmless_class,
    import_pair,
    index_class,
    makes_array,
    nested,
    nothing,
    one_global,
    packed_state,
    partial_of,
    partial_state,
    plain_key,
    type_by_name,
    written_value,
)
from scanners.imports.values import UNKNOWN, GlobalValue, TupleValue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from scanners.imports.requirements import Requirement, Signature
    from scanners.imports.values import Value


class ArgumentRule(NamedTuple):
    """What a callable's arguments must be."""

    accepts: Signature
    """Judge all positional arguments; None where they are not accepted."""
    otherwise: Kind
    """What a call with other arguments, or any other use of the name, is."""
    why: str
    """What the callable does with arguments that are not accepted."""
    state: Requirement | None = None
    """Judge the state that BUILD gives to what a call returned; None: any state is harmless."""
    may_be_stored: bool = False
    """Whether it is harmless to store the name or to pass it on."""


def find_rule(module: str, name: str) -> ArgumentRule | None:
    """Return the rule of a name whose arguments decide."""
    if is_distribution(module, name) and allowed_use(module, name) is not None:
        return _DISTRIBUTION
    return RULES.get(f"{module}:{name}")


def check_arguments(module: str, name: str, arguments: Value, *, new: bool = False) -> Judgement:
    """Judge one call, or with `new` one making by `__new__`, of a name that `judge` found to depend on its use."""
    rule = find_rule(module, name)
    if rule is None:
        return _by_use(module, name, Use.MADE if new else Use.CALLED)
    accepted = rule.accepts(arguments.items) if isinstance(arguments, TupleValue) else None
    return accepted or Judgement(rule.otherwise, f"{module}.{name} {rule.why}")


def check_state(module: str, name: str, state: Value) -> Judgement:
    """Judge the state that BUILD gives to what a call of the name returned."""
    rule = find_rule(module, name)
    if rule is None or rule.state is None:
        return HARMLESS
    return rule.state(state) or Judgement(rule.otherwise, f"{module}.{name} {rule.why}")


def check_items(module: str, name: str, arguments: Value) -> Judgement:
    """Judge putting items into what a call of the name, with these arguments, returned: this runs methods of its class."""
    if f"{module}:{name}" in _MAKERS and isinstance(arguments, TupleValue) and arguments.items:
        made = arguments.items[0]
        return check_items(made.module, made.name, UNKNOWN) if isinstance(made, GlobalValue) else _NOT_A_CONTAINER
    if takes_items(module, name) or module.split(".", 1)[0] == TORCHSCRIPT_ROOT:
        return HARMLESS
    return _NOT_A_CONTAINER if allowed_use(module, name) is not None else explain(module, name)


def check_escape(module: str, name: str) -> Judgement:
    """Judge a name that is stored, passed on or left: it may be called later with any arguments."""
    rule = find_rule(module, name)
    if rule is None:
        return _by_use(module, name, Use.NAMED)
    if rule.may_be_stored:
        return HARMLESS
    return Judgement(rule.otherwise, f"{module}.{name} is passed on and {rule.why}")


def _by_use(module: str, name: str, use: Use) -> Judgement:
    allowed = allowed_use(module, name)
    if allowed is None:
        return explain(module, name)._replace(any_arguments=True)
    if use <= allowed:
        return ALWAYS_HARMLESS
    denial = find_denial(module, name)
    if denial is not None:
        return Judgement(denial.kind, denial.why, any_arguments=True)
    why = f"no saved model of a known library uses {module}.{name} in this way"
    return Judgement(Kind.NOT_RECOGNISED, why, any_arguments=True)


_MAKERS = frozenset(
    f"{module}:{name}"
    for module in ("copyreg", "copy_reg")
    for name in ("_reconstructor", "__newobj__", "__newobj_ex__")
)
_NOT_A_CONTAINER = Judgement(Kind.NOT_RECOGNISED, "Items are put into something that saved models do not fill so")

_RUNS = Kind.RUNS_CODE
_UNKNOWN = Kind.NOT_RECOGNISED
_UNKNOWN_CLASS = "makes an instance of a class that is not known"
_CALLS = "calls a function of the author's choice"

_GETATTR = ArgumentRule(attribute, _RUNS, "reaches any attribute of what it is given, and by them anything")
_SINGLETON = one_global(
    *(GlobalValue(module, name) for module in ("builtins", "__builtin__") for name in ("Ellipsis", "NotImplemented"))
)
_TYPE = ArgumentRule(
    each(either(constant(None), _SINGLETON)), _UNKNOWN, "makes a class of the author's choice", may_be_stored=True
)
_BASE = one_global(
    *(
        GlobalValue(module, name)
        for module in ("builtins", "__builtin__")
        for name in ("object", "dict", "list", "tuple", "set", "frozenset", "int", "long", "float", "complex", "str")
    )
)
_RECONSTRUCTOR = ArgumentRule(each(harmless_class, _BASE, anything), _UNKNOWN, _UNKNOWN_CLASS)
_NEW = ArgumentRule(each(harmless_class, rest=anything), _UNKNOWN, _UNKNOWN_CLASS)
_NEW_WITH_KEYWORDS = ArgumentRule(each(harmless_class, anything, anything), _UNKNOWN, _UNKNOWN_CLASS)
_ITERATOR = ArgumentRule(each(anything), _UNKNOWN, _CALLS)
_PARTIAL = ArgumentRule(partial_of, _UNKNOWN, "holds a function that is not known", partial_state)
_ITEM_GETTER = ArgumentRule(each(plain_key, rest=plain_key), _UNKNOWN, "looks up keys that are not known")
_ENCODINGS = constant("latin1", "latin-1", "iso-8859-1", "ascii", "utf-8", "utf8")
_ENCODE = ArgumentRule(
    each(anything, _ENCODINGS, optional=1), _UNKNOWN, "looks up a codec that saved models do not use"
)

_ARRAY = ArgumentRule(each(array_class, anything, anything), _UNKNOWN, _UNKNOWN_CLASS)
_MASKED_ARRAY = one_global(
    GlobalValue("numpy.ma", "MaskedArray"),
    GlobalValue("numpy.ma.core", "MaskedArray"),
    GlobalValue("numpy.ma.core", "MaskedConstant"),
    GlobalValue("numpy.ma.mrecords", "MaskedRecords"),
)
_MASKED = ArgumentRule(each(_MASKED_ARRAY, array_class, anything, anything), _UNKNOWN, _UNKNOWN_CLASS)
_CACHE = ArgumentRule(each(constant(None), rest=anything), Kind.REACHES_OUT, "makes the folder that it is given")
_NAMESPACE = ArgumentRule(each(), _UNKNOWN, "takes attributes of any name from a mapping", may_be_stored=True)
_DTYPE = ArgumentRule(each(anything, rest=anything), _UNKNOWN, "can be given a state that its code contradicts")
_MEMORY_MAP = ArgumentRule(nothing, Kind.REACHES_OUT, "opens a file", may_be_stored=True)
_FUNCTION = ArgumentRule(import_pair, _RUNS, "imports any name of any module")
_BIT_GENERATOR = one_global(GlobalValue("numpy.random._pickle", "__bit_generator_ctor"))
_GENERATOR = ArgumentRule(each(anything, _BIT_GENERATOR, optional=2), _RUNS, _CALLS)
_DISTRIBUTION = ArgumentRule(each(), _RUNS, "executes the source in its state", distribution_state)
_ARRAY_WRAPPER = ArgumentRule(each(), _UNKNOWN, "gives way to an array where only joblib's unpickler expects one")
_INDEX = ArgumentRule(each(index_class, anything), _UNKNOWN, _UNKNOWN_CLASS)

_LOADS = ArgumentRule(each(nested), _RUNS, "loads a further file that could not be examined")
_TYPE_NAME = ArgumentRule(type_by_name, _RUNS, "returns types that make functions and code")
_EXPRESSION = ArgumentRule(each(written_value), _RUNS, "evaluates what it is given")
_DILL_ARRAY = ArgumentRule(makes_array, _RUNS, _CALLS)
_PACKED = ArgumentRule(each(), _UNKNOWN, "gives its state to a native class that the file chooses", packed_state)
_FROM_TYPE = ArgumentRule(calls, _RUNS, _CALLS)


def _under(name: str, *modules: str, rule: ArgumentRule) -> Mapping[str, ArgumentRule]:
    """Give one rule to a name under all the modules that it has been spelt in."""
    return {f"{module}:{name}": rule for module in modules}


_BUILTINS = ("builtins", "__builtin__")
_COPYREG = ("copyreg", "copy_reg")
_MULTIARRAY = (
    "numpy.core.multiarray",
    "numpy._core.multiarray",
    "numpy.core._multiarray_umath",
    "numpy._core._multiarray_umath",
)

RULES: Mapping[str, ArgumentRule] = {
    **_under("getattr", *_BUILTINS, rule=_GETATTR),
    **_under("type", *_BUILTINS, rule=_TYPE),
    **_under("iter", *_BUILTINS, rule=_ITERATOR),
    **_under("_reconstructor", *_COPYREG, rule=_RECONSTRUCTOR),
    **_under("__newobj__", *_COPYREG, rule=_NEW),
    **_under("__newobj_ex__", *_COPYREG, rule=_NEW_WITH_KEYWORDS),
    **_under("partial", "functools", "_functools", rule=_PARTIAL),
    **_under("itemgetter", "operator", "_operator", rule=_ITEM_GETTER),
    **_under("encode", "_codecs", rule=_ENCODE),
    **_under("_reconstruct", *_MULTIARRAY, rule=_ARRAY),
    **_under("_mareconstruct", "numpy.ma.core", rule=_MASKED),
    **_under("_mrreconstruct", "numpy.ma.mrecords", rule=_MASKED),
    **_under("memmap", "numpy", rule=_MEMORY_MAP),
    **_under("dtype", "numpy", rule=_DTYPE),
    **_under("Memory", "sklearn.externals.joblib.memory", rule=_CACHE),
    **_under("SimpleNamespace", "types", rule=_NAMESPACE),
    **_under("_ufunc_reconstruct", "numpy.core", "numpy._core", rule=_FUNCTION),
    **_under("__generator_ctor", "numpy.random._pickle", rule=_GENERATOR),
    **_under("__randomstate_ctor", "numpy.random._pickle", rule=_GENERATOR),
    **_under("unpickle_function", "scipy._lib._uarray._backend", rule=_FUNCTION),
    **_under("NumpyArrayWrapper", "joblib.numpy_pickle", "sklearn.externals.joblib.numpy_pickle", rule=_ARRAY_WRAPPER),
    **_under("_new_Index", "pandas.core.indexes.base", "pandas.core.index", "pandas.indexes.base", rule=_INDEX),
    **_under("_new_DatetimeIndex", "pandas.core.indexes.datetimes", "pandas.tseries.index", rule=_INDEX),
    **_under("_new_PeriodIndex", "pandas.core.indexes.period", "pandas.tseries.period", rule=_INDEX),
    **_under("_new_IntervalIndex", "pandas.core.indexes.interval", rule=_INDEX),
    **_under("_load_type", "dill._dill", "dill.dill", rule=_TYPE_NAME),
    **_under("_builtin_type", "cloudpickle.cloudpickle", "cloudpickle.cloudpickle_fast", rule=_TYPE_NAME),
    **_under("_eval_repr", "dill._dill", "dill.dill", rule=_EXPRESSION),
    **_under("_create_array", "dill._dill", "dill.dill", rule=_DILL_ARRAY),
    **_under("ScriptObject", "torch", "torch._C", rule=_PACKED),
    **_under("_load_from_bytes", "torch.storage", rule=_LOADS),
    **_under("_rebuild_from_type", "torch._tensor", "torch.tensor", rule=_FROM_TYPE),
    **_under("_rebuild_from_type_v2", "torch._tensor", rule=_FROM_TYPE),
}
"""Names whose arguments decide, by `module:name`; distributions of scipy besides."""
