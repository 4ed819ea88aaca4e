"""What an entry of the denylist is."""

from __future__ import annotations

from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from scanners.imports.judgement import Kind


class Denial(NamedTuple):
    """A reason to refuse, and the names it holds for."""

    kind: Kind
    why: str
    """One sentence of what the names do, for the evidence of a finding."""
    names: tuple[str, ...]
    """Dotted names, whole: modules with all that is below them, or single names, by the table they stand in."""
