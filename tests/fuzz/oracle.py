"""
What the real unpicklers do with a stream: the names they ask for and the calls they make.

Nothing is imported: `find_class` answers with classes that do nothing. Everything runs in a forked child with limits on
memory and processor time, which answers in JSON.
"""

from __future__ import annotations

import _pickle
import copyreg
import io
import itertools
import json
import os
import pickle
import resource
import signal
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

EXTENSIONS = {1: ("extensions", "one"), 2: ("extensions", "two")}
"""Codes that are registered in the child."""
_MEMORY = 2 << 30
_SECONDS = 60


class Trace(NamedTuple):
    """What one unpickler did."""

    reader: str
    asked: list[list[str]]
    """Module and name, in order."""
    called: list[str]
    """The callee's module and name, or a question mark for what a call returned."""


class _Peeking(io.BytesIO):
    """Lets the C unpickler read everything ahead, as it does with bytes in memory."""

    def peek(self, count: int) -> bytes:
        """Return the rest."""
        del count
        return self.getvalue()[self.tell() :]


class _Recording:
    """Replaces what unpicklers ask of their environment."""

    asked: list[list[str]]
    called: list[str]

    def find_class(self, module: str, name: str) -> Any:
        """Record a name and answer with a class, or for `text` with a function, that does nothing."""
        self.asked.append([module, name])
        label, called = f"{module}\n{name}", self.called
        if name == "text":

            def text(*arguments: object, **keywords: object) -> str:
                called.append(label)
                return "computed"

            return text
        return type("Inert", (_Inert,), {"label": label, "called": called})

    def persistent_load(self, identifier: object) -> Any:
        """Answer with something that can be called."""
        del identifier
        return type("Inert", (_Inert,), {"label": "?", "called": self.called})(quiet=True)


class _Inert:
    label: str
    called: list[str]

    def __new__(cls, *arguments: object, quiet: bool = False, **keywords: object) -> Any:
        if not quiet:
            cls.called.append(cls.label)
        return object.__new__(cls)

    def __init__(self, *arguments: object, **keywords: object) -> None:
        pass

    def __call__(self, *arguments: object, **keywords: object) -> Any:
        self.called.append("?")
        return self

    def nothing(self, *arguments: object) -> None:
        """Accept and ignore."""

    extend = append = add = __setitem__ = __setstate__ = nothing


class _FromC(_Recording, _pickle.Unpickler):
    pass


class _FromPython(_Recording, pickle._Unpickler):
    pass


LOSING = "C, from a file"
_READERS = {
    "C, in memory": (_FromC, _Peeking),
    LOSING: (_FromC, io.BytesIO),
    "Python": (_FromPython, io.BytesIO),
}


def _load(kind: Any, file: Any, stream: bytes, name: str) -> Trace:
    copyreg._extension_cache.clear()  # type: ignore[attr-defined]
    unpickler = kind(file(stream), buffers=itertools.repeat(bytearray(b"x")))
    unpickler.asked, unpickler.called = [], []
    try:
        unpickler.load()
    except Exception:  # noqa: BLE001 - any error at all is where this unpickler stops
        return Trace(name, unpickler.asked, unpickler.called)
    return Trace(name, unpickler.asked, unpickler.called)


def _work(cases: Sequence[bytes], descriptor: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    for code, (module, name) in EXTENSIONS.items():
        copyreg.add_extension(module, name, code)
    with os.fdopen(descriptor, "w") as answers:
        for case in cases:
            traces = [_load(kind, file, case, name) for name, (kind, file) in _READERS.items()]
            answers.write(json.dumps(traces) + "\n")


def ask(cases: Sequence[bytes]) -> list[list[Trace]]:
    """Return the traces of each case; fewer than cases where one ended the child."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            signal.signal(signal.SIGXCPU, signal.SIG_DFL)
            _work(cases, writing)
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answers:
        traces = [[Trace(*trace) for trace in json.loads(line)] for line in answers if line.endswith("\n")]
    os.waitpid(child, 0)
    return traces
