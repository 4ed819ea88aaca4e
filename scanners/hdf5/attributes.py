"""The attributes of an object that are one text: the only values that are read from an HDF5 file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanners.findings import Gap, Reason
from scanners.hdf5.walk import LIBRARY_ERRORS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import h5py

    from scanners.hdf5.walk import Node


def texts(node: Node, most: int) -> Iterator[tuple[str, bytes] | Gap]:
    """Yield name and value of each attribute that is a single text of up to `most` bytes."""
    import h5py

    try:
        for index in range(h5py.h5a.get_num_attrs(node.identifier)):
            attribute = h5py.h5a.open(node.identifier, index=index)
            if attribute.get_type().get_class() == h5py.h5t.STRING and attribute.shape == ():
                yield _text(node, attribute, most)
    except LIBRARY_ERRORS as error:
        yield Gap(reason=Reason.MALFORMED, detail=f"attributes of {node.path}: {error}")


def _text(node: Node, attribute: h5py.h5a.AttrID, most: int) -> tuple[str, bytes] | Gap:
    import numpy  # noqa: ICN001 - the name says it; comes with h5py

    name: bytes = attribute.name
    shown = name.decode("utf-8", "surrogateescape")
    size = attribute.get_storage_size()
    if size > most:
        detail = f"attribute {shown} of {node.path} has {size} bytes; more than {most} are not read"
        return Gap(reason=Reason.BUDGET, detail=detail)
    value = numpy.empty((), dtype=attribute.dtype)
    attribute.read(value)
    text: object = value[()]
    return shown, text if isinstance(text, bytes) else str(text).encode("utf-8", "surrogateescape")
