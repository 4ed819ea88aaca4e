"""Names that real models use and that can do worse are judged by what they are given."""

import pytest

from scanners.imports import Judgement, Kind, check_arguments, check_escape, check_items, check_state, judge
from scanners.imports.arguments import RULES
from scanners.imports.values import UNKNOWN, Constant, DictValue, GlobalValue, Instance, Stretch, TupleValue, Value

ESTIMATOR = GlobalValue("sklearn.linear_model._base", "LinearRegression")
OBJECT = GlobalValue("builtins", "object")
SYSTEM = GlobalValue("os", "system")
SCORE = GlobalValue("sklearn.metrics._classification", "accuracy_score")
NONE = Constant(None)

ACCEPTED: dict[str, tuple[Value, ...]] = {
    "builtins:getattr": (GlobalValue("builtins", "str"), Constant("lower")),
    "builtins:type": (NONE,),
    "copyreg:_reconstructor": (ESTIMATOR, OBJECT, NONE),
    "copy_reg:_reconstructor": (ESTIMATOR, GlobalValue("__builtin__", "object"), NONE),
    "copyreg:__newobj__": (ESTIMATOR,),
    "copyreg:__newobj_ex__": (ESTIMATOR, TupleValue(()), DictValue(())),
    "functools:partial": (SCORE, Constant(1)),
    "operator:itemgetter": (Constant("a"), Constant(2)),
    "_codecs:encode": (Constant("x"), Constant("latin1")),
    "numpy.core.multiarray:_reconstruct": (GlobalValue("numpy", "ndarray"), TupleValue((Constant(0),)), Constant(b"b")),
    "numpy.core:_ufunc_reconstruct": (Constant("numpy.core._multiarray_umath"), Constant("log1p")),
    "numpy.random._pickle:__generator_ctor": (
        Constant("PCG64"),
        GlobalValue("numpy.random._pickle", "__bit_generator_ctor"),
    ),
    "torch.storage:_load_from_bytes": (Constant(b"N."),),
    "torch._tensor:_rebuild_from_type_v2": (
        GlobalValue("torch._utils", "_rebuild_parameter"),
        GlobalValue("torch.nn.parameter", "Parameter"),
        TupleValue((NONE,)),
        NONE,
    ),
    "builtins:iter": (UNKNOWN,),
    "torch:ScriptObject": (),
    "pandas.core.indexes.base:_new_Index": (GlobalValue("pandas.core.indexes.base", "Index"), UNKNOWN),
    "numpy.ma.core:_mareconstruct": (
        GlobalValue("numpy.ma", "MaskedArray"),
        GlobalValue("numpy", "ndarray"),
        UNKNOWN,
        UNKNOWN,
    ),
}
ACCEPTED |= {
    "numpy:dtype": (Constant("f8"), Constant(False), Constant(True)),
    "types:SimpleNamespace": (),
    "joblib.numpy_pickle:NumpyArrayWrapper": (),
    "sklearn.externals.joblib.memory:Memory": (NONE, NONE, Constant(False), Constant(1)),
    "dill._dill:_load_type": (Constant("dict"),),
    "cloudpickle.cloudpickle:_builtin_type": (Constant("NoneType"),),
    "dill._dill:_eval_repr": (Constant("range(0, 2)"),),
    "dill._dill:_create_array": (
        GlobalValue("numpy.core.multiarray", "_reconstruct"),
        TupleValue((GlobalValue("numpy", "ndarray"), TupleValue((Constant(0),)), Constant(b"b"))),
        UNKNOWN,
        NONE,
    ),
}
REFUSED: list[tuple[str, tuple[Value, ...]]] = [
    ("sklearn.externals.joblib.memory:Memory", (Constant("/tmp"), NONE, Constant(False), Constant(1))),
    ("sklearn.externals.joblib.memory:Memory", (UNKNOWN, NONE, Constant(False), Constant(1))),
    ("types:SimpleNamespace", (DictValue(()),)),
    ("functools:partial", (GlobalValue("numpy", "dtype"), Constant("i1"))),
    ("functools:partial", (GlobalValue("joblib.numpy_pickle", "NumpyArrayWrapper"),)),
    ("builtins:getattr", (ESTIMATOR, Constant("fit"))),
    ("builtins:getattr", (ESTIMATOR, Constant("__init__"))),
    ("builtins:getattr", (GlobalValue("collections", "abc"), Constant("sys"))),
    ("builtins:getattr", (UNKNOWN, Constant("lower"))),
    ("builtins:getattr", (GlobalValue("builtins", "str"), UNKNOWN)),
    ("builtins:getattr", (GlobalValue("builtins", "str"), Constant(b"lower"))),
    ("builtins:getattr", ()),
    ("builtins:type", (Constant("Net"), TupleValue(()), DictValue(()))),
    ("builtins:type", (UNKNOWN,)),
    ("copyreg:_reconstructor", (ESTIMATOR, OBJECT)),
    ("copyreg:_reconstructor", (SYSTEM, OBJECT, NONE)),
    ("copyreg:_reconstructor", (UNKNOWN, OBJECT, NONE)),
    ("copyreg:_reconstructor", (ESTIMATOR, UNKNOWN, NONE)),
    ("copyreg:_reconstructor", (OBJECT, SCORE, NONE)),
    ("copyreg:_reconstructor", (GlobalValue("functools", "partial"), OBJECT, NONE)),
    ("copyreg:__newobj__", ()),
    ("copyreg:__newobj__", (GlobalValue("functools", "partial"), SYSTEM)),
    ("functools:partial", (SYSTEM,)),
    ("functools:partial", (GlobalValue("builtins", "getattr"),)),
    ("functools:partial", (Instance(GlobalValue("operator", "itemgetter"), UNKNOWN),)),
    ("functools:partial", (UNKNOWN,)),
    ("functools:partial", ()),
    ("operator:itemgetter", (Constant("__globals__"),)),
    ("operator:itemgetter", (UNKNOWN,)),
    ("_codecs:encode", (Constant("x"), Constant("zip"))),
    ("_codecs:encode", (Constant("x"), UNKNOWN)),
    ("numpy.core.multiarray:_reconstruct", (SYSTEM, NONE, NONE)),
    ("numpy.core:_ufunc_reconstruct", (Constant("os"), Constant("system"))),
    ("numpy.core:_ufunc_reconstruct", (UNKNOWN, Constant("log1p"))),
    ("numpy.random._pickle:__generator_ctor", (Constant("ls"), SYSTEM)),
    ("numpy.random._pickle:__generator_ctor", (Constant("ls"), SCORE)),
    ("numpy.random._pickle:__generator_ctor", (Constant("ls"), UNKNOWN)),
    ("torch.storage:_load_from_bytes", (UNKNOWN,)),
    ("torch.storage:_load_from_bytes", (Constant("text"),)),
    ("torch.storage:_load_from_bytes", ()),
    ("torch._tensor:_rebuild_from_type_v2", (SYSTEM, ESTIMATOR, TupleValue(()), NONE)),
    (
        "torch._tensor:_rebuild_from_type_v2",
        (GlobalValue("torch.storage", "_load_from_bytes"), ESTIMATOR, TupleValue((UNKNOWN,)), NONE),
    ),
    ("torch._tensor:_rebuild_from_type_v2", (SCORE, ESTIMATOR, TupleValue(()), NONE)),
    ("builtins:iter", (SCORE, Constant(0))),
    ("dill._dill:_load_type", (Constant("CodeType"),)),
    ("dill._dill:_load_type", (Constant("FunctionType"),)),
    ("dill._dill:_load_type", (Constant("PartialType"),)),
    ("dill._dill:_load_type", (UNKNOWN,)),
    ("dill._dill:_eval_repr", (Constant("print(1)"),)),
    ("dill._dill:_eval_repr", (Constant("range(0, 2)\n"),)),
    ("dill._dill:_eval_repr", (UNKNOWN,)),
    ("cloudpickle.cloudpickle:_builtin_type", (Constant("CodeType"),)),
    ("cloudpickle.cloudpickle:_builtin_type", (Constant("getattr"),)),
    ("dill._dill:_create_array", (SYSTEM, TupleValue((Constant("ls"),)), NONE, NONE)),
    ("dill._dill:_create_array", (GlobalValue("numpy.core.multiarray", "_reconstruct"), UNKNOWN, NONE, NONE)),
    (
        "pandas.core.indexes.base:_new_Index",
        (GlobalValue("numpy", "memmap"), DictValue(((Constant("filename"), Constant("a")),))),
    ),
    ("numpy.ma.core:_mareconstruct", (ESTIMATOR, GlobalValue("numpy", "ndarray"), NONE, NONE)),
]


