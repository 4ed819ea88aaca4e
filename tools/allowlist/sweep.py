"""List the callables of a library that can run code or reach out: `python -m tools.allowlist.sweep DIRECTORY [PACKAGE]`.

Reads source, imports nothing. For each function and method it says which dangerous calls its body makes, directly or by
calling functions of its own module. The denylist was reviewed against this list; it is a reading aid, not data.
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

RUNS = {
    "eval", "exec", "execfile", "compile", "__import__", "import_module", "exec_module", "load_module", "reload", "run_path", "run_module", "_run_code",
    "system", "popen", "popen2", "popen3", "popen4", "Popen", "call", "check_call", "check_output", "getoutput", "getstatusoutput", "spawn", "spawnv", "spawnl", "spawnlp", "spawnvp",
    "execv", "execve", "execvp", "execl", "execlp", "fork_exec", "startfile", "CDLL", "LoadLibrary", "cdll", "dlopen", "FunctionType", "CodeType", "Unpickler",
    "fork", "forkpty", "load_dynamic", "load_source", "load_compiled", "load_library",
}  # fmt: skip
REACHES = {
    "open", "fdopen", "FileIO", "urlopen", "urlretrieve", "socket", "create_connection", "connect", "bind", "remove", "unlink", "rmdir", "rmtree", "rename", "replace",
    "mkdir", "makedirs", "symlink", "link", "chmod", "chown", "write_text", "write_bytes", "read_text", "read_bytes", "copyfile", "move", "extractall", "ZipFile", "TarFile", "tofile", "fromfile", "memmap",
    "HTTPConnection", "HTTPSConnection", "request", "sendto", "kill", "putenv", "setrlimit", "mkstemp", "mkdtemp", "NamedTemporaryFile", "TemporaryFile", "Session", "gethostbyname", "getaddrinfo",
}  # fmt: skip
_LOADERS = {
    "pickle",
    "marshal",
    "cPickle",
    "torch",
    "joblib",
    "dill",
    "cloudpickle",
    "_pickle",
    "np",
    "numpy",
    "pd",
    "shelve",
}
_LOADS = {"load", "loads", "read_pickle"}
_HARMLESS_OWNERS = {"re", "regex", "str", "string", "self.model", "sre_compile"}


def main() -> int:
    """Print one line for each callable found."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.allowlist.sweep", description="List dangerous callables of a library's source."
    )
    parser.add_argument("directory", type=Path)
    parser.add_argument("package", nargs="?", default="")
    arguments = parser.parse_args()
    root = arguments.directory / arguments.package.replace(".", "/") if arguments.package else arguments.directory
    for path in sorted(root.rglob("*.py")):
        module = ".".join(path.relative_to(arguments.directory).with_suffix("").parts).removesuffix(".__init__")
        for name, calls in dangerous(path):
            print(f"{module}\t{name}\t{' '.join(sorted(calls))}")
    return 0


def dangerous(path: Path) -> Iterator[tuple[str, set[str]]]:
    """Yield the qualified names of a file's functions with the dangerous calls that they reach."""
    try:
        tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError):
        return
    direct: dict[str, set[str]] = {}
    inner: dict[str, set[str]] = defaultdict(set)
    for name, function in _functions(tree, ""):
        direct[name], inner[name] = _calls(function)
    for name, found in direct.items():
        reached = {f"{call} (by {other})" for other in inner[name] if other != name for call in direct.get(other, ())}
        if found or reached:
            yield name, found | reached


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[str, ast.AST]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{prefix}{child.name}", child
        elif isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{prefix}{child.name}.")
        elif isinstance(child, ast.If | ast.Try | ast.With):
            yield from _functions(child, prefix)


def _calls(function: ast.AST) -> tuple[set[str], set[str]]:
    found: set[str] = set()
    inner: set[str] = set()
    for node in ast.walk(function):
        if not isinstance(node, ast.Call):
            continue
        name, owner = _name(node.func)
        if owner in _HARMLESS_OWNERS:
            continue
        if name in RUNS | REACHES or (name in _LOADS and owner in _LOADERS):
            found.add(f"{owner}.{name}" if owner else name)
        elif not owner:
            inner.add(name)
    return found, inner


def _name(node: ast.expr) -> tuple[str, str]:
    if isinstance(node, ast.Name):
        return node.id, ""
    if isinstance(node, ast.Attribute):
        return node.attr, ast.unparse(node.value)[:40]
    return "", ""


if __name__ == "__main__":
    sys.exit(main())
