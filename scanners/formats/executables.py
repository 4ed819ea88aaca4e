"""
Programs: ELF, PE, Mach-O, WebAssembly, Java classes, Python's bytecode, and text that names its interpreter.

Nothing in them is read: that they are there is the fact.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanners.findings import Finding
from scanners.suffixes import SHELL_SUFFIXES, suffix

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.findings import Embedded, Gap
    from scanners.formats import Part

_LINE = 128


def read(part: Part) -> Iterator[Finding | Gap | Embedded]:
    """Yield the one fact."""
    head = part.source.read(0, _LINE)
    text = head.removeprefix(b"\xef\xbb\xbf")
    if suffix(part.name) in SHELL_SUFFIXES or text.startswith(b"#!"):
        first = text.split(b"\n", 1)[0].decode("utf-8", "replace")
        yield Finding(rule="script", evidence=first, offset=0)
    elif head[2:4] == b"\r\n":
        evidence = f"bytecode of magic number {int.from_bytes(head[:2], 'little')}"
        yield Finding(rule="python-bytecode", evidence=evidence, offset=0)
    else:
        yield Finding(rule="native-executable", evidence=f"starts with {head[:8].hex(' ')}", offset=0)
