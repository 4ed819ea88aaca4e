"""Say what in the allowed names could be turned against the loader; run inside an environment, by its own Python.

    python audit.py NAMES DIRECTORY-OF-THIS-REPOSITORY

NAMES is a file of `module:name <TAB> use` lines. For each class it reads the methods that an unpickler calls by itself or lets
the author of a file call (`__setstate__`, `__setitem__`, `append`, property setters ... and the constructor where the use is
`called`), for each called function its body, and follows calls within the class and the module. What reaches `exec`, an
import by name, a file, a process, a loader or a call of a parameter is printed for a person to judge.
"""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import sys
import textwrap
import warnings
from pathlib import Path

# What the unpickler's opcodes reach on an instance: BUILD, SETITEM(S), APPEND(S), ADDITEMS, set and dict keys, missing attributes, the end of life.
REACHED = (
    "__setstate__ __setstate_cython__ __new__ __setattr__ __getattr__ __getattribute__ __setitem__ append extend add __hash__ __eq__ __del__ "
    "__array_finalize__ __torch_function__ __iter__ __len__ __index__ __int__ __float__ __str__ __array__ __fspath__ __reduce__ __init_subclass__"
).split()
DANGEROUS = (
    "eval exec compile __import__ import_module system popen Popen check_output check_call run call CDLL dlopen FunctionType CodeType load loads Unpickler "
    "open fdopen memmap fromfile urlopen urlretrieve socket connect remove unlink rmtree rename makedirs mkdir write_text read_text getattr setattr apply partial register "
    "load_model loadModel load_library _commastring format literal_eval sympify Thread Process start_new_thread"
).split()


def main():
    """Print one line for each way found."""
    warnings.simplefilter("ignore")
    for line in Path(sys.argv[1]).read_text().splitlines():
        name, use = line.split("\t")[:2]
        for method, way in ways(name, use):
            print(f"{name}\t{use}\t{method}\t{way}", flush=True)


def ways(name, use):
    """Yield how a name reaches something dangerous."""
    thing = resolve(name)
    if thing is None or use == "named":
        return
    if inspect.isclass(thing):
        methods = [*REACHED, *(["__init__", "__call__"] if use == "called" else ["__init__"][:0])]
        setters = [
            key
            for key in dir(thing)
            if isinstance(inspect.getattr_static(thing, key, None), property)
            and inspect.getattr_static(thing, key).fset
        ]
        for method in methods:
            yield from reach(getattr(thing, method, None), thing, method, ())
        for key in setters:
            yield from reach(inspect.getattr_static(thing, key).fset, thing, key + " (setter)", ())
    else:
        yield from reach(thing, None, "(itself)", ())


def resolve(name):
    """Return the object that a name stands for, None where this environment lacks it."""
    module, _, path = name.partition(":")
    try:
        thing = importlib.import_module(module)
        for part in path.split("."):
            thing = getattr(thing, part)
    except Exception:
        return None
    return thing


@functools.lru_cache(maxsize=None)  # noqa: UP033 - runs in Python 3.6 too
def source(function):
    """Return the tree of a function, None where it has no source."""
    try:
        return ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError, IndentationError):
        return None


def reach(function, owner, label, seen):
    """Yield labels of ways from a function to something dangerous, through its own class and module."""
    function = inspect.unwrap(getattr(function, "__func__", function)) if function is not None else None
    if function is None or function in seen or len(seen) > 4 or not callable(function):
        return
    try:
        tree = source(function)
    except TypeError:
        return
    if tree is None:
        return
    parameters = {
        argument.arg
        for node in ast.walk(tree)
        if isinstance(node, ast.arguments)
        for argument in (*node.args, *node.kwonlyargs)
    } - {"self", "cls"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from judge(node, function, owner, label, seen, parameters)


def judge(node, function, owner, label, seen, parameters):
    """Judge one call, and follow it where it stays in the class or module."""
    called = node.func
    text = ast.unparse(called)
    last = called.attr if isinstance(called, ast.Attribute) else text
    way = f"{label} > {text}({', '.join(ast.unparse(argument)[:40] for argument in node.args)})"
    if last == "getattr" and len(node.args) > 1 and isinstance(node.args[1], ast.Constant):
        return
    if last in DANGEROUS and not text.startswith(("re.", "'", '"')):
        yield way, "dangerous"
    if isinstance(called, ast.Name) and called.id in parameters:
        yield way, "calls its argument"
    target = None
    if (
        isinstance(called, ast.Attribute)
        and isinstance(called.value, ast.Name)
        and called.value.id in {"self", "cls"}
        and owner is not None
    ):
        target = getattr(owner, called.attr, None)
    elif isinstance(called, ast.Attribute) and ast.unparse(called.value) == "super()" and owner is not None:
        bases = [getattr(base, called.attr) for base in owner.__mro__[1:] if called.attr in vars(base)]
        target = bases[0] if bases else None
    elif isinstance(called, ast.Name):
        target = getattr(function, "__globals__", {}).get(called.id)
        if inspect.isclass(target):
            target = None
    if target is not None:
        yield from reach(target, owner, f"{label} > {text}", (*seen, function))


if __name__ == "__main__":
    main()
