"""The judgement of a use: calls, states and escapes of names that are harmless only as real models use them.

A rule says what each argument must be. What a rule does not accept has the rule's own kind, at least NOT_RECOGNISED; an
argument that is not known is never accepted where it matters.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from scanners.imports.allowlist import Use, allowed_use
from scanners.imports.denylist import find_denial
from scanners.imports.denylist.explanation import explain
from scanners.imports.judgement import ALWAYS_HARMLESS, HARMLESS, Judgement, Kind
from scanners.imports.values import Constant, DictValue, GlobalValue, Instance, Stretch, TupleValue

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from scanners.imports.values import Value

    Requirement = Callable[[Value], Judgement | None]
    """Judge one argument; None where it is not accepted."""


class ArgumentRule(NamedTuple):
    """What a callable's arguments must be."""

    accepts: Callable[[Sequence[Value]], Judgement | None]
    """Judge all positional arguments; None where they are not accepted."""
    otherwise: Kind
    """What a call with other arguments, or any other use of the name, is."""
    why: str
    """What the callable does with arguments that are not accepted."""
    state: Requirement | None = None
    """Judge the state that BUILD gives to what a call returned; None: any state is harmless."""


def find_rule(module: str, name: str) -> ArgumentRule | None:
    """Return the rule of a name whose arguments decide."""
    if module in _DISTRIBUTION_MODULES and allowed_use(module, name) is not None:
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


def check_escape(module: str, name: str) -> Judgement:
    """Judge a name that is stored, passed on or left: it may be called later with any arguments."""
    rule = find_rule(module, name)
    if rule is None:
        return _by_use(module, name, Use.NAMED)
    return Judgement(rule.otherwise, f"{module}.{name} is passed on and {rule.why}")


def _by_use(module: str, name: str, use: Use) -> Judgement:
    allowed = allowed_use(module, name)
    if allowed is None:
        return explain(module, name)._replace(any_arguments=True)
    if use <= allowed:
        return ALWAYS_HARMLESS
    found = find_denial(module, name)
    if found is not None:
        return Judgement(found.kind, found.why, any_arguments=True)
    why = f"no saved model of a known library uses {module}.{name} in this way"
    return Judgement(Kind.NOT_RECOGNISED, why, any_arguments=True)


def _anything(value: Value) -> Judgement | None:
    del value
    return HARMLESS


def _harmless_global(value: Value) -> Judgement | None:
    """Accept an import that may at least be named."""
    if isinstance(value, GlobalValue) and find_rule(value.module, value.name) is None:
        return _accepted(_by_use(value.module, value.name, Use.NAMED))
    return None


def _harmless_class(value: Value) -> Judgement | None:
    """Accept an import that may be made anew."""
    if isinstance(value, GlobalValue) and find_rule(value.module, value.name) is None:
        return _accepted(_by_use(value.module, value.name, Use.MADE))
    return None


def _accepted(judgement: Judgement) -> Judgement | None:
    return judgement if judgement.kind is Kind.HARMLESS else None


def _constant(*values: str | float | None) -> Requirement:
    """Accept one of some constants."""
    allowed = frozenset(values)

    def accept(value: Value) -> Judgement | None:
        return HARMLESS if isinstance(value, Constant) and value.value in allowed else None

    return accept


def _global(*accepted: GlobalValue) -> Requirement:
    """Accept one of some imports."""

    def accept(value: Value) -> Judgement | None:
        return HARMLESS if value in accepted else None

    return accept


def _plain_key(value: Value) -> Judgement | None:
    """Accept a text that is no special name, or a number."""
    if not isinstance(value, Constant) or isinstance(value.value, bytes):
        return None
    return None if isinstance(value.value, str) and value.value.startswith("__") else HARMLESS


def _nested(value: Value) -> Judgement | None:
    """Accept bytes that are in the part, on the condition that they are examined as what the callable loads."""
    if isinstance(value, Stretch) or (isinstance(value, Constant) and isinstance(value.value, bytes)):
        return Judgement(Kind.HARMLESS, "", embedded=(value,))
    return None


