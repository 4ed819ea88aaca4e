"""The names known to be dangerous, each with a reason: they decide severity and wording, never what passes."""

from __future__ import annotations

from functools import cache

from scanners.imports.judgement import Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from scanners.imports.denylist.denial import Denial

_RE_EXPORTED = frozenset(
    [
        "_pickle",
        "asyncio",
        "builtins",
        "cPickle",
        "codecs",
        "ctypes",
        "functools",
        "importlib",
        "inspect",
        "io",
        "linecache",
        "logging",
        "marshal",
        "multiprocessing",
        "nt",
        "operator",
        "os",
        "pathlib",
        "pickle",
        "pkgutil",
        "posix",
        "pty",
        "runpy",
        "shutil",
        "site",
        "socket",
        "subprocess",
        "sys",
        "tempfile",
        "threading",
        "types",
        "urllib",
        "warnings",
        "weakref",
        "zipfile",
    ]
)
"""Modules that other modules import and so pass on: `pathlib` has `os`, and by it `os.system`."""

_SPECIAL = frozenset(
    [
        "__builtins__",
        "__globals__",
        "__loader__",
        "__spec__",
        "__import__",
        "__subclasses__",
        "__getattribute__",
        "__getattr__",
        "__setattr__",
        "__delattr__",
        "__code__",
        "__closure__",
        "__dict__",
        "__class__",
        "__base__",
        "__bases__",
        "__mro__",
        "__self__",
        "__func__",
        "__wrapped__",
        "__reduce__",
        "__reduce_ex__",
        "__init_subclass__",
        "__call__",
        "__init__",
        "__new__",
        "__func__",
        "__objclass__",
        "__path__",
        "__file__",
        "__cached__",
        "__func_globals__",
        "func_globals",
        "func_code",
        "gi_frame",
        "gi_code",
        "f_globals",
        "f_builtins",
        "f_locals",
        "tb_frame",
        "cr_frame",
        "ag_frame",
        "mro",
    ]
)
"""Attributes that lead from any object to the interpreter, or that make a method of its class callable alone."""


def find_denial(module: str, name: str) -> Denial | None:
    """Return why a name is denied: by itself, by its module, or by what one of its components reaches."""
    parts = (*module.split("."), *name.split("."))
    own = module.count(".") + 1
    found = [denial for start in range(len(parts)) for denial in _from(parts, start, own)]
    if not _SPECIAL.isdisjoint(parts[own:]):
        found.append(_special())
    return max(found, key=lambda denial: denial.kind, default=None)


def _from(parts: tuple[str, ...], start: int, own: int) -> Iterator[Denial]:
    """Yield what is denied of the path from one component on, for one inside the module only whole names."""
    inside, passed_on = 0 < start < own, start >= own
    if passed_on and parts[start] not in _RE_EXPORTED:
        return
    for stop in range(len(parts) if inside else start + 1, len(parts) + 1):
        dotted = ".".join(parts[start:stop])
        exact = names().get(dotted)
        below = None if inside else modules().get(dotted) or (classes().get(dotted) if stop < len(parts) else None)
        yield from (denial for denial in (exact, below) if denial is not None)


@cache
def modules() -> Mapping[str, Denial]:
    """Return the modules that are denied with everything in and below them."""
    from scanners.imports.denylist import libraries, standard_library

    return _index((*standard_library.MODULES, *libraries.MODULES))


@cache
def classes() -> Mapping[str, Denial]:
    """Return the classes whose methods are denied."""
    from scanners.imports.denylist import libraries, standard_library

    return _index((*standard_library.CLASSES, *libraries.CLASSES))


@cache
def names() -> Mapping[str, Denial]:
    """Return the single names that are denied."""
    from scanners.imports.denylist import libraries, standard_library

    return _index((*standard_library.NAMES, *libraries.NAMES))


@cache
def _special() -> Denial:
    from scanners.imports.denylist.denial import Denial

    return Denial(Kind.RUNS_CODE, "Reaches into the interpreter by a special attribute", tuple(sorted(_SPECIAL)))


def _index(denials: Iterable[Denial]) -> Mapping[str, Denial]:
    return {name: denial for denial in denials for name in denial.names}
