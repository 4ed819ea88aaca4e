"""
Programs in another format that ordinary exports hold: StableHLO in XlaCallModule, as JAX models are exported.

Such a program computes on tensors and does nothing else, except by custom calls, which it names as text. Those that call
back into the Python process are looked for. https://openxla.org/stablehlo/spec#custom_call
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanners.archives.search import find
from scanners.findings import Finding
from scanners.protobuf.wire import BYTES, fields
from scanners.tensorflow.nodes import children, text
from scanners.tensorflow.schema import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.protobuf.wire import Span
    from scanners.sources import Source
    from scanners.tensorflow.nodes import Node

PROGRAMS = frozenset({"XlaCallModule"})
_CALLBACK = b"_callback"
"""Part of the names of all custom calls that JAX registers for Python functions (jax/_src/callback.py)."""
_ATTR = SCHEMA["NodeDef"]["attr"][0]
_VALUE = SCHEMA["AttrEntry"]["value"][0]
_S = SCHEMA["AttrValue"]["s"][0]
_SHOWN = 40


def judge_program(source: Source, node: Node, scope: str) -> Iterator[Finding]:
    """Yield a finding where the program of a node calls back into the process."""
    for span in _texts(source, node.span):
        at = find(source, _CALLBACK, span.start, span.end)
        if at is not None:
            start = max(span.start, at - _SHOWN)
            shown = text(source.read(start, at + len(_CALLBACK) - start).rpartition(b"\0")[2])
            where = f"{node.name} in function {scope}" if scope else node.name
            evidence = f"{node.op} ({where}): its program calls {shown}"
            yield Finding(rule="tensorflow-native-op", evidence=evidence, name=node.op, offset=at)


def _texts(source: Source, node: Span) -> Iterator[Span]:
    """Yield the attributes of a node that are texts; the program is one of them."""
    for entry in children(source, node, _ATTR):
        for value in children(source, entry, _VALUE):
            for field in fields(source, value):
                if field.number == _S and field.wire == BYTES:
                    yield field.span
