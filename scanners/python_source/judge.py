"""Judge the calls of a module: what importing it runs, what using it runs, and what it hides."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from scanners.findings import Finding
from scanners.imports import Kind
from scanners.python_source.constants import folded, is_put_together
from scanners.python_source.dangerous import WRITES, judge_call, reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scanners.python_source.names import Names
    from scanners.python_source.survey import Survey

_EVALUATE = frozenset({"builtins.eval", "builtins.exec", "builtins.compile", "builtins.execfile"})
_COMMANDS = (
    "asyncio.create_subprocess",
    "builtins.",
    "code.",
    "codeop.",
    "commands.",
    "ctypes.",
    "marshal.",
    "os.",
    "pexpect.",
    "pip.",
    "popen2.",
    "pty.",
    "runpy.",
    "sh.",
    "socket.",
    "subprocess.",
)
"""What counts when it is used, not only on import; loaders of pickles and the like are for the summary."""
_AROUND = frozenset({"__builtins__", "__globals__", "__subclasses__", "f_builtins", "f_globals", "func_globals"})
"""Attributes by which any object leads to the interpreter."""
_DECODERS = frozenset(
    {
        *(
            f"base64.{name}"
            for name in ("a85decode", "b16decode", "b32decode", "b64decode", "b85decode", "decodebytes")
        ),
        *("base64.standard_b64decode", "base64.urlsafe_b64decode"),
        *("binascii.a2b_base64", "binascii.a2b_hex", "binascii.unhexlify", "builtins.bytes.fromhex"),
        *("bz2.decompress", "codecs.decode", "gzip.decompress", "lzma.decompress", "zlib.decompress"),
        *("marshal.load", "marshal.loads", "pickle.loads"),
    }
)
_PACKED = re.compile(r"[A-Za-z0-9+/=_-]{4096}|[0-9A-Fa-f\s]{8192}")
_MODES = re.compile(r"[wax+]")
_SHOWN = 160
_LOOKS = 1000
"""Dangerous calls whose arguments are searched; each is reported all the same."""


class Judge:
    """Judges the calls of one module; `lines` is its source."""

    def __init__(self, names: Names, lines: list[str]) -> None:
        self._names = names
        self._lines = lines
        self._reported: set[tuple[str, str]] = set()
        self._looked = 0

    def findings(self, calls: Survey) -> Iterator[Finding]:
        """Yield each dangerous name once for each time at which it is called, with the first line that does."""
        for call, at_import in _in_order(calls):
            for name in sorted(self.called(call)):
                kind = self._kind(name, call)
                if kind is not None:
                    yield from self._dangerous(call, name, kind, at_import=at_import)

    def _dangerous(self, call: ast.Call, name: str, kind: Kind, *, at_import: bool) -> Iterator[Finding]:
        short = name.removeprefix("builtins.")
        rule = _rule(name, kind, at_import=at_import)
        if rule is not None and self._is_new(rule, name):
            yield Finding(rule=rule, evidence=f"{self.line(call)}: {reason(name)}", name=short)
        if kind is Kind.RUNS_CODE and self._may_be_hidden(name) and (hidden := self._hidden(name, call)):
            self._is_new("python-hidden-code", name)
            yield Finding(rule="python-hidden-code", evidence=f"{self.line(call)}: {hidden}", name=short)

    def references(self, nodes: Iterable[ast.AST]) -> Iterator[Finding]:
        """Yield what is dangerous and kept for later in a collection, and ways around the names altogether."""
        for node in nodes:
            if (
                isinstance(node, ast.Attribute)
                and node.attr in _AROUND
                and self._is_new("python-hidden-code", node.attr)
            ):
                evidence = f"{self.line(node)}: leads to what is not named"
                yield Finding(rule="python-hidden-code", evidence=evidence, name=node.attr)
            for value in _kept(node):
                for name in sorted(self._names.resolve(value)):
                    if _rule(name, judge_call(name), at_import=False) and self._is_new("python-runs-commands", name):
                        short = name.removeprefix("builtins.")
                        evidence = f"{self.line(value)}: kept to be called: {reason(name)}"
                        yield Finding(rule="python-runs-commands", evidence=evidence, name=short)

    def _is_new(self, rule: str, name: str) -> bool:
        """Note what is reported; say whether it is for the first time."""
        new = (rule, name) not in self._reported
        self._reported.add((rule, name))
        return new

    def _may_be_hidden(self, name: str) -> bool:
        """Say whether a name is still worth looking for disguises: not found yet, and not looked for too often."""
        self._looked += 1
        return ("python-hidden-code", name) not in self._reported and self._looked <= _LOOKS

    def called(self, call: ast.Call) -> frozenset[str]:
        """Return what a call calls, and what it passes on to be called."""
        passed = [*call.args, *(keyword.value for keyword in call.keywords)]
        given = (self._names.resolve(value) for value in passed if isinstance(value, ast.Name | ast.Attribute))
        handed = {name for names in given for name in names if judge_call(name) is Kind.RUNS_CODE}
        fetched = {name for name in self._names.resolve(call) if judge_call(name) is not None}
        return self._names.resolve(call.func) | fetched | handed

    def _kind(self, name: str, call: ast.Call) -> Kind | None:
        if name in WRITES:
            mode = next((word.value for word in call.keywords if word.arg == "mode"), None) or _second(call)
            text = folded(mode) if mode is not None else "r"
            return Kind.REACHES_OUT if text is None or _MODES.search(text) else None
        return judge_call(name)

    def _hidden(self, name: str, call: ast.Call) -> str:
        """Return how what runs is kept from the reader, empty where it is not."""
        if is_put_together(call.func):
            return "the name of what is called is put together from pieces"
        if name not in _EVALUATE and name != "builtins.__import__":
            return ""
        inner = [node for value in call.args for node in ast.walk(value)]
        if any(isinstance(node, ast.Call) and self._decodes(node) for node in inner):
            return "what is evaluated is decoded first"
        if name == "builtins.__import__" and call.args and is_put_together(ast.Call(call.func, call.args[:1], [])):
            return "the name of what is imported is put together from pieces"
        return ""

    def _decodes(self, call: ast.Call) -> bool:
        return not _DECODERS.isdisjoint(self._names.resolve(call.func))

    def line(self, node: ast.expr) -> str:
        """Return the number and the text of the line that a node starts on."""
        text = self._lines[node.lineno - 1].strip() if node.lineno <= len(self._lines) else ""
        return f"line {node.lineno}: {text[:_SHOWN]}"


def _kept(node: ast.AST) -> Iterator[ast.expr]:
    """Yield the names among the items of a collection, and what a function returns."""
    items: list[ast.expr | None] = []
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        items = [*node.elts]
    elif isinstance(node, ast.Dict):
        items = [*node.values]
    elif isinstance(node, ast.Return | ast.Lambda | ast.Assign):
        value = node.body if isinstance(node, ast.Lambda) else node.value
        targets = node.targets if isinstance(node, ast.Assign) else []
        items = [] if any(isinstance(target, ast.Name) for target in targets) else [value]
    yield from (item for item in items if isinstance(item, ast.Name | ast.Attribute))


def packed_text(nodes: Iterable[ast.AST]) -> int | None:
    """Return the line of a long constant in an encoding that programs decode, None where there is none."""
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes) and len(node.value) >= 4096:
            text = node.value if isinstance(node.value, str) else node.value.decode("latin-1")
            if _PACKED.search(text):
                return node.lineno
    return None


def _in_order(calls: Survey) -> list[tuple[ast.Call, bool]]:
    timed = [*((call, True) for call in calls.at_import), *((call, False) for call in calls.later)]
    return sorted(timed, key=lambda item: (item[0].lineno, item[0].col_offset))


def _second(call: ast.Call) -> ast.expr | None:
    return call.args[1] if len(call.args) > 1 else None


def _rule(name: str, kind: Kind | None, *, at_import: bool) -> str | None:
    if kind is None:
        return None
    if at_import:
        return "python-runs-on-import" if kind is Kind.RUNS_CODE else "python-reaches-out-on-import"
    return "python-runs-commands" if kind is Kind.RUNS_CODE and name.startswith(_COMMANDS) else None
