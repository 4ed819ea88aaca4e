"""
PaddlePaddle: `__model__` and `.pdmodel`, a program of operators in blocks.

Operators that call Python, read or write files, talk to other machines or hold another engine's program are judged by their
names; custom ones, which a native library brings, are not told from the several hundred that Paddle has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanners.findings import Finding
from scanners.paddle.schema import CHILDREN, TEXTS
from scanners.pages import PagedSource
from scanners.protobuf.tree import walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scanners.formats import Part

_PAGES = 64
_READS = "reads a file that the program names"
_WRITES = "writes a file that the program names"
_NETWORK = "talks to other machines"
_NATIVE = "holds the serialised program of another engine"
DANGEROUS: Mapping[str, str] = {
    "fetch_barrier": _NETWORK,
    "heter_listen_and_serv": _NETWORK,
    "listen_and_serv": _NETWORK,
    "lite_engine": _NATIVE,
    "load": _READS,
    "load_combine": _READS,
    "py_func": "calls a Python function of the process by its number",
    "py_layer": "calls a Python function of the process",
    "read_file": _READS,
    "save": _WRITES,
    "save_combine": _WRITES,
    "send": _NETWORK,
    "send_and_recv": _NETWORK,
    "send_barrier": _NETWORK,
    "tensorrt_engine": _NATIVE,
}
"""Operators that do more than compute (paddle/fluid/operators)."""


def read(part: Part) -> Iterator[Finding]:
    """Yield what is wrong with the program, once for each operator."""
    seen: set[str] = set()
    for message in walk(PagedSource(part.source, _PAGES), "ProgramDesc", CHILDREN, TEXTS):
        part.budget.spend_member()
        type_ = message.text("type")
        if message.kind == "OpDesc" and type_ in DANGEROUS and type_ not in seen:
            seen.add(type_)
            evidence = f"{type_} {DANGEROUS[type_]}"
            yield Finding(rule="paddle-op", evidence=evidence, name=type_, offset=message.span.start)
