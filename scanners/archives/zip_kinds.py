"""Which loaders would take a ZIP file for theirs, by the names of its members."""

from __future__ import annotations

import re

from scanners.archives.zip_directories import Directories, find_directories, mentions, records
from scanners.formats import Format

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.sources import Source

_TORCH = re.compile(rb"data\.pkl|attributes\.pkl|serialization_id|extern_modules|archive_format", re.IGNORECASE)
_COMPILED = re.compile(rb"_compile_flags\.json", re.IGNORECASE)
"""End of the name of what AOTInductor's loader reads beside source that it compiles; older ones ask for no `archive_format`."""
_KERAS = re.compile(rb"config\.json|metadata\.json|model\.weights\.", re.IGNORECASE)
_SKOPS = re.compile(rb"schema\.json", re.IGNORECASE)
_TORCH_NAMES = frozenset({"data.pkl", "attributes.pkl", "serialization_id", "extern_modules", "archive_format"})
"""Members of what `torch.save`, `torch.jit.save`, `torch.package` and `torch.export.save` write."""

_SKOPS_SCHEMA = "schema.json"
"""What `skops.io.dump` writes beside the arrays; other archives have members of that name in their folders."""


def zip_kinds(source: Source, *, from_the_end: bool) -> Iterator[Format]:
    """Yield the kinds; none where `from_the_end` says that only a central directory makes it a ZIP, and there is none."""
    found = find_directories(source)
    if from_the_end and not found.readings:
        return
    torch = any(name in _TORCH_NAMES for name in _names(source, found, _TORCH)) or mentions(source, found, _COMPILED)
    names = set(_names(source, found, _KERAS))
    keras = "config.json" in names and any(name.startswith(("model.weights.", "metadata.json")) for name in names)
    if torch:
        yield Format.TORCH_ZIP
    if keras:
        yield Format.KERAS_ZIP
    skops = _SKOPS_SCHEMA in _names(source, found, _SKOPS, whole=True)
    if skops:
        yield Format.SKOPS
    if not torch and not keras and not skops:
        yield Format.ZIP


def _names(source: Source, found: Directories, telling: re.Pattern[bytes], *, whole: bool = False) -> Iterator[str]:
    """Yield the last components, or `whole` names, in lower case, that begin with what tells a kind of archive."""
    if not found.readings:
        yield from (name.decode().lower() for name in telling.findall(source.read(0, 1 << 20)))
    elif mentions(source, found, telling):
        for directory in {reading.start: reading for reading in found.readings}.values():
            for _, record in records(source, directory):
                name = record.name.lower().replace(b"\\", b"/")
                last = name if whole else name.rpartition(b"/")[2]
                if telling.match(last):
                    yield last.decode("latin-1")