def _check(name: str, arguments: tuple[Value, ...]) -> Judgement:
    module, _, last = name.partition(":")
    return check_arguments(module, last, TupleValue(arguments))


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_real_models_give_is_accepted(name: str) -> None:
    """No alarm for the calls that libraries write."""
    assert judge(*name.split(":")).kind is Kind.ARGUMENTS_MATTER
    assert _check(name, ACCEPTED[name]).kind is Kind.HARMLESS


@pytest.mark.parametrize(("name", "arguments"), REFUSED)
def test_anything_else_is_refused_with_a_reason(name: str, arguments: tuple[Value, ...]) -> None:
    """What is not known where it matters is never accepted."""
    judged = _check(name, arguments)
    assert judged.kind is RULES[name].otherwise
    assert judged.kind >= Kind.NOT_RECOGNISED
    assert judged.reason


@pytest.mark.parametrize("name", RULES)
def test_unknown_arguments_are_refused(name: str) -> None:
    """Not even the number of arguments is known then."""
    module, _, last = name.partition(":")
    assert check_arguments(module, last, UNKNOWN).kind >= Kind.NOT_RECOGNISED


@pytest.mark.parametrize("name", [name for name, rule in RULES.items() if not rule.may_be_stored])
def test_an_escaped_name_may_be_called_with_anything(name: str) -> None:
    """So it is judged as the worst that a call could be."""
    assert check_escape(*name.split(":")).kind is RULES[name].otherwise


