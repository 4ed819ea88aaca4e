"""A name is harmless when it is exactly known, dangerous when it is known to be, and not recognised otherwise."""

import pytest

from scanners.imports import Kind, judge, spellings

MODELSCAN_CRITICAL = [
    *(
        (module, name)
        for module in ("builtins", "__builtin__")
        for name in ("eval", "compile", "apply", "exec", "open", "breakpoint", "__import__")
    ),
    *(
        (module, "anything")
        for module in (
            "runpy",
            "os",
            "nt",
            "posix",
            "socket",
            "subprocess",
            "sys",
            "pty",
            "pickle",
            "_pickle",
            "bdb",
            "pdb",
            "shutil",
            "asyncio",
        )
    ),
    ("operator", "attrgetter"),
]
MODELSCAN_HIGH = [
    ("webbrowser", "open"),
    ("httplib", "HTTPSConnection"),
    ("requests.api", "get"),
    ("aiohttp.client", "ClientSession"),
]


@pytest.mark.parametrize(("module", "name"), MODELSCAN_CRITICAL)
def test_what_modelscan_calls_critical_runs_code(module: str, name: str) -> None:
    """No entry of its list is judged milder here."""
    assert judge(module, name).kind is Kind.RUNS_CODE


@pytest.mark.parametrize("module", ["builtins", "__builtin__"])
def test_getattr_depends_on_its_arguments(module: str) -> None:
    """The one name of that list that real models import as well."""
    assert judge(module, "getattr").kind is Kind.ARGUMENTS_MATTER


@pytest.mark.parametrize(("module", "name"), MODELSCAN_HIGH)
def test_what_modelscan_calls_high_reaches_out_at_least(module: str, name: str) -> None:
    """No entry of its list is judged milder here."""
    assert judge(module, name).kind >= Kind.REACHES_OUT


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("collections", "OrderedDict"),
        ("torch._utils", "_rebuild_tensor_v2"),
        ("numpy.core.multiarray", "scalar"),
        ("numpy._core.multiarray", "scalar"),
        ("builtins", "set"),
        ("__builtin__", "set"),
        ("__torch__.torch.nn.modules.linear", "Linear"),
        ("sklearn.tree._tree", "Tree"),
    ],
)
def test_reconstructors_of_real_models_are_harmless(module: str, name: str) -> None:
    """They say nothing at all."""
    assert judge(module, name) == (Kind.HARMLESS, "", (), None, False)


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("collections", "ordereddict"),
        ("Collections", "OrderedDict"),
        ("collections", "OrderedDict "),
        ("collections ", "OrderedDict"),
        ("collections", "OrderedDict\n"),
        ("collections\r", "OrderedDict"),
        ("collections", ""),
        ("", "OrderedDict"),
        ("", ""),
        (".collections", "OrderedDict"),
        ("collections.OrderedDict", "x"),
        ("collections:OrderedDict", "x"),
        ("torch._utils", "_rebuild_tensor_v22"),
        ("torch.nn", "NoSuchModule"),
        ("sklearn.linear_model", "no_such_name"),
        ("\N{CYRILLIC SMALL LETTER O}s", "system"),
        ("os\r", "system"),
        ("\N{FULLWIDTH LATIN SMALL LETTER O}s", "system"),
        ("\ud800", "\udfff"),
        ("a" * 100_000, "b"),
    ],
)
def test_what_is_not_exactly_known_is_not_recognised(module: str, name: str) -> None:
    """Neither case nor spaces nor look-alikes nor prefixes make a name known."""
    assert judge(module, name).kind is Kind.NOT_RECOGNISED


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("os", "path.os.system"),
        ("os.path", "join"),
        ("pathlib", "os"),
        ("pathlib", "os.system"),
        ("torch.serialization", "os.system"),
        ("numpy", "prod.os.system"),
        ("collections", "abc.sys.modules"),
        ("json", "codecs.builtins.open"),
        ("anything", "builtins.eval"),
        ("six.moves.builtins", "exec"),
        ("sklearn.externals.joblib", "load"),
    ],
)
def test_every_component_counts(module: str, name: str) -> None:
    """A harmless module that passes on a dangerous one is judged as that one."""
    assert judge(module, name).kind is Kind.RUNS_CODE


@pytest.mark.parametrize(
    "special", ["__builtins__", "__globals__", "__subclasses__", "__loader__", "__init__", "__reduce_ex__", "__dict__"]
)
def test_special_attributes_lead_to_the_interpreter(special: str) -> None:
    """Also when they follow a harmless name."""
    assert judge("collections", special).kind is Kind.RUNS_CODE
    assert judge("collections", f"OrderedDict.{special}").kind is Kind.RUNS_CODE
    assert judge("collections", f"OrderedDict.{special}.x").kind is Kind.RUNS_CODE


@pytest.mark.parametrize(
    ("module", "name"),
    [("mypackage", "test"), ("mypackage.test.code", "Net"), ("mypackage", "code.Net"), ("mypackage.os", "x")],
)
def test_a_word_of_a_strangers_name_is_no_evidence(module: str, name: str) -> None:
    """Somebody's own `test` is not Python's."""
    assert judge(module, name).kind is Kind.NOT_RECOGNISED


def test_methods_of_a_harmless_class_are_judged_by_themselves() -> None:
    """A path may be made; unlinking one is another matter."""
    assert judge("pathlib", "PosixPath").kind is Kind.HARMLESS
    assert judge("pathlib", "PosixPath.unlink").kind is Kind.REACHES_OUT
    assert judge("pandas.core.frame", "DataFrame").kind <= Kind.ARGUMENTS_MATTER
    assert judge("pandas.core.frame", "DataFrame.to_pickle").kind is Kind.REACHES_OUT


def test_every_judgement_but_harmless_has_a_reason() -> None:
    """The reason is the evidence of a finding."""
    for module, name in (("os", "system"), ("nobody", "knows"), ("builtins", "getattr"), ("requests", "get")):
        assert judge(module, name).reason


@pytest.mark.parametrize("protocol", [0, 1, 2])
def test_python_2_names_are_spelt_both_ways(protocol: int) -> None:
    """Python 2 and Python 3 load the same stream under different names."""
    assert spellings("__builtin__", "xrange", protocol) == (("__builtin__", "xrange"), ("builtins", "range"))
    assert spellings("copy_reg", "_reconstructor", protocol) == (
        ("copy_reg", "_reconstructor"),
        ("copyreg", "_reconstructor"),
    )
    assert spellings("urllib2", "urlopen", protocol) == (("urllib2", "urlopen"), ("urllib.request", "urlopen"))
    assert spellings("numpy", "dtype", protocol) == (("numpy", "dtype"),)


@pytest.mark.parametrize("protocol", [3, 4, 5, 9])
def test_later_protocols_are_taken_as_written(protocol: int) -> None:
    """From protocol 3 on, no name is mapped."""
    assert spellings("__builtin__", "xrange", protocol) == (("__builtin__", "xrange"),)
