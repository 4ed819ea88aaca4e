"""
HDF5: Keras models before version 3, weights since, and tables of other libraries.

Keras keeps the architecture as JSON in attributes of the root group (`model_config`, `training_config`); every text
attribute anywhere that looks like a configuration is judged as one, by `scanners.keras`. Links, storage and declared sizes
are judged by `scanners.hdf5`; no dataset is read and nothing outside the file is opened. PyTables and pandas keep pickles
in attributes, which are embedded, and in arrays of objects, which are reported.
https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanners.findings import Embedded, Finding, Gap, Reason
from scanners.formats import Malformed
from scanners.hdf5.attributes import texts
from scanners.hdf5.datasets import judge_dataset
from scanners.hdf5.file import open_file, signatures
from scanners.hdf5.walk import LIBRARY_ERRORS, walk
from scanners.keras.config import MAX_CONFIG_BYTES
from scanners.keras.judge import judge
from scanners.sources import BytesSource, SliceSource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.formats import Part
    from scanners.hdf5.walk import Node

    Fact = Finding | Gap | Embedded

_CONFIGS = frozenset({"model_config", "training_config"})
_PICKLED = "PSEUDOATOM"
"""PyTables: https://www.pytables.org/usersguide/file_format.html, `object` for arrays of pickles."""


def read(part: Part) -> Iterator[Fact]:
    """Yield what is wrong with the file, the pickles in it, and the user block before it."""
    first = next(signatures(part.source), 0)
    if first:
        yield from _user_block(part, first)
    file = open_file(part.source)
    for fact in walk(file, part.budget):
        if isinstance(fact, (Finding, Gap)):
            yield fact
        else:
            yield from _node(fact, part)


def _user_block(part: Part, size: int) -> Iterator[Embedded]:
    """Yield what stands before the HDF5 file; other readers may take it for the file itself."""
    if any(part.source.read(0, size)):
        yield Embedded(source=SliceSource(part.source, 0, size), member="user block")


def _node(node: Node, part: Part) -> Iterator[Fact]:
    import h5py

    for fact in texts(node, MAX_CONFIG_BYTES):
        if isinstance(fact, Gap):
            yield fact
        else:
            yield from _attribute(node.path, *fact, part)
    if isinstance(node.identifier, h5py.h5d.DatasetID):
        try:
            yield from judge_dataset(node.identifier, node.path, part.budget.limits.ratio)
        except LIBRARY_ERRORS as error:
            yield Gap(reason=Reason.MALFORMED, detail=f"{node.path}: its properties cannot be read: {error}")


def _attribute(path: str, name: str, value: bytes, part: Part) -> Iterator[Fact]:
    """Judge one text attribute by what Keras, PyTables or pandas would do with it."""
    if name in _CONFIGS or b'"class_name"' in value:
        try:
            yield from judge(value, name, part.allowed_imports)
        except Malformed as error:
            yield Gap(reason=Reason.MALFORMED, detail=f"attribute {name} of {path}: {error}")
    elif name == _PICKLED and value == b"object":
        yield Finding(rule="hdf5-pickled-objects", evidence=f"{path} is an array of pickles", name=path)
    elif value.startswith(b"\x80") or value.endswith(b"."):
        yield Embedded(source=BytesSource(value), member=f"{path}@{name}")