def test_a_memory_map_may_be_named_by_an_array_only() -> None:
    """joblib writes the class of arrays that stood in a memory map; making one opens a file."""
    memory_map = GlobalValue("numpy", "memmap")
    assert check_escape(*memory_map).kind is Kind.HARMLESS
    assert check_arguments(*memory_map, TupleValue((Constant("a"),))).kind is Kind.REACHES_OUT
    assert (
        _check("numpy.core.multiarray:_reconstruct", (memory_map, TupleValue((Constant(0),)), Constant(b"b"))).kind
        is Kind.HARMLESS
    )
    assert _check("pandas.core.indexes.base:_new_Index", (memory_map, DictValue(()))).kind is Kind.NOT_RECOGNISED
    assert _check("functools:partial", (memory_map, Constant("a"))).kind is Kind.NOT_RECOGNISED


@pytest.mark.parametrize(
    "name", ["Index", "MultiIndex", "RangeIndex", "CategoricalIndex", "IntervalIndex", "PeriodIndex"]
)
def test_an_index_of_pandas_may_carry_its_public_name(name: str) -> None:
    """pandas 3 writes its classes as `pandas.Index`; what else that module holds is no index."""
    assert (
        _check("pandas.core.indexes.base:_new_Index", (GlobalValue("pandas", name), DictValue(()))).kind
        is Kind.HARMLESS
    )
    for other in ("DataFrame", "read_pickle", "eval", "io.IndexIndex"):
        refused = _check("pandas.core.indexes.base:_new_Index", (GlobalValue("pandas", other), DictValue(())))
        assert refused.kind is Kind.NOT_RECOGNISED


def test_a_nested_pickle_is_handed_on() -> None:
    """It is accepted on condition that it is examined."""
    for value in (Constant(b"N."), Stretch(3, 4)):
        assert _check("torch.storage:_load_from_bytes", (value,)).embedded == (value,)


def test_getattr_returns_what_it_names() -> None:
    """What a class method is called with is judged as a call of that method."""
    zone = _check("builtins:getattr", (GlobalValue("zoneinfo", "ZoneInfo"), Constant("_unpickle")))
    assert zone.result == GlobalValue("zoneinfo", "ZoneInfo._unpickle")
    assert check_arguments(*zone.result, UNKNOWN).kind is Kind.HARMLESS