def _each(
    *requirements: Requirement, optional: int = 0, rest: Requirement | None = None
) -> Callable[[Sequence[Value]], Judgement | None]:
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


def _attribute(values: Sequence[Value]) -> Judgement | None:
    """Accept `getattr` of an attribute that is itself on the allowlist under its dotted name."""
    if len(values) not in {2, 3} or not isinstance(values[1], Constant) or not isinstance(values[1].value, str):
        return None
    owner = values[0].made_by if isinstance(values[0], Instance) else values[0]
    if not isinstance(owner, GlobalValue):
        return None
    named = GlobalValue(owner.module, f"{owner.name}.{values[1].value}")
    accepted = _harmless_global(named)
    return accepted and accepted._replace(result=None if isinstance(values[0], Instance) else named)


def _import_pair(values: Sequence[Value]) -> Judgement | None:
    """Accept a module name and a name that together are on the allowlist."""
    if not all(isinstance(value, Constant) and isinstance(value.value, str) for value in values[:2]):
        return None
    if len(values) != 2 and values[2:] != (Constant(None),):
        return None
    module, name = (str(value.value) for value in values[:2] if isinstance(value, Constant))
    accepted = _harmless_global(GlobalValue(module, name))
    return accepted and accepted._replace(result=GlobalValue(module, name))


def _makes_with_keywords(values: Sequence[Value]) -> Judgement | None:
    """Accept a class that may be made anew with any arguments: keywords are not judged."""
    return _harmless_class(values[0]) if len(values) == 3 else None


def _calls(values: Sequence[Value]) -> Judgement | None:
    """Accept (function, class, arguments, state): the function is called with the arguments, the class gets the state."""
    if len(values) != 4 or not isinstance(values[0], GlobalValue) or _harmless_class(values[1]) is None:
        return None
    return _accepted(check_arguments(values[0].module, values[0].name, values[2]))


def _distribution_state(state: Value) -> Judgement | None:
    """Accept the state of a scipy distribution whose argument parser, which scipy executes, is the one it generates."""
    if not isinstance(state, DictValue):
        return None
    parser: object = None
    for key, value in state.items:
        if not isinstance(key, Constant) or str(key.value).startswith("_attach"):
            return None
        if key.value == "_parse_arg_template":
            parser = value.value if isinstance(value, Constant) else value
    return HARMLESS if isinstance(parser, str) and _ARGUMENT_PARSER.fullmatch(parser) else None


def _partial_state(state: Value) -> Judgement | None:
    """Accept (function, arguments, keywords, attributes) where the function may be named."""
    if not isinstance(state, TupleValue) or len(state.items) != 4:
        return None
    return _harmless_global(state.items[0])


_ARGUMENT_PARSER = re.compile(
    r"\ndef _parse_args\(self, (?P<shapes>(?:[A-Za-z_]\w*, )*) (?P<places>loc=0(?:, scale=1)?)\):\n"
    r"    return \((?P=shapes)\), (?P<given>loc(?:, scale|, 1)?)\n\n"
    r"def _parse_args_rvs\(self, (?P=shapes) (?P=places), size=None\):\n"
    r"    return self\._argcheck_rvs\((?P=shapes) (?P=given), size=size\)\n\n"
    r"def _parse_args_stats\(self, (?P=shapes) (?P=places), moments='mv'\):\n"
    r"    return \((?P=shapes)\), (?P=given), moments\n",
    re.ASCII,
)
# As scipy.stats writes it since 0.18: https://github.com/scipy/scipy/blob/v1.13.1/scipy/stats/_distn_infrastructure.py#L617

_RUNS = Kind.RUNS_CODE
_UNKNOWN = Kind.NOT_RECOGNISED

