"""Files that a file of the directory has installed or read: they are read for what it says they are, whatever they are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanners.directory.requirements import is_called_requirements
from scanners.findings import Embedded, Finding
from scanners.formats import Format
from scanners.suffixes import suffix

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.formats import Part

_SHOWN = 200


def further(path: str, format_: Format, part: Part) -> Iterator[Finding | Embedded]:
    """
    Yield the file at a path beside a part, to be read as `format_`; nothing for one whose own name says so, or that is not there.

    A part of an archive has nothing beside it: there the name is what is wrong. Of a file that is scanned alone nothing is said.
    """
    if _tells(path.rpartition("/")[2], format_):
        return
    if part.neighbours is None and part.container is not None:
        evidence = f"a file whose name does not say that packages are installed from it: {path[:_SHOWN]}"
        yield Finding(rule="requirement-not-from-index", evidence=evidence, name=path[:_SHOWN])
    elif part.neighbours is not None and (found := part.neighbours.find(path)) is not None:
        yield Embedded(source=found.source, member=f"<{path[:_SHOWN]}>", format=format_)


def _tells(name: str, format_: Format) -> bool:
    """Say whether a file of this name is read as the format anyway."""
    return is_called_requirements(name) if format_ is Format.REQUIREMENTS else suffix(name) in (".yaml", ".yml")
