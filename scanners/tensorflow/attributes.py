"""Ops that take a path in an attribute, and what that attribute may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanners.findings import Finding
from scanners.tensorflow.nodes import attribute, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scanners.sources import Source
    from scanners.tensorflow.nodes import Node

_STREAMS = ("", "log(error)", "log(info)", "log(warning)", "stderr", "stdout")
PATH_ATTRIBUTES: Mapping[str, tuple[str, tuple[str, ...], str]] = {
    "DecodeProtoV2": ("descriptor_source", ("", "local://"), "reads a descriptor set from"),
    "EncodeProto": ("descriptor_source", ("", "local://"), "reads a descriptor set from"),
    "FixedUnigramCandidateSampler": ("vocab_file", ("",), "reads a vocabulary from"),
    "PrintV2": ("output_stream", _STREAMS, "appends to"),
}
"""Op -> its attribute, the values that name no file, and what it does with others."""
_INLINE = "bytes://"
"""A descriptor set that stands in the attribute itself."""


def judge_attribute(source: Source, node: Node, scope: str) -> Iterator[Finding]:
    """Yield a finding where the attribute of a node names a file."""
    key, harmless, verb = PATH_ATTRIBUTES[node.op]
    value = attribute(source, node, key)
    path = text(value.s) if value is not None else ""
    if path not in harmless and not path.startswith(_INLINE):
        where = f"{node.name} in function {scope}" if scope else node.name
        evidence = f"{node.op} ({where}) {verb} {path[:200]}"
        yield Finding(rule="tensorflow-file-op", evidence=evidence, name=node.op, offset=node.span.start)
