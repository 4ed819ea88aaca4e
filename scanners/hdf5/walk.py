"""
Walk an HDF5 file: every link is looked at before it is followed, and only hard and soft links inside the file are.

Datasets are opened for their creation properties, never read: neither external nor virtual storage is touched. A virtual
dataset is not even asked for its shape, since that alone can open its sources.
"""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from scanners.findings import Finding, Gap, Reason
from scanners.formats import Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    import h5py

    from scanners.limits import Budget

LIBRARY_ERRORS = (OSError, RuntimeError, KeyError, ValueError, TypeError, NotImplementedError, OverflowError)
"""What h5py raises for files that the HDF5 library refuses, or that have types it has no word for."""


_TURNS = count()


class Node(NamedTuple):
    """A group or dataset of the file."""

    path: str
    identifier: h5py.h5g.GroupID | h5py.h5d.DatasetID


class _Waiting(NamedTuple):
    """An object that is still to be opened, in the order of its place in the file: compressed parts are read forwards."""

    address: int
    turn: int
    """Tells links to one address apart, of which damaged files have several in one group."""
    path: str
    parent: h5py.h5g.GroupID
    name: bytes


def walk(file: h5py.h5f.FileID, budget: Budget) -> Iterator[Node | Finding | Gap]:
    """Yield every object once, and a finding for every link that leaves the file."""
    import h5py

    try:
        root = h5py.h5o.open(file, b"/")
        seen = {h5py.h5o.get_info(root).addr}
    except LIBRARY_ERRORS as error:
        raise Malformed(0, "the root group of an HDF5 file", str(error)) from error
    waiting: list[_Waiting] = []
    yield Node("/", root)
    yield from _links(root, "", waiting, seen)
    while waiting:
        address, _, path, parent, name = heappop(waiting)
        if address in seen:
            continue
        seen.add(address)
        budget.spend_member()
        try:
            node = Node(path, h5py.h5o.open(parent, name))
        except LIBRARY_ERRORS as error:
            yield _unread(path, error)
            continue
        yield node
        if isinstance(node.identifier, h5py.h5g.GroupID):
            yield from _links(node.identifier, path, waiting, seen)


def _links(group: h5py.h5g.GroupID, path: str, waiting: list[_Waiting], seen: set[int]) -> Iterator[Finding | Gap]:
    """Judge the links of a group, and queue what its hard links lead to."""
    import h5py

    try:
        for name in group:
            shown = f"{path}/{name.decode('utf-8', 'surrogateescape')}"
            link = group.links.get_info(name)
            if link.type == h5py.h5l.TYPE_HARD and link.u not in seen:
                heappush(waiting, _Waiting(link.u, next(_TURNS), shown, group, name))
            elif link.type not in (h5py.h5l.TYPE_HARD, h5py.h5l.TYPE_SOFT):
                yield _external(group, name, link.type, shown)
    except LIBRARY_ERRORS as error:
        yield _unread(path or "/", error)


def _external(group: h5py.h5g.GroupID, name: bytes, kind: int, shown: str) -> Finding:
    import h5py

    if kind == h5py.h5l.TYPE_EXTERNAL:
        file, target = (text.decode("utf-8", "surrogateescape") for text in group.links.get_val(name))
        evidence = f"{shown} leads to {target} in {file}"
    else:
        evidence = f"{shown} is a link of user-defined class {kind}"
    return Finding(rule="hdf5-external-link", evidence=evidence, name=shown)


def _unread(path: str, error: Exception) -> Gap:
    return Gap(reason=Reason.MALFORMED, detail=f"{path}: the HDF5 library cannot open it: {error}")
