"""
PyTorch's ZIP layout: what `torch.save`, `torch.jit.save` and `torch.package` write.

`<archive>/data.pkl` is unpickled whatever its bytes look like, `<archive>/data/<n>` are raw storages. Layout:
https://github.com/pytorch/pytorch/blob/main/torch/csrc/jit/docs/serialization.md. Member names are compared without case,
as the miniz lookups of older releases do (caffe2/serialize/inline_container.cc). Storages are not read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scanners.archives.zip_walk import walk
from scanners.formats import Format

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.findings import Embedded, Finding, Gap
    from scanners.formats import Part

_PICKLES = frozenset({"data.pkl", "constants.pkl", "bytecode.pkl", "attributes.pkl"})
_STORAGE = re.compile(r"(?:^|/)(?:data|constants|tensors|xl_model_weights)/[0-9]+\Z|(?:^|/)\.data/[0-9]+\.storage\Z")


def read(part: Part) -> Iterator[Finding | Gap | Embedded]:
    """Yield what is wrong with the archive, and its members."""
    yield from walk(part.source, part.budget, declare)


def declare(name: str) -> Format | None:
    """Say what PyTorch takes a member for."""
    plain = name.casefold()
    if plain.rpartition("/")[2] in _PICKLES:
        return Format.PICKLE
    return Format.TENSOR_DATA if _STORAGE.search(plain) else None
