"""
Keras's own format since version 3 (`.keras`): a ZIP of `config.json`, `metadata.json`, weights and assets.

The structure is read by `scanners.archives.zip_walk`, every copy of a member included. The configuration is declared as
one; weights are HDF5, or in early versions NumPy archives, and assets are files: their content says what they are.
https://github.com/keras-team/keras/blob/master/keras/src/saving/saving_lib.py
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanners.archives.names import folded
from scanners.archives.zip_walk import walk
from scanners.formats import Format

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.findings import Embedded, Finding, Gap
    from scanners.formats import Part


def read(part: Part) -> Iterator[Finding | Gap | Embedded]:
    """Yield what is wrong with the archive, and its members."""
    yield from walk(part.source, part.budget, declare)


def declare(name: str) -> Format | None:
    """Say what Keras takes a member for."""
    return Format.KERAS_CONFIG if folded(name) == "config.json" else None