_GETATTR = ArgumentRule(_attribute, _RUNS, "reaches any attribute of what it is given, and by them anything")
_TYPE = ArgumentRule(_each(_constant(None)), _UNKNOWN, "makes a class of the author's choice")
_RECONSTRUCTOR = ArgumentRule(
    _each(_harmless_class, _harmless_class, _anything), _UNKNOWN, "makes an instance of a class that is not known"
)
_PARTIAL = ArgumentRule(
    _each(_harmless_global, rest=_anything), _UNKNOWN, "holds a function that is not known", _partial_state
)
_ITEM_GETTER = ArgumentRule(_each(_plain_key, rest=_plain_key), _UNKNOWN, "looks up keys that are not known")
_NEW = ArgumentRule(_each(_harmless_class, rest=_anything), _UNKNOWN, "makes an instance of a class that is not known")
_NEW_WITH_KEYWORDS = ArgumentRule(_makes_with_keywords, _UNKNOWN, "makes an instance of a class that is not known")
_DISTRIBUTION = ArgumentRule(_each(), _RUNS, "executes the source in its state", _distribution_state)
_DISTRIBUTION_MODULES = frozenset({"scipy.stats._continuous_distns", "scipy.stats._discrete_distns"})
_BIT_GENERATOR = GlobalValue("numpy.random._pickle", "__bit_generator_ctor")
_ENCODINGS = _constant("latin1", "latin-1", "iso-8859-1", "ascii", "utf-8", "utf8")
_ENCODE = ArgumentRule(
    _each(_anything, _ENCODINGS, optional=1), _UNKNOWN, "looks up a codec that saved models do not use"
)
_ARRAY = ArgumentRule(
    _each(_harmless_class, _anything, _anything), _UNKNOWN, "makes an array of a class that is not known"
)
_UFUNC = ArgumentRule(_import_pair, _RUNS, "imports any name of any module")
_LOADS = ArgumentRule(_each(_nested), _RUNS, "loads a further file that could not be examined")
_ITERATOR = ArgumentRule(_each(_anything), _UNKNOWN, "calls a function of the author's choice")
_GENERATOR = ArgumentRule(
    _each(_anything, _global(_BIT_GENERATOR), optional=2), _RUNS, "calls a function of the author's choice"
)
_FROM_TYPE = ArgumentRule(_calls, _RUNS, "calls a function of the author's choice")


def _both(name: str, *modules: str, rule: ArgumentRule) -> Mapping[str, ArgumentRule]:
    """Give one rule to a name under all the modules it has been spelt in."""
    return {f"{module}:{name}": rule for module in modules}


_NUMPY_MULTIARRAY = (
    "numpy.core.multiarray",
    "numpy._core.multiarray",
    "numpy.core._multiarray_umath",
    "numpy._core._multiarray_umath",
)

RULES: Mapping[str, ArgumentRule] = {
    **_both("getattr", "builtins", "__builtin__", rule=_GETATTR),
    **_both("type", "builtins", "__builtin__", rule=_TYPE),
    **_both("_reconstructor", "copyreg", "copy_reg", rule=_RECONSTRUCTOR),
    **_both("__newobj__", "copyreg", "copy_reg", rule=_NEW),
    **_both("__newobj_ex__", "copyreg", "copy_reg", rule=_NEW_WITH_KEYWORDS),
    **_both("partial", "functools", "_functools", rule=_PARTIAL),
    **_both("itemgetter", "operator", "_operator", rule=_ITEM_GETTER),
    **_both("encode", "_codecs", rule=_ENCODE),
    **_both("iter", "builtins", "__builtin__", rule=_ITERATOR),
    **_both("__generator_ctor", "numpy.random._pickle", rule=_GENERATOR),
    **_both("__randomstate_ctor", "numpy.random._pickle", rule=_GENERATOR),
    **_both("unpickle_function", "scipy._lib._uarray._backend", rule=_UFUNC),
    **_both("_reconstruct", *_NUMPY_MULTIARRAY, rule=_ARRAY),
    **_both("_ufunc_reconstruct", "numpy.core", "numpy._core", rule=_UFUNC),
    **_both("_load_from_bytes", "torch.storage", rule=_LOADS),
    **_both("_rebuild_from_type", "torch._tensor", "torch.tensor", rule=_FROM_TYPE),
    **_both("_rebuild_from_type_v2", "torch._tensor", rule=_FROM_TYPE),
}
"""Names whose arguments decide, by `module:name`; distributions of scipy besides."""
