"""What is wrong with a dataset, by its creation properties alone."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from scanners.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    import h5py

_FREE_BYTES = 64 << 20
"""Datasets that declare less are no danger to a server's memory, however little of them is stored."""
_SPARSE = 8
"""How many times the stored bytes an uncompressed dataset may declare: chunks that were never written take no room."""


def judge_dataset(dataset: h5py.h5d.DatasetID, path: str, ratio: int) -> Iterator[Finding]:
    """Yield a finding where the data lies elsewhere, or where far more is declared than is there."""
    import h5py

    properties = dataset.get_create_plist()
    if properties.get_layout() == h5py.h5d.VIRTUAL:
        files = [properties.get_virtual_filename(index) for index in range(min(properties.get_virtual_count(), 8))]
        yield Finding(
            rule="hdf5-virtual-dataset", evidence=f"{path} is put together from {', '.join(files)}", name=path
        )
        return
    external = properties.get_external_count()
    if external:
        names = [properties.get_external(index)[0] for index in range(min(external, 8))]
        files = [name.decode("utf-8", "surrogateescape") for name in names]
        yield Finding(rule="hdf5-external-storage", evidence=f"{path} lies in {', '.join(files)}", name=path)
        return
    yield from _declared_size(dataset, properties, path, ratio)


def _declared_size(
    dataset: h5py.h5d.DatasetID, properties: h5py.h5p.PropDCID, path: str, ratio: int
) -> Iterator[Finding]:
    shape = dataset.shape
    if shape is None:
        return
    declared = prod(shape) * dataset.get_type().get_size()
    stored = dataset.get_storage_size()
    allowed = stored * (ratio if properties.get_nfilters() else _SPARSE)
    if declared > max(_FREE_BYTES, allowed):
        evidence = f"{path} of shape {'x'.join(map(str, shape))} declares {declared} bytes and stores {stored}"
        yield Finding(rule="hdf5-declared-size", evidence=evidence, name=path)
