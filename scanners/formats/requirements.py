"""A requirements file of pip, told by its name, since that is what installers go by."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from scanners.directory.further import further
from scanners.directory.requirements import further_file, judge_requirement, lines
from scanners.formats import Format, Malformed
from scanners.limits import BudgetExceeded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.findings import Embedded, Finding
    from scanners.formats import Part

_MARKED = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ENCODING = re.compile(rb"coding[:=]\s*([-\w.]+)")
_USUAL = frozenset({"ascii", "cp1252", "iso-8859-1", "iso-8859-15", "latin-1", "latin1", "us-ascii", "utf-8", "utf8"})
"""Encodings in which every character of ASCII is itself."""
_LIMIT = 1 << 20
"""Bytes; a lock file of a large project with hashes stays below."""


def read(part: Part) -> Iterator[Finding | Embedded]:
    """Yield each line that takes a package from elsewhere than a public index, and the further files that are named."""
    text = part.source.read(0, _LIMIT + 1)
    if len(text) > _LIMIT:
        raise BudgetExceeded("bytes of requirements", _LIMIT)
    for number, line in lines(_decoded(text)):
        yield from judge_requirement(line, f"line {number}")
        if (path := further_file(line)) is not None:
            yield from further(path, Format.REQUIREMENTS, part)


def _decoded(text: bytes) -> str:
    """
    Decode as pip does (pip/_internal/req/req_file.py, `_decode_req_file`): by a mark, or a comment that names the encoding.

    Raises `Malformed` for encodings that no editor saves in.
    """
    for mark, encoding in _MARKED:
        if text.startswith(mark):
            return text[len(mark) :].decode(encoding, "replace")
    for line in text.split(b"\n", 2)[:2]:
        named = _ENCODING.search(line) if line.startswith(b"#") else None
        if named is not None and named[1].decode().lower() not in _USUAL:
            raise Malformed(0, "requirements in a usual encoding", f"one called {named[1][:50].decode()}")
    return text.decode("utf-8", "replace")
