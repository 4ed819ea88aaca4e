"""Python's own modules and functions that run code or reach out.

Module names are those of all CPython versions from 2.7 to 3.15, since a model may be loaded by any of them.
"""

from scanners.imports.denylist.denial import Denial
from scanners.imports.judgement import Kind

MODULES = (
    Denial(
        Kind.RUNS_CODE,
        "The operating system's functions start processes and change files",
        ("os", "posix", "nt", "posixpath", "ntpath", "genericpath", "os2", "ce", "riscos"),
    ),
    Denial(
        Kind.RUNS_CODE,
        "Starts processes",
        (
            "subprocess",
            "_posixsubprocess",
            "pty",
            "commands",
            "popen2",
            "multiprocessing",
            "_multiprocessing",
            "concurrent",
            "asyncio",
        ),
    ),
    Denial(
        Kind.RUNS_CODE,
        "Opens network connections or serves them",
        ("socket", "_socket", "socketserver", "SocketServer"),
    ),
    Denial(Kind.RUNS_CODE, "Changes the interpreter and reaches all loaded modules", ("sys",)),
    Denial(
        Kind.RUNS_CODE,
        "Imports or runs a module or file by name",
        (
            "importlib",
            "imp",
            "_imp",
            "_frozen_importlib",
            "_frozen_importlib_external",
            "runpy",
            "pkgutil",
            "zipimport",
            "imputil",
            "ihooks",
        ),
    ),
    Denial(
        Kind.RUNS_CODE,
        "Evaluates or compiles source, or runs a debugger that does",
        (
            "code",
            "codeop",
            "pdb",
            "bdb",
            "cProfile",
            "profile",
            "_lsprof",
            "trace",
            "doctest",
            "timeit",
            "idlelib",
            "lib2to3",
            "test",
            "unittest",
        ),
    ),
    Denial(
        Kind.RUNS_CODE, "Loads a further pickle or code object", ("pickle", "_pickle", "cPickle", "marshal", "shelve")
    ),
    Denial(Kind.RUNS_CODE, "Calls native code at any address", ("ctypes", "_ctypes")),
    Denial(Kind.RUNS_CODE, "Copies, moves and deletes files", ("shutil",)),
)

NAMES = (
    Denial(
        Kind.RUNS_CODE,
        "Evaluates, compiles or imports what it is given",
        tuple(
            f"{module}.{name}"
            for module in ("builtins", "__builtin__", "__builtins__")
            for name in (
                "eval",
                "exec",
                "execfile",
                "compile",
                "__import__",
                "apply",
                "open",
                "file",
                "breakpoint",
                "input",
                "getattr",
                "reload",
            )
        ),
    ),
    Denial(
        Kind.RUNS_CODE,
        "Reaches any attribute or method by name",
        tuple(f"{module}.{name}" for module in ("operator", "_operator") for name in ("attrgetter", "methodcaller")),
    ),
)
