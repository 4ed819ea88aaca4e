"""Imports: every published advisory's callable, every entry of ModelScan's list, gadgets, and calls that depend on arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.corpus.import_builder import Opcodes, built, call, called, made, named, push, stream
from tests.corpus.payloads import PAYLOAD, PLAIN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_ARGUMENT_PARSER = """
def _parse_args(self,  loc=0, scale=1):
    return (), loc, scale

def _parse_args_rvs(self,  loc=0, scale=1, size=None):
    return self._argcheck_rvs( loc, scale, size=size)

def _parse_args_stats(self,  loc=0, scale=1, moments='mv'):
    return (), loc, scale, moments
"""
_LAST_LAYER = ("sklearn.linear_model._base", "LinearRegression")
_OBJECT = named("builtins", "object")
_TENSOR = named("torch", "Tensor")
_NORMAL = named("scipy.stats._continuous_distns", "norm_gen")
_FRAME = named("pandas.core.frame", "DataFrame")
_PARTIAL = named("functools", "partial")
_SCORE = named("sklearn.metrics._classification", "accuracy_score")
_DTYPE = named("numpy", "dtype")


def _state(dtype: Opcodes, flags: int) -> Opcodes:
    """Give an array type of fixed size its state."""
    return built(dtype, (3, "|", None, None, None, -1, -1, flags))


def _filled(target: Opcodes, key: str, value: object) -> Opcodes:
    """Put one item into what a call made."""
    return Opcodes(target.data + push(key) + push(value) + b"s")


def _by_argument() -> Mapping[str, Callable[[], bytes]]:
    """Callables that real models use, with arguments that no real model gives them, and their benign twins."""
    zone = called(named("builtins", "getattr"), named("zoneinfo", "ZoneInfo"), "_unpickle")
    structured = called(_DTYPE, "V12", False, True)
    fields = {"a": (_state(called(_DTYPE, "O8", False, True), 63), 0), "b": (called(_DTYPE, "i4", False, True), 8)}
    pointers = built(called(_DTYPE, "O8", False, True), (3, "|", None, None, None, -1, -1, 0))
    return {
        "import-dtype-without-references.pkl": lambda: stream(
            built(
                called(named("numpy._core.multiarray", "_reconstruct"), named("numpy", "ndarray"), (0,), b"b"),
                (1, (1,), pointers, False, b"\x41" * 8),
            )
        ),
        "import-dtype-wider.pkl": lambda: stream(
            built(called(_DTYPE, "S5", False, True), (3, "|", None, None, None, 50, 1, 0))
        ),
        "import-dtype-second-state.pkl": lambda: stream(
            built(
                built(structured, (3, "|", None, ("a", "b"), fields, 12, 1, 27)),
                (3, "|", None, None, None, 12, 1, 0),
            )
        ),
        "import-dtype-other-state.pkl": lambda: stream(built(called(_DTYPE, "i4", False, True), {"flags": 63})),
        "import-dtype-passed-on.pkl": lambda: stream(called(_PARTIAL, _DTYPE, "i1")),
        "benign-dtype-structured.pkl": lambda: stream(built(structured, (3, "|", None, ("a", "b"), fields, 12, 1, 27))),
        "benign-dtypes.pkl": lambda: stream(
            [
                _state(called(_DTYPE, "f8", False, True), 0),
                built(called(_DTYPE, "U5", False, True), (3, "<", None, None, None, 20, 4, 8)),
                built(
                    called(_DTYPE, "V8", False, True),
                    (3, "|", (called(_DTYPE, "i4", False, True), (2,)), None, None, 8, 4, 0),
                ),
                built(
                    called(_DTYPE, "M8", False, True), (4, "<", None, None, None, -1, -1, 0, (None, (b"ns", 1, 1, 1)))
                ),
            ]
        ),
        "import-cache-folder.pkl": lambda: call(
            "sklearn.externals.joblib.memory", "Memory", "/tmp/weighbridge", None, False, 1
        ),
        "benign-cache-none.pkl": lambda: call("sklearn.externals.joblib.memory", "Memory", None, None, False, 1),
        "import-namespace-of-mapping.pkl": lambda: stream(
            built(called(named("types", "SimpleNamespace"), {"__setstate__": _SCORE}), ("echo weighbridge",))
        ),
        "benign-namespace.pkl": lambda: stream(built(called(named("types", "SimpleNamespace")), {"a": 1})),
        "import-item-is-attribute.pkl": lambda: stream(
            built(
                _filled(made(named("scipy.optimize._optimize", "OptimizeResult")), "__setstate__", _SCORE), ("a", "b")
            )
        ),
        "benign-item-is-attribute.pkl": lambda: stream(
            _filled(made(named("scipy.optimize._optimize", "OptimizeResult")), "success", True)
        ),
        "import-getattr-behind-many.pkl": lambda: stream([(*[("x", 1)] * 5000, (named("builtins", "getattr"),))]),
        "benign-many-tuples.pkl": lambda: stream([(*[("x", 1)] * 5000,)]),
        "import-getattr-to-a-function.pkl": lambda: call(
            "sklearn.neighbors._kd_tree", "newObj", named("builtins", "getattr")
        ),
        "benign-class-to-a-function.pkl": lambda: call(
            "sklearn.neighbors._kd_tree", "newObj", named("sklearn.neighbors._kd_tree", "KDTree")
        ),
        "import-getattr-of-class.pkl": lambda: call(
            "builtins", "getattr", named("sklearn.pipeline", "Pipeline"), "fit"
        ),
        "import-getattr-of-module.pkl": lambda: call("builtins", "getattr", named("torch", "hub"), "load"),
        "import-getattr-passed-on.pkl": lambda: stream([named("builtins", "getattr")]),
        "benign-getattr-zone.pkl": lambda: stream(called(zone, "Europe/Berlin", 1)),
        "benign-getattr-method.pkl": lambda: call("builtins", "getattr", named("builtins", "str"), "lower"),
        "import-type-made.pkl": lambda: call("builtins", "type", "Net", (), {}),
        "benign-type-of-none.pkl": lambda: call("builtins", "type", None),
        "import-reconstructor-unknown.pkl": lambda: call("copyreg", "_reconstructor", "Net", _OBJECT, None),
        "import-reconstructor-called-base.pkl": lambda: call("copyreg", "_reconstructor", _OBJECT, _SCORE, None),
        "benign-reconstructor.pkl": lambda: call(
            "copy_reg", "_reconstructor", named(*_LAST_LAYER, 2), named("__builtin__", "object", 2), None, protocol=2
        ),
        "import-new-unknown.pkl": lambda: call("copyreg", "__newobj__", "Net"),
        "benign-new.pkl": lambda: call("copyreg", "__newobj__", named(*_LAST_LAYER)),
        "import-partial-of-system.pkl": lambda: stream(called(_PARTIAL, named("os", "system"), "echo weighbridge")),
        "import-partial-state.pkl": lambda: stream(
            built(called(_PARTIAL, _SCORE), (named("os", "system"), ("echo weighbridge",), {}, None))
        ),
        "import-partial-unknown-state.pkl": lambda: stream(built(called(_PARTIAL, _SCORE), {"func": "x"})),
        "benign-partial.pkl": lambda: stream(built(called(_PARTIAL, _SCORE), (_SCORE, (), {"normalize": True}, None))),
        "import-itemgetter-special.pkl": lambda: call("operator", "itemgetter", "__globals__"),
        "benign-itemgetter.pkl": lambda: call("operator", "itemgetter", "text"),
        "import-encode-codec.pkl": lambda: call("_codecs", "encode", "weighbridge", "zip"),
        "benign-encode.pkl": lambda: call("_codecs", "encode", "weighbridge", "latin1", protocol=2),
        "import-array-of-unknown.pkl": lambda: call("numpy.core.multiarray", "_reconstruct", "Net", (0,), b"b"),
        "benign-array.pkl": lambda: call(
            "numpy.core.multiarray", "_reconstruct", named("numpy", "ndarray"), (0,), b"b"
        ),
        "import-ufunc-of-os.pkl": lambda: call("numpy.core", "_ufunc_reconstruct", "os", "system"),
        "benign-ufunc.pkl": lambda: call("numpy.core", "_ufunc_reconstruct", "numpy", "log1p"),
        "import-function-of-os.pkl": lambda: call(
            "scipy._lib._uarray._backend", "unpickle_function", "os", "system", None
        ),
        "import-nested-pickle.pkl": lambda: call("torch.storage", "_load_from_bytes", PAYLOAD),
        "import-nested-hidden.pkl": lambda: call(
            "torch.storage", "_load_from_bytes", called(named("builtins", "bytes"), [46, 46])
        ),
        "benign-nested-pickle.pkl": lambda: call("torch.storage", "_load_from_bytes", PLAIN),
        "import-rebuild-calls.pkl": lambda: call(
            "torch._tensor", "_rebuild_from_type_v2", named("builtins", "print"), _TENSOR, ("weighbridge",), None
        ),
        "benign-rebuild.pkl": lambda: call(
            "torch._tensor",
            "_rebuild_from_type_v2",
            named("torch._utils", "_rebuild_parameter"),
            named("torch.nn.parameter", "Parameter"),
            (None, True, None),
            {},
        ),
        "import-generator-constructor.pkl": lambda: call(
            "numpy.random._pickle", "__generator_ctor", "echo weighbridge", named("builtins", "print")
        ),
        "benign-generator.pkl": lambda: call(
            "numpy.random._pickle", "__generator_ctor", "PCG64", named("numpy.random._pickle", "__bit_generator_ctor")
        ),
        "import-iterator-calls.pkl": lambda: call("builtins", "iter", named("builtins", "len"), 0),
        "benign-iterator.pkl": lambda: call("builtins", "iter", [1, 2]),
        "import-distribution-source.pkl": lambda: stream(
            built(made(_NORMAL), {"_parse_arg_template": "print('weighbridge')"})
        ),
        "import-distribution-shape.pkl": lambda: stream(
            built(made(_NORMAL), {"_parse_arg_template": _ARGUMENT_PARSER.replace("loc=0", "loc=print(0)")})
        ),
        "import-distribution-attach.pkl": lambda: stream(
            built(made(_NORMAL), {"_parse_arg_template": _ARGUMENT_PARSER, "_attach_methods": _SCORE})
        ),
        "benign-distribution.pkl": lambda: stream(
            built(made(_NORMAL), {"_parse_arg_template": _ARGUMENT_PARSER, "name": "norm"})
        ),
        "import-python2-input.pkl": lambda: call("__builtin__", "raw_input", protocol=2),
        "import-python2-execfile.pkl": lambda: call("__builtin__", "execfile", "weighbridge.py", protocol=2),
        "import-mapped-module.pkl": lambda: call("urllib2", "urlopen", "http://localhost", protocol=2),
        "benign-torchscript.pkl": lambda: stream(made(named("__torch__", "Net", 2)), 2),
        "benign-python2-names.pkl": lambda: stream(
            [named("__builtin__", "unicode", 2), called(named("__builtin__", "xrange", 2), 3)], 2
        ),
        "benign-old-scikit-learn.pkl": lambda: stream(
            made(named("sklearn.ensemble.forest", "RandomForestClassifier", 2)), 2
        ),
        "import-items-of-frame.pkl": lambda: stream(Opcodes(made(_FRAME).data + push(_SCORE) + push(1) + b"s")),
        "import-items-of-module.pkl": lambda: stream(
            Opcodes(
                made(named("torch.nn.modules.container", "Sequential")).data
                + b"("
                + push("forward")
                + push(_SCORE)
                + b"u"
            )
        ),
        "benign-items-of-dictionary.pkl": lambda: stream(
            Opcodes(called(named("collections", "OrderedDict")).data + push("a") + push(1) + b"s")
        ),
        "benign-items-of-bunch.pkl": lambda: stream(
            Opcodes(made(named("sklearn.utils._bunch", "Bunch")).data + push("data") + push(1) + b"s")
        ),
        "import-index-of-memory-map.pkl": lambda: call(
            "pandas.core.indexes.base",
            "_new_Index",
            named("numpy", "memmap"),
            {"filename": "weighbridge.bin", "shape": 1},
        ),
        "benign-index.pkl": lambda: call(
            "pandas.core.indexes.base",
            "_new_Index",
            named("pandas.core.indexes.range", "RangeIndex"),
            {"start": 0, "stop": 2},
        ),
        "import-index-of-frame.pkl": lambda: call(
            "pandas.core.indexes.base", "_new_Index", named("pandas", "DataFrame"), {"data": 1}
        ),
        "benign-index-public-name.pkl": lambda: call(
            "pandas.core.indexes.base", "_new_Index", named("pandas", "RangeIndex"), {"start": 0, "stop": 2}
        ),
        "import-dill-type-code.pkl": lambda: call("dill._dill", "_load_type", "CodeType"),
        "import-dill-expression.pkl": lambda: call("dill._dill", "_eval_repr", "print('weighbridge')"),
        "import-dill-method.pkl": lambda: call("dill._dill", "_getattr", _OBJECT, "x", "<method 'x' of 'y' objects>"),
        "import-dill-array.pkl": lambda: call(
            "dill._dill", "_create_array", named("os", "system"), ("echo weighbridge",), None, None
        ),
        "benign-dill.pkl": lambda: stream(
            [
                called(named("dill._dill", "_load_type"), "dict"),
                called(named("dill._dill", "_eval_repr"), "range(0, 2)"),
            ]
        ),
        "import-cloudpickle-type-code.pkl": lambda: call("cloudpickle.cloudpickle", "_builtin_type", "CodeType"),
        "benign-cloudpickle-type.pkl": lambda: call("cloudpickle.cloudpickle", "_builtin_type", "NoneType"),
        "import-distribution-pair.pkl": lambda: stream(
            built(made(_NORMAL), ({"_parse_arg_template": None, "print('weighbridge')": None}, None))
        ),
        "benign-distribution-pair.pkl": lambda: stream(
            built(made(_NORMAL), ({"momtype": 1, "a": None, "b": None, "name": "norm", "shapes": None}, None))
        ),
        "benign-function-named.pkl": lambda: stream({"metric": _SCORE}),
    }


SAMPLES: Mapping[str, Callable[[], bytes]] = {
    **_by_argument(),
    "import-builtins-eval.pkl": lambda: call("builtins", "eval", "print('weighbridge')"),
    "import-builtins-compile.pkl": lambda: call("builtins", "compile", "print('weighbridge')", "", "exec"),
    "import-builtins-exec.pkl": lambda: call("builtins", "exec", "print('weighbridge')"),
    "import-builtins-open.pkl": lambda: call("builtins", "open", "weighbridge.txt"),
    "import-builtins-breakpoint.pkl": lambda: call("builtins", "breakpoint"),
    "import-builtins-import.pkl": lambda: call("builtins", "__import__", "this"),
    "import-builtins-apply.pkl": lambda: call("builtins", "apply"),
    "import-python2-eval.pkl": lambda: call("__builtin__", "eval", "print('weighbridge')", protocol=2),
    "import-python2-compile.pkl": lambda: call(
        "__builtin__", "compile", "print('weighbridge')", "", "exec", protocol=2
    ),
    "import-python2-exec.pkl": lambda: call("__builtin__", "exec", "print('weighbridge')", protocol=2),
    "import-python2-open.pkl": lambda: call("__builtin__", "open", "weighbridge.txt", protocol=2),
    "import-python2-breakpoint.pkl": lambda: call("__builtin__", "breakpoint", protocol=2),
    "import-python2-import.pkl": lambda: call("__builtin__", "__import__", "this", protocol=2),
    "import-python2-apply.pkl": lambda: call("__builtin__", "apply", protocol=2),
    "import-runpy-run-path.pkl": lambda: call("runpy", "run_path", "weighbridge.py"),
    "import-os-system.pkl": lambda: call("os", "system", "echo weighbridge"),
    "import-nt-system.pkl": lambda: call("nt", "system", "echo weighbridge"),
    "import-posix-system.pkl": lambda: call("posix", "system", "echo weighbridge"),
    "import-socket-create-connection.pkl": lambda: call("socket", "create_connection"),
    "import-subprocess-run.pkl": lambda: call("subprocess", "run", "echo weighbridge"),
    "import-sys-exit.pkl": lambda: call("sys", "exit", 0),
    "import-pty-spawn.pkl": lambda: call("pty", "spawn", "echo weighbridge"),
    "import-pickle-loads.pkl": lambda: call("pickle", "loads", b"N."),
    "import-pickle-loads-c.pkl": lambda: call("_pickle", "loads", b"N."),
    "import-bdb-bdb-run.pkl": lambda: call("bdb", "Bdb.run", None, "print('weighbridge')"),
    "import-pdb-run.pkl": lambda: call("pdb", "run", "print('weighbridge')"),
    "import-shutil-copyfile.pkl": lambda: call("shutil", "copyfile", "a", "b"),
    "import-asyncio-run.pkl": lambda: call("asyncio", "run", None),
    "import-operator-attrgetter.pkl": lambda: call("operator", "attrgetter", "system"),
    "import-webbrowser-open.pkl": lambda: call("webbrowser", "open", "about:blank"),
    "import-httplib-httpsconnection.pkl": lambda: call("httplib", "HTTPSConnection", "localhost", protocol=2),
    "import-requests-api-get.pkl": lambda: call("requests.api", "get", "http://localhost"),
    "import-aiohttp-client-clientsession.pkl": lambda: call("aiohttp.client", "ClientSession"),
    "import-pip-main.pkl": lambda: call("pip", "main", ["--version"]),
    "import-torch-utils-bottleneck-main-run-cprofile.pkl": lambda: call(
        "torch.utils.bottleneck.__main__", "run_cprofile", "print('weighbridge')", {}
    ),
    "import-torch-utils-bottleneck-main-run-autograd-prof.pkl": lambda: call(
        "torch.utils.bottleneck.__main__", "run_autograd_prof", "print('weighbridge')", {}
    ),
    "import-torch-dynamo-guards-guardbuilder-get.pkl": lambda: call(
        "torch._dynamo.guards", "GuardBuilder.get", {}, "print('weighbridge')"
    ),
    "import-torch-fx-experimental-symbolic-shapes-shapeenv-evaluate-guards-expression.pkl": lambda: call(
        "torch.fx.experimental.symbolic_shapes", "ShapeEnv.evaluate_guards_expression", {}, "print('weighbridge')", []
    ),
    "import-torch-utils-collect-env-run.pkl": lambda: call("torch.utils.collect_env", "run", "echo weighbridge"),
    "import-torch-utils-collect-env-run-and-read-all.pkl": lambda: call(
        "torch.utils.collect_env", "run_and_read_all", None, "echo weighbridge"
    ),
    "import-torch-utils-data-datapipes-utils-decoder-basichandlers.pkl": lambda: call(
        "torch.utils.data.datapipes.utils.decoder", "basichandlers", "pickle", b"N."
    ),
    "import-torch-jit-unsupported-tensor-ops-execwrapper.pkl": lambda: call(
        "torch.jit.unsupported_tensor_ops", "execWrapper", "print('weighbridge')", {}, {}
    ),
    "import-torch-utils-config-module-configmodule-load-config.pkl": lambda: call(
        "torch.utils._config_module", "ConfigModule.load_config", {}, b"N."
    ),
    "import-torch-inductor-codecache-compile-file.pkl": lambda: call(
        "torch._inductor.codecache", "compile_file", "", "", ["echo"]
    ),
    "import-trace-trace-run.pkl": lambda: call("trace", "Trace.run", {}, "print('weighbridge')"),
    "import-trace-trace-runctx.pkl": lambda: call("trace", "Trace.runctx", {}, "print('weighbridge')", {}, {}),
    "import-profile-profile-run.pkl": lambda: call("profile", "Profile.run", {}, "print('weighbridge')"),
    "import-profile-profile-runctx.pkl": lambda: call("profile", "Profile.runctx", {}, "print('weighbridge')", {}, {}),
    "import-profile-run.pkl": lambda: call("profile", "run", "print('weighbridge')"),
    "import-cprofile-run.pkl": lambda: call("cProfile", "run", "print('weighbridge')"),
    "import-cprofile-runctx.pkl": lambda: call("cProfile", "runctx", "print('weighbridge')", {}, {}),
    "import-lib2to3-pgen2-grammar-grammar-loads.pkl": lambda: call("lib2to3.pgen2.grammar", "Grammar.loads", {}, b"N."),
    "import-lib2to3-pgen2-pgen-parsergenerator-make-label.pkl": lambda: call(
        "lib2to3.pgen2.pgen", "ParserGenerator.make_label", None, {}, "print('weighbridge')"
    ),
    "import-idlelib-debugobj-objecttreeitem-settext.pkl": lambda: call(
        "idlelib.debugobj", "ObjectTreeItem.SetText", {}, "print('weighbridge')"
    ),
    "import-idlelib-autocomplete-autocomplete-get-entity.pkl": lambda: call(
        "idlelib.autocomplete", "AutoComplete.get_entity", {}, "print('weighbridge')"
    ),
    "import-idlelib-autocomplete-autocomplete-fetch-completions.pkl": lambda: call(
        "idlelib.autocomplete", "AutoComplete.fetch_completions", {}, "print('weighbridge')", 1
    ),
    "import-idlelib-calltip-calltip-fetch-tip.pkl": lambda: call(
        "idlelib.calltip", "Calltip.fetch_tip", {}, "print('weighbridge')"
    ),
    "import-idlelib-calltip-get-entity.pkl": lambda: call("idlelib.calltip", "get_entity", "print('weighbridge')"),
    "import-idlelib-run-executive-runcode.pkl": lambda: call(
        "idlelib.run", "Executive.runcode", {}, "print('weighbridge')"
    ),
    "import-idlelib-pyshell-modifiedinterpreter-runcommand.pkl": lambda: call(
        "idlelib.pyshell", "ModifiedInterpreter.runcommand", {}, "print('weighbridge')"
    ),
    "import-idlelib-pyshell-modifiedinterpreter-runcode.pkl": lambda: call(
        "idlelib.pyshell", "ModifiedInterpreter.runcode", {}, "print('weighbridge')"
    ),
    "import-code-interactiveinterpreter-runcode.pkl": lambda: call(
        "code", "InteractiveInterpreter.runcode", {}, "print('weighbridge')"
    ),
    "import-ensurepip-run-pip.pkl": lambda: call("ensurepip", "_run_pip", []),
    "import-doctest-debug-script.pkl": lambda: call("doctest", "debug_script", "print('weighbridge')", True),
    "import-asyncio-unix-events-unixsubprocesstransport-start.pkl": lambda: call(
        "asyncio.unix_events", "_UnixSubprocessTransport._start", {}, "echo weighbridge", True, None, None, None, 0
    ),
    "import-asyncio-subprocess-create-subprocess-shell.pkl": lambda: call(
        "asyncio.subprocess", "create_subprocess_shell", "echo weighbridge"
    ),
    "import-distutils-file-util-write-file.pkl": lambda: call(
        "distutils.file_util", "write_file", "weighbridge.txt", []
    ),
    "import-pydoc-locate.pkl": lambda: call("pydoc", "locate", "this"),
    "import-pydoc-pipepager.pkl": lambda: call("pydoc", "pipepager", "", "echo weighbridge"),
    "import-operator-methodcaller.pkl": lambda: call("operator", "methodcaller", "system", "echo weighbridge"),
    "import-operator-attrgetter-c.pkl": lambda: call("_operator", "attrgetter", "system"),
    "import-operator-methodcaller-c.pkl": lambda: call("_operator", "methodcaller", "system", "echo weighbridge"),
    "import-ctypes-cdll.pkl": lambda: call("ctypes", "CDLL", None),
    "import-numpy-f2py-crackfortran-getlincoef.pkl": lambda: call(
        "numpy.f2py.crackfortran", "getlincoef", "print('weighbridge')", []
    ),
    "import-numpy-f2py-crackfortran-eval-length.pkl": lambda: call(
        "numpy.f2py.crackfortran", "_eval_length", "print('weighbridge')", {}
    ),
    "import-io-fileio.pkl": lambda: call("io", "FileIO", "weighbridge.txt"),
    "import-io-fileio-c.pkl": lambda: call("_io", "FileIO", "weighbridge.txt"),
    "import-urllib-request-urlopen.pkl": lambda: call("urllib.request", "urlopen", "http://localhost"),
    "import-cloudpickle-cloudpickle-make-function.pkl": lambda: call("cloudpickle.cloudpickle", "_make_function", None),
    "import-types-codetype.pkl": lambda: call("types", "CodeType"),
    "import-logging-filehandler.pkl": lambda: call("logging", "FileHandler", "weighbridge.log"),
    "import-pkgutil-resolve-name.pkl": lambda: call("pkgutil", "resolve_name", "this:s"),
    "import-uuid-get-command-stdout.pkl": lambda: call("uuid", "_get_command_stdout", "echo"),
    "import-imaplib-imap4-stream.pkl": lambda: call("imaplib", "IMAP4_stream", "echo weighbridge"),
    "import-osx-support-read-output.pkl": lambda: call("_osx_support", "_read_output", "echo weighbridge"),
    "import-aix-support-read-cmd-output.pkl": lambda: call("_aix_support", "_read_cmd_output", "echo weighbridge"),
    "import-pyrepl-pager-pipe-pager.pkl": lambda: call("_pyrepl.pager", "pipe_pager", "", "echo weighbridge"),
    "import-test-support-script-helper-assert-python-ok.pkl": lambda: call(
        "test.support.script_helper", "assert_python_ok", "-c", "print('weighbridge')"
    ),
    "import-venv-create.pkl": lambda: call("venv", "create", "weighbridge"),
    "import-timeit-timeit.pkl": lambda: call("timeit", "timeit", "", "print('weighbridge')"),
    "import-ssl-get-server-certificate.pkl": lambda: call("ssl", "get_server_certificate", ("localhost", 1)),
    "import-commands-getoutput.pkl": lambda: call("commands", "getoutput", "echo weighbridge", protocol=2),
    "import-numpy-testing-private-utils-runstring.pkl": lambda: call(
        "numpy.testing._private.utils", "runstring", "print('weighbridge')", {}
    ),
    "import-http-client-httpsconnection.pkl": lambda: call("http.client", "HTTPSConnection", "localhost"),
    "import-marshal-loads.pkl": lambda: call("marshal", "loads", b"N"),
    "import-types-functiontype.pkl": lambda: call("types", "FunctionType"),
    "import-importlib-import-module.pkl": lambda: call("importlib", "import_module", "this"),
    "import-code-interactiveinterpreter.pkl": lambda: call("code", "InteractiveInterpreter"),
    "import-multiprocessing-util-spawnv-passfds.pkl": lambda: call(
        "multiprocessing.util", "spawnv_passfds", b"echo", [], []
    ),
    "import-smtplib-smtp.pkl": lambda: call("smtplib", "SMTP", "localhost"),
    "import-sqlite3-connect.pkl": lambda: call("sqlite3", "connect", ":memory:"),
    "import-signal-raise-signal.pkl": lambda: call("signal", "raise_signal", 0),
    "import-xmlrpc-server-simplexmlrpcserver.pkl": lambda: call(
        "xmlrpc.server", "SimpleXMLRPCServer", ("localhost", 0)
    ),
    "import-platform-popen.pkl": lambda: call("platform", "popen", "echo weighbridge"),
    "import-linecache-getlines.pkl": lambda: call("linecache", "getlines", "weighbridge.txt"),
    "import-difflib-test.pkl": lambda: call("difflib", "_test"),
    "import-gc-get-objects.pkl": lambda: call("gc", "get_objects"),
    "import-posixsubprocess-fork-exec.pkl": lambda: call("_posixsubprocess", "fork_exec"),
    "import-site-addsitedir.pkl": lambda: call("site", "addsitedir", "weighbridge"),
    "import-atexit-register.pkl": lambda: call("atexit", "register", None),
    "import-unittest-main.pkl": lambda: call("unittest", "main", "this"),
    "import-interpreters-exec.pkl": lambda: call("_interpreters", "exec", 0, "print('weighbridge')"),
    "import-imp-load-source.pkl": lambda: call("imp", "load_source", "weighbridge", "weighbridge.py"),
    "import-pipes-template.pkl": lambda: call("pipes", "Template"),
    "import-distutils-spawn-spawn.pkl": lambda: call("distutils.spawn", "spawn", ["echo"]),
    "import-distutils-core-run-setup.pkl": lambda: call("distutils.core", "run_setup", "weighbridge.py"),
    "import-setuptools-sandbox-run-setup.pkl": lambda: call("setuptools.sandbox", "run_setup", "weighbridge.py", []),
    "import-pkg-resources-run-script.pkl": lambda: call("pkg_resources", "run_script", "weighbridge", "weighbridge.py"),
    "import-zipimport-zipimporter.pkl": lambda: call("zipimport", "zipimporter", "weighbridge.zip"),
    "import-modulefinder-modulefinder-run-script.pkl": lambda: call(
        "modulefinder", "ModuleFinder.run_script", None, "weighbridge.py"
    ),
    "import-optparse-values-read-file.pkl": lambda: call("optparse", "Values.read_file", {}, "weighbridge.py"),
    "import-gettext-c2py.pkl": lambda: call("gettext", "c2py", "n"),
    "import-dataclasses-make-dataclass.pkl": lambda: call("dataclasses", "make_dataclass", "A", []),
    "import-inspect-getattr-static.pkl": lambda: call("inspect", "getattr_static", None, "x"),
    "import-rlcompleter-completer-attr-matches.pkl": lambda: call(
        "rlcompleter", "Completer.attr_matches", {}, "this.s"
    ),
    "import-logging-config-dictconfig.pkl": lambda: call("logging.config", "dictConfig", {}),
    "import-threading-timer.pkl": lambda: call("threading", "Timer", 1, None),
    "import-concurrent-futures-threadpoolexecutor.pkl": lambda: call("concurrent.futures", "ThreadPoolExecutor"),
    "import-tkinter-tcl.pkl": lambda: call("tkinter", "Tcl"),
    "import-ftplib-ftp.pkl": lambda: call("ftplib", "FTP", "localhost"),
    "import-telnetlib-telnet.pkl": lambda: call("telnetlib", "Telnet", "localhost"),
    "import-tarfile-open.pkl": lambda: call("tarfile", "open", "weighbridge.tar"),
    "import-zipfile-zipfile.pkl": lambda: call("zipfile", "ZipFile", "weighbridge.zip"),
    "import-tempfile-mktemp.pkl": lambda: call("tempfile", "mktemp"),
    "import-xml-etree-elementtree-parse.pkl": lambda: call("xml.etree.ElementTree", "parse", "weighbridge.xml"),
    "import-pathlib-path-unlink.pkl": lambda: call("pathlib", "Path.unlink", "weighbridge.txt"),
    "import-pathlib-path-write-text.pkl": lambda: call("pathlib", "Path.write_text", "weighbridge.txt", "x"),
    "import-codecs-open.pkl": lambda: call("codecs", "open", "weighbridge.txt"),
    "import-copyreg-add-extension.pkl": lambda: call("copyreg", "add_extension", "os", "system", 1),
    "import-typing-get-type-hints.pkl": lambda: call("typing", "get_type_hints", None),
    "import-weakref-finalize.pkl": lambda: call("weakref", "finalize", None, None),
    "import-functools-reduce.pkl": lambda: call("functools", "reduce", None, []),
    "import-numpy-load.pkl": lambda: call("numpy", "load", "weighbridge.npy"),
    "import-numpy-fromfile.pkl": lambda: call("numpy", "fromfile", "weighbridge.bin"),
    "import-numpy-memmap.pkl": lambda: call("numpy", "memmap", "weighbridge.bin"),
    "import-numpy-savetxt.pkl": lambda: call("numpy", "savetxt", "weighbridge.txt", []),
    "import-numpy-lookfor.pkl": lambda: call("numpy", "lookfor", "x"),
    "import-numpy-distutils-exec-command-exec-command.pkl": lambda: call(
        "numpy.distutils.exec_command", "exec_command", "echo weighbridge"
    ),
    "import-numpy-ctypeslib-load-library.pkl": lambda: call("numpy.ctypeslib", "load_library", "weighbridge", "."),
    "import-numpy-testing-private-utils-measure.pkl": lambda: call(
        "numpy.testing._private.utils", "measure", "print('weighbridge')"
    ),
    "import-scipy-lib-decorator-functionmaker-create.pkl": lambda: call(
        "scipy._lib.decorator", "FunctionMaker.create", "f()", "print('weighbridge')", {}
    ),
    "import-scipy-io-loadmat.pkl": lambda: call("scipy.io", "loadmat", "weighbridge.mat"),
    "import-pandas-eval.pkl": lambda: call("pandas", "eval", "1"),
    "import-pandas-read-pickle.pkl": lambda: call("pandas", "read_pickle", "weighbridge.pkl"),
    "import-pandas-read-csv.pkl": lambda: call("pandas", "read_csv", "weighbridge.csv"),
    "import-pandas-core-frame-dataframe-query.pkl": lambda: call("pandas.core.frame", "DataFrame.query", None, "1"),
    "import-pandas-core-frame-dataframe-to-pickle.pkl": lambda: call(
        "pandas.core.frame", "DataFrame.to_pickle", None, "weighbridge.pkl"
    ),
    "import-pandas-io-clipboard-init-xclip-clipboard.pkl": lambda: call("pandas.io.clipboard", "init_xclip_clipboard"),
    "import-joblib-load.pkl": lambda: call("joblib", "load", "weighbridge.joblib"),
    "import-joblib-unlink-file.pkl": lambda: call("joblib._memmapping_reducer", "unlink_file", "weighbridge.pkl"),
    "import-joblib-dump.pkl": lambda: call("joblib", "dump", [], "weighbridge.joblib"),
    "import-sklearn-externals-joblib-load.pkl": lambda: call("sklearn.externals.joblib", "load", "weighbridge.pkl"),
    "import-joblib-numpy-pickle-compat-ndarraywrapper.pkl": lambda: call(
        "joblib.numpy_pickle_compat", "NDArrayWrapper", "weighbridge.npy", None
    ),
    "import-sklearn-datasets-load-files.pkl": lambda: call("sklearn.datasets", "load_files", "weighbridge"),
    "import-sklearn-utils-testing-assert-run-python-script-without-output.pkl": lambda: call(
        "sklearn.utils._testing", "assert_run_python_script_without_output", "print('weighbridge')"
    ),
    "import-dill-loads.pkl": lambda: call("dill", "loads", b"N."),
    "import-dill-dill-create-function.pkl": lambda: call("dill._dill", "_create_function"),
    "import-dill-dill-import-module.pkl": lambda: call("dill._dill", "_import_module", "this"),
    "import-cloudpickle-loads.pkl": lambda: call("cloudpickle", "loads", b"N."),
    "import-cloudpickle-cloudpickle-subimport.pkl": lambda: call("cloudpickle.cloudpickle", "subimport", "this"),
    "import-torch-load.pkl": lambda: call("torch", "load", "weighbridge.pt"),
    "import-torch-serialization-load.pkl": lambda: call("torch.serialization", "load", "weighbridge.pt"),
    "import-torch-hub-load.pkl": lambda: call("torch.hub", "load", "weighbridge", "x"),
    "import-torch-jit-compilationunit.pkl": lambda: call("torch.jit", "CompilationUnit", ""),
    "import-torch-package-packageimporter.pkl": lambda: call("torch.package", "PackageImporter", "weighbridge.pt"),
    "import-torch-fx-graph-module-reduce-graph-module.pkl": lambda: call(
        "torch.fx.graph_module", "reduce_graph_module", {}, None
    ),
    "import-torch-utils-cpp-extension-load-inline.pkl": lambda: call(
        "torch.utils.cpp_extension", "load_inline", "weighbridge", ""
    ),
    "import-torch-ops-ops-load-library.pkl": lambda: call("torch._ops", "_Ops.load_library", None, "weighbridge.so"),
    "import-torch-distributed-rpc-rpc-sync.pkl": lambda: call("torch.distributed.rpc", "rpc_sync", "x", None),
    "import-torch-multiprocessing-spawn-spawn.pkl": lambda: call("torch.multiprocessing.spawn", "spawn", None),
    "import-torch-utils-benchmark-timer.pkl": lambda: call("torch.utils.benchmark", "Timer", "print('weighbridge')"),
    "import-torch-utils-model-dump-get-model-info.pkl": lambda: call(
        "torch.utils.model_dump", "get_model_info", "weighbridge.pt"
    ),
    "import-torch-onnx-export.pkl": lambda: call("torch.onnx", "export", None, None, "weighbridge.onnx"),
    "import-torch-utils-import-dotted-name.pkl": lambda: call("torch._utils", "_import_dotted_name", "this.s"),
    "import-torch-cuda-memory-viz-read.pkl": lambda: call("torch.cuda._memory_viz", "_read", "weighbridge.pkl"),
    "import-torch-nn-attention-flex-attention-reconstruct-closure-fn.pkl": lambda: call(
        "torch.nn.attention.flex_attention", "_reconstruct_closure_fn", None
    ),
    "import-torch-utils-data-datapipes-datapipe-iterdatapipeserializationwrapper.pkl": lambda: call(
        "torch.utils.data.datapipes.datapipe", "_IterDataPipeSerializationWrapper", None
    ),
    "import-torch-save.pkl": lambda: call("torch", "save", None, "weighbridge.pt"),
    "import-torch-from-file.pkl": lambda: call("torch", "from_file", "weighbridge.bin"),
    "import-yaml-unsafe-load.pkl": lambda: call("yaml", "unsafe_load", ""),
    "import-keras-layers-lambda.pkl": lambda: call("keras.layers", "Lambda", None),
    "import-transformers-dynamic-module-utils-get-class-from-dynamic-module.pkl": lambda: call(
        "transformers.dynamic_module_utils", "get_class_from_dynamic_module", "x.y", "weighbridge"
    ),
    "import-huggingface-hub-hf-hub-download.pkl": lambda: call("huggingface_hub", "hf_hub_download", "x", "y"),
    "import-sympy-core-sympify-sympify.pkl": lambda: call("sympy.core.sympify", "sympify", "1"),
    "import-ipython-embed.pkl": lambda: call("IPython", "embed"),
    "import-tensorflow-load-op-library.pkl": lambda: call("tensorflow", "load_op_library", "weighbridge.so"),
    "import-tensorflow-raw-ops-writefile.pkl": lambda: call("tensorflow.raw_ops", "WriteFile", "weighbridge.txt", "x"),
    "import-dotted-through-pathlib.pkl": lambda: call("pathlib", "os.system", "echo weighbridge"),
    "import-dotted-through-torch.pkl": lambda: call("torch.serialization", "os.system", "echo weighbridge"),
    "import-dotted-through-function.pkl": lambda: call("numpy", "prod.os.system", "echo weighbridge"),
    "import-dotted-to-modules.pkl": lambda: call("collections", "abc.sys.modules"),
    "import-special-builtins.pkl": lambda: call("numpy", "__builtins__"),
    "import-special-globals.pkl": lambda: call("collections", "OrderedDict.__init__.__globals__"),
    "import-special-subclasses.pkl": lambda: call("builtins", "object.__subclasses__"),
    "import-special-method.pkl": lambda: call("sklearn.pipeline", "Pipeline.__reduce_ex__"),
    "import-through-six.pkl": lambda: call("six.moves.builtins", "eval", "print('weighbridge')"),
    "import-through-pip.pkl": lambda: call("pip._vendor.requests.api", "get", "http://localhost"),
    "import-own-class.pkl": lambda: call("mymodel", "Net"),
    "import-main-class.pkl": lambda: call("__main__", "Net"),
    "import-builtins-print.pkl": lambda: call("builtins", "print", "weighbridge"),
    "import-near-miss.pkl": lambda: call("sklearn.linear_model._base", "LinearRegresion"),
    "import-case-differs.pkl": lambda: call("Sklearn.linear_model._base", "LinearRegression"),
    "import-known-module-unknown-name.pkl": lambda: call("sklearn.linear_model", "NoSuchThing"),
    "import-called-not-made.pkl": lambda: call("torch.nn.modules.linear", "Linear", 2, 2),
    "import-called-not-named.pkl": lambda: call("sklearn.metrics._classification", "accuracy_score", [], []),
    "import-look-alike.pkl": lambda: call("\N{CYRILLIC SMALL LETTER O}s", "system", "echo weighbridge"),
}
