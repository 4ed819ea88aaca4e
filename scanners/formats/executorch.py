"""
ExecuTorch (`.pte`): a FlatBuffer of operators and delegates, and segments of numbers behind it.

Operators and backends are native code that the runtime was built with; of those that PyTorch does not ship nobody knows what
they do. https://github.com/pytorch/executorch/blob/main/schema/program.fbs
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from scanners.findings import Finding
from scanners.flatbuffers import root
from scanners.pages import PagedSource
from scanners.torchscript_operators import FILE_OPERATORS, KNOWN_NAMESPACES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scanners.flatbuffers import Table
    from scanners.formats import Part
    from scanners.sources import Source

_PAGES = 64
_PLANS, _SEGMENTS, _OPERATORS, _DELEGATES = 1, 4, 6, 7
_NAMESPACES = KNOWN_NAMESPACES | {
    "cadence",
    "cortex_m",
    "dim_order_ops",
    "et_vk",
    "executorch_prim",
    "llama",
    "quantized_decomposed",
    "torchao",
}
_BACKENDS = frozenset(
    [
        "ArmBackend",
        "CoreMLBackend",
        "EthosUBackend",
        "MPSBackend",
        "NeuropilotBackend",
        "OpenvinoBackend",
        "QnnBackend",
        "TOSABackend",
        "VGFBackend",
        "VulkanBackend",
        "XnnpackBackend",
    ]
)
"""Backends in ExecuTorch's own repository that take a graph or a program for an accelerator, and no library."""
_HEADER = struct.Struct("<4sIQQ")
"""Magic, length, size of the program, and where segments start; behind the identifier of the FlatBuffer."""


def read(part: Part) -> Iterator[Finding]:
    """Yield what is wrong with the program."""
    source = PagedSource(part.source, _PAGES)
    program = root(source)
    seen: set[str] = set()
    for plan in program.tables(_PLANS):
        for operator in plan.tables(_OPERATORS):
            part.budget.spend_member()
            yield from _judge(operator, seen, part.allowed_imports, _is_operator_known)
        for delegate in plan.tables(_DELEGATES):
            part.budget.spend_member()
            yield from _judge(delegate, seen, part.allowed_imports, _BACKENDS.__contains__)
    yield from _judge_segments(program, source, part)


def _is_operator_known(name: str) -> bool:
    return name.partition("::")[0] in _NAMESPACES and name.replace("::", ".") not in FILE_OPERATORS


def _judge(table: Table, seen: set[str], allowed: frozenset[str], is_known: Callable[[str], bool]) -> Iterator[Finding]:
    """Judge what the first text of a table names, once."""
    name = table.text(0)[:200]
    if name not in seen and not is_known(name) and f"executorch.{name}".replace("::", ".") not in allowed:
        evidence = f"{name} is none of PyTorch's operators and backends that only compute"
        yield Finding(rule="executorch-not-recognised", evidence=evidence, name=name, offset=table.offset)
    seen.add(name)


def _judge_segments(program: Table, source: Source, part: Part) -> Iterator[Finding]:
    magic, _, _, base = _HEADER.unpack(source.read(8, _HEADER.size).ljust(_HEADER.size, b"\0"))
    start = base if magic == b"eh00" else 0
    for segment in program.tables(_SEGMENTS):
        part.budget.spend_member()
        offset, size = segment.number(0, "<Q"), segment.number(1, "<Q")
        if start + offset + size > source.size:
            evidence = f"a segment of {size} bytes at {start + offset}, the file has {source.size}"
            yield Finding(rule="executorch-segment-disagrees", evidence=evidence, offset=segment.offset)