def test_use_decides_for_known_names() -> None:
    """An estimator is made anew, never called; a metric is named, never called."""
    assert check_arguments(*ESTIMATOR, UNKNOWN, new=True) == (Kind.HARMLESS, "", (), None, True)
    assert check_arguments(*ESTIMATOR, UNKNOWN).kind is Kind.NOT_RECOGNISED
    assert check_escape(*SCORE).kind is Kind.HARMLESS
    assert check_arguments(*SCORE, UNKNOWN, new=True).kind is Kind.NOT_RECOGNISED
    assert check_arguments(*SCORE, UNKNOWN).kind is Kind.NOT_RECOGNISED
    assert check_arguments("collections", "OrderedDict", UNKNOWN).kind is Kind.HARMLESS


def test_a_dangerous_name_stays_dangerous_in_every_use() -> None:
    """The questions about uses answer for any name."""
    assert check_arguments(*SYSTEM, UNKNOWN).kind is Kind.RUNS_CODE
    assert check_arguments(*SYSTEM, UNKNOWN, new=True).kind is Kind.RUNS_CODE
    assert check_escape(*SYSTEM).kind is Kind.RUNS_CODE


def test_a_call_of_a_partial_is_a_call_of_its_function() -> None:
    """And judged as one."""
    assert _check("functools:partial", (SCORE,)).result == SCORE
    assert check_arguments(*SCORE, UNKNOWN).kind is Kind.NOT_RECOGNISED


def test_the_state_of_a_partial_is_its_function() -> None:
    """BUILD can exchange it."""
    state = TupleValue((SCORE, TupleValue(()), DictValue(()), NONE))
    assert check_state("functools", "partial", state).kind is Kind.HARMLESS
    assert (
        check_state("functools", "partial", state._replace(items=(SYSTEM, *state.items[1:]))).kind
        > Kind.ARGUMENTS_MATTER
    )
    assert check_state("functools", "partial", UNKNOWN).kind > Kind.ARGUMENTS_MATTER


def test_native_classes_take_known_states_only() -> None:
    """The class stands in the state, and any class that some library registered may be named."""
    for module in ("torch", "torch._C"):
        known = TupleValue((UNKNOWN, Constant("__torch__.torch.classes.rnn.CellParamsBase")))
        assert check_state(module, "ScriptObject", known).kind is Kind.HARMLESS
        other = TupleValue((UNKNOWN, Constant("__torch__.torch.classes.tensorrt.Engine")))
        assert check_state(module, "ScriptObject", other).kind is Kind.NOT_RECOGNISED
        assert check_state(module, "ScriptObject", UNKNOWN).kind is Kind.NOT_RECOGNISED


PARSER = """
def _parse_args(self, {shapes} {places}):
    return ({shapes}), {given}

def _parse_args_rvs(self, {shapes} {places}, size=None):
    return self._argcheck_rvs({shapes} {given}, size=size)

def _parse_args_stats(self, {shapes} {places}, moments='mv'):
    return ({shapes}), {given}, moments
"""
WRITTEN = [
    ("", "loc=0, scale=1", "loc, scale"),
    ("a, b, ", "loc=0, scale=1", "loc, scale"),
    ("low, high, ", "loc=0", "loc, 1"),
]
TURNED = [
    ("", "loc=0, scale=print(1)", "loc, scale"),
    ("a=print(1), ", "loc=0", "loc, 1"),
    ("", "loc=0", "print(1)"),
    ("a, \n", "loc=0", "loc, 1"),
    ("\N{GREEK SMALL LETTER ALPHA}, ", "loc=0", "loc, 1"),
]


def _distribution(parser: Value, *more: tuple[Value, Value]) -> Judgement:
    return check_state(
        "scipy.stats._continuous_distns", "norm_gen", DictValue(((Constant("_parse_arg_template"), parser), *more))
    )


@pytest.mark.parametrize(("shapes", "places", "given"), WRITTEN)
def test_the_source_that_scipy_writes_is_accepted(shapes: str, places: str, given: str) -> None:
    """A randomised search keeps its distributions, and their state holds source."""
    assert _distribution(Constant(PARSER.format(shapes=shapes, places=places, given=given))).kind is Kind.HARMLESS


@pytest.mark.parametrize(("shapes", "places", "given"), TURNED)
def test_any_other_source_is_refused(shapes: str, places: str, given: str) -> None:
    """SciPy executes it when the distribution gets its state."""
    assert _distribution(Constant(PARSER.format(shapes=shapes, places=places, given=given))).kind is Kind.RUNS_CODE


