"""
ONNX Runtime's own form of a graph (`.ort`): a FlatBuffer of nodes and tensors, already optimised.

Operators are judged as in ONNX; there are no functions any more and no external data.
https://github.com/microsoft/onnxruntime/blob/main/onnxruntime/core/flatbuffers/schema/ort.fbs
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanners.findings import Finding
from scanners.flatbuffers import Table, root
from scanners.onnx.operators import judge_use
from scanners.onnx.schema import BITS
from scanners.pages import PagedSource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.formats import Part

_PAGES = 64
_MODEL, _GRAPH = 1, 7
_INITIALIZERS, _NODES, _SPARSE_INITIALIZERS = 0, 2, 7
_NAME, _DOMAIN, _OP_TYPE, _ATTRIBUTES = 0, 2, 5, 10
_TENSOR, _SUBGRAPH, _TENSORS, _SUBGRAPHS = 6, 7, 11, 12
_DIMS, _DATA_TYPE, _RAW_DATA = 2, 3, 4


def read(part: Part) -> Iterator[Finding]:
    """Yield what is wrong with the graph and its subgraphs."""
    model = root(PagedSource(part.source, _PAGES)).table(_MODEL)
    graph = model and model.table(_GRAPH)
    graphs = [graph] if graph else []
    seen: set[tuple[str, str]] = set()
    while graphs:
        graph = graphs.pop()
        for tensor in _tensors(graph):
            part.budget.spend_member()
            yield from _judge_tensor(tensor)
        for node in graph.tables(_NODES):
            part.budget.spend_member()
            key = node.text(_DOMAIN), node.text(_OP_TYPE)
            if key not in seen:
                seen.add(key)
                yield from judge_use(*key, node.text(_NAME), node.offset, part.allowed_imports)
            yield from _attributes(node, graphs, part)


def _tensors(graph: Table) -> Iterator[Table]:
    yield from graph.tables(_INITIALIZERS)
    for sparse in graph.tables(_SPARSE_INITIALIZERS):
        yield from filter(None, (sparse.table(0), sparse.table(1)))


def _attributes(node: Table, graphs: list[Table], part: Part) -> Iterator[Finding]:
    """Judge the tensors among a node's attributes, and note the graphs."""
    for attribute in node.tables(_ATTRIBUTES):
        part.budget.spend_member()
        graphs.extend(attribute.tables(_SUBGRAPHS))
        if (subgraph := attribute.table(_SUBGRAPH)) is not None:
            graphs.append(subgraph)
        for tensor in (*attribute.tables(_TENSORS), *filter(None, (attribute.table(_TENSOR),))):
            yield from _judge_tensor(tensor)


def _judge_tensor(tensor: Table) -> Iterator[Finding]:
    """Hold a tensor's shape against its raw data; texts, and data in a file beside the graph, have none."""
    stored = tensor.vector(_RAW_DATA, 1).length
    bits = BITS.get(tensor.number(_DATA_TYPE, "<i"))
    items = 1
    for size in tensor.numbers(_DIMS, "<q"):
        items = -1 if size < 0 or items < 0 else min(items * size, 1 << 63)
    if items < 0 or (stored and bits is not None and stored != -(-items * bits // 8)):
        name = tensor.text(_NAME)[:200]
        evidence = f"tensor {name}: {items} elements, {stored} bytes"
        yield Finding(rule="onnx-tensor-disagrees", evidence=evidence, name=name, offset=tensor.offset)
