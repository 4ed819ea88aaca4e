"""Which loaders would take a ZIP file for theirs, by the names of its members."""

from __future__ import annotations

import re

from scanners.archives.zip_directories import Directories, find_directories, mentions, records
from scanners.formats import Format

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.sources import Source

_TELLING = re.compile(
    rb"data\.pkl|attributes\.pkl|serialization_id|extern_modules|archive_format|config\.json|metadata\.json|model\.weights\.",
    re.IGNORECASE,
)
_TORCH_NAMES = frozenset({"data.pkl", "attributes.pkl", "serialization_id", "extern_modules", "archive_format"})
"""Members of what `torch.save`, `torch.jit.save`, `torch.package` and `torch.export.save` write."""


def zip_kinds(source: Source, *, from_the_end: bool) -> Iterator[Format]:
    """Yield the kinds; none where `from_the_end` says that only a central directory makes it a ZIP, and there is none."""
    found = find_directories(source)
    if from_the_end and not found.readings:
        return
    names = _telling_names(source, found)
    torch = not _TORCH_NAMES.isdisjoint(names)
    keras = "config.json" in names and any(name.startswith(("model.weights.", "metadata.json")) for name in names)
    if torch:
        yield Format.TORCH_ZIP
    if keras:
        yield Format.KERAS_ZIP
    if not torch and not keras:
        yield Format.ZIP


def _telling_names(source: Source, found: Directories) -> set[str]:
    """Return the last components, in lower case, of member names that tell PyTorch's and Keras's archives."""
    if not found.readings:
        match = _TELLING.findall(source.read(0, 1 << 20))
        return {name.decode().lower() for name in match}
    if not mentions(source, found, _TELLING):
        return set()
    directories = {reading.start: reading for reading in found.readings}.values()
    names = (record.name for directory in directories for _, record in records(source, directory))
    last = (name.decode("latin-1").lower().replace("\\", "/").rpartition("/")[2] for name in names)
    return {name for name in last if _TELLING.match(name.encode("latin-1"))}