def _constructor(**arguments: str | float | None) -> DictValue:
    return DictValue(tuple((Constant(key), Constant(value)) for key, value in arguments.items()))


@pytest.mark.parametrize("shapes", [None, "a", "a, b"])
def test_the_state_of_older_distributions_is_accepted(shapes: str | None) -> None:
    """They are constructed anew, and SciPy checks the one argument that becomes source."""
    state = TupleValue((_constructor(momtype=1, a=0, b=1, name="norm", shapes=shapes), NONE))
    assert check_state("scipy.stats._continuous_distns", "norm_gen", state).kind is Kind.HARMLESS


@pytest.mark.parametrize(
    "state",
    [
        TupleValue((_constructor(momtype=1, a=0, b=1, shapes="a=print(1)"), NONE)),
        TupleValue((_constructor(momtype=1, a=0, b=1, shapes="a\n"), NONE)),
        TupleValue((_constructor(momtype=1, a=0, b=1), NONE)),
        TupleValue((_constructor(momtype=1, a=0, source="x", shapes=None), NONE)),
        TupleValue((DictValue(((Constant("_parse_arg_template"), NONE), (Constant("print(1)"), NONE))), NONE)),
        TupleValue((UNKNOWN, NONE)),
        TupleValue((NONE,)),
    ],
)
def test_other_states_of_older_distributions_are_refused(state: Value) -> None:
    """A newer SciPy would take a dictionary of two keys for an attribute and its value."""
    assert check_state("scipy.stats._continuous_distns", "norm_gen", state).kind is Kind.RUNS_CODE


def test_a_state_without_readable_source_is_refused() -> None:
    """Neither left out, nor computed, nor with the executing method replaced."""
    good = Constant(PARSER.format(shapes="", places="loc=0, scale=1", given="loc, scale"))
    assert _distribution(UNKNOWN).kind is Kind.RUNS_CODE
    assert _distribution(Stretch(0, 9)).kind is Kind.RUNS_CODE
    assert _distribution(good, (Constant("_attach_methods"), SCORE)).kind is Kind.RUNS_CODE
    assert _distribution(good, (Constant("_parse_arg_template"), UNKNOWN)).kind is Kind.RUNS_CODE
    assert _distribution(good, (UNKNOWN, UNKNOWN)).kind is Kind.RUNS_CODE
    assert check_state("scipy.stats._continuous_distns", "norm_gen", UNKNOWN).kind is Kind.RUNS_CODE


FRAME = GlobalValue("pandas.core.frame", "DataFrame")
DICTIONARY = GlobalValue("collections", "OrderedDict")


def test_containers_take_items() -> None:
    """Subclasses of dictionaries and lists that saved models fill."""
    assert check_items(*DICTIONARY, UNKNOWN).kind is Kind.HARMLESS
    assert check_items("sklearn.utils._bunch", "Bunch", UNKNOWN).kind is Kind.HARMLESS
    assert check_items("__torch__.Net", "Net", UNKNOWN).kind is Kind.HARMLESS


def test_nothing_else_takes_items() -> None:
    """Setting an item runs a method of the class: a frame calls its key, a module sets an attribute."""
    assert check_items(*FRAME, UNKNOWN).kind is Kind.NOT_RECOGNISED
    assert check_items("torch.nn.modules.container", "Sequential", UNKNOWN).kind is Kind.NOT_RECOGNISED
    assert check_items("functools", "partial", UNKNOWN).kind is Kind.NOT_RECOGNISED
    assert check_items(*SYSTEM, UNKNOWN).kind is Kind.RUNS_CODE


def test_the_reconstructor_gives_what_it_is_told_to() -> None:
    """So its argument decides."""
    bunch = GlobalValue("sklearn.utils._bunch", "Bunch")
    for module in ("copyreg", "copy_reg"):
        assert check_items(module, "_reconstructor", TupleValue((bunch, OBJECT, NONE))).kind is Kind.HARMLESS
        assert check_items(module, "_reconstructor", TupleValue((FRAME, OBJECT, NONE))).kind is Kind.NOT_RECOGNISED
        assert check_items(module, "_reconstructor", TupleValue((UNKNOWN, OBJECT, NONE))).kind is Kind.NOT_RECOGNISED
        assert check_items(module, "_reconstructor", UNKNOWN).kind > Kind.ARGUMENTS_MATTER
