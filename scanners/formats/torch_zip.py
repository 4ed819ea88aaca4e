"""
PyTorch's ZIP layouts: what `torch.save`, `torch.jit.save`, `torch.package` and `torch.export.save` write.

`<archive>/data.pkl` is unpickled whatever its bytes look like, `<archive>/data/<n>` are raw storages, `code/` is TorchScript.
Layout: https://github.com/pytorch/pytorch/blob/main/torch/csrc/jit/docs/serialization.md and the docstring of
torch/export/pt2_archive/constants.py. AOTInductor's programs are loaded as libraries, or compiled where they are source
(torch/csrc/inductor/aoti_package/model_package_loader.cpp, `compile_so`). Member names are compared without case, as the miniz lookups of older releases do
(caffe2/serialize/inline_container.cc). Storages are not read.
"""

from __future__ import annotations

import re

from scanners.archives.search import occurrences
from scanners.archives.zip_walk import walk
from scanners.findings import Embedded, Finding, Gap
from scanners.formats import Format

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scanners.formats import Part

_PICKLES = frozenset({"data.pkl", "constants.pkl", "bytecode.pkl", "attributes.pkl"})
_STORAGE = re.compile(
    r"(?:^|/)(?:data|constants|tensors|xl_model_weights)/[0-9]+\Z"
    r"|(?:^|/)\.data/[0-9]+\.storage\Z"
    r"|(?:^|/)data/(?:weights|constants)/(?!.*\.json\Z)[^/]+\Z"
)
_CODE = re.compile(r"(?:^|/)code/.*\.py\Z")
_COMPILED = re.compile(r"(?:^|/)data/aotinductor/([^/]*)/.*\.(cpp|so)\Z")
_PACKAGE = re.compile(r"(?:^|/)\.data/extern_modules\Z")
_MOBILE_FILE_OPERATORS = (b"aten::from_file", b"aten::save")


def read(part: Part) -> Iterator[Finding | Gap | Embedded]:
    """Yield what is wrong with the archive, and its members."""
    source_members: list[str] = []
    programs: dict[str, dict[str, str]] = {}
    package = False
    for fact in walk(part.source, part.budget, declare):
        if isinstance(fact, Finding) and fact.rule == "archive-twin-member" and declare(fact.name or "") is not None:
            yield Finding(rule="torch-twin-member", evidence=fact.evidence, name=fact.name, offset=fact.offset)
            continue
        yield fact
        if isinstance(fact, Embedded):
            plain = fact.member.casefold()
            package = package or _PACKAGE.search(plain) is not None
            if program := _COMPILED.search(plain):
                programs.setdefault(program[1], {}).setdefault(program[2], fact.member)
            if plain.endswith(".py") and not _CODE.search(plain) and len(source_members) < 10:
                source_members.append(fact.member)
            if plain.endswith("bytecode.pkl"):
                yield from _mobile(fact)
    if package and source_members:
        evidence = f"Python source: {', '.join(source_members)}"
        yield Finding(rule="torch-package-source", evidence=evidence, name=source_members[0])
    yield from _compiled(programs)


def _compiled(programs: Mapping[str, Mapping[str, str]]) -> Iterator[Finding]:
    """Yield the programs, suffix -> member, that are source alone: a library stands in for the source beside it."""
    for name, members in programs.items():
        if "so" not in members:
            evidence = f"compiled and loaded: {members['cpp']}"
            yield Finding(rule="torch-compiled-source", evidence=evidence, name=name)


def declare(name: str) -> Format | None:
    """Say what PyTorch takes a member for."""
    plain = name.casefold()
    if plain.rpartition("/")[2] in _PICKLES:
        return Format.PICKLE
    if _CODE.search(plain):
        return Format.TORCHSCRIPT
    return Format.TENSOR_DATA if _STORAGE.search(plain) else None


def _mobile(member: Embedded) -> Iterator[Finding]:
    """Look for file operators in the bytecode of the lite interpreter, which names them as text."""
    for operator in _MOBILE_FILE_OPERATORS:
        at = next(occurrences(member.source, re.compile(operator), 0, member.source.size), None)
        if at is not None:
            name = operator.decode()
            evidence = f"{name} in the bytecode of the lite interpreter"
            yield Finding(rule="torchscript-reaches-out", evidence=evidence, name=name, member=member.member, offset=at)
