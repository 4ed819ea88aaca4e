"""What a review comes to, and how it is told to the person at the other end of `kubectl apply`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn

from webhook.violations import VIOLATIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

_SHOWN = 2
"""How many violations are told in full: kubectl prints the whole message on one screen, after its own prefix."""
_LONGEST_VALUE = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One demand of the policy that the object does not meet, at one place."""

    id: str
    """A key of `webhook.violations.VIOLATIONS`."""
    path: str
    """Where in the object: `spec.template.spec.initContainers[1].image`."""
    message: str
    """What is wrong, in the words of the person who wrote the object; values from the object are already escaped."""
    remedy: str = ""
    """What to do about it; empty: what the table says."""
    is_tolerated: bool = False
    """Whether the policy only wants it said."""

    def __post_init__(self) -> None:
        if not self.remedy:
            object.__setattr__(self, "remedy", VIOLATIONS[self.id].remedy)
        for name in ("path", "message", "remedy"):
            object.__setattr__(self, name, on_one_line(getattr(self, name)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Allowed or denied, with everything that was said on the way."""

    violations: tuple[Violation, ...] = ()
    warnings: tuple[Violation, ...] = ()
    """What the policy tolerates but the author should know."""
    summary: str = ""
    """One sentence on what was judged: `1 model volume behind an accepted gate`, `no sign of a model`."""
    policy: str = ""
    annotations: Mapping[str, str] = field(default_factory=dict)
    """For the API server's audit log."""

    @property
    def allowed(self) -> bool:
        """Whether nothing is violated."""
        return not self.violations

    def __bool__(self) -> NoReturn:
        """Refuse to be a truth value: `if decision:` would read as `if allowed` and be true for every denial."""
        raise TypeError("a Decision has no truth value; ask for .allowed")

    def denial(self) -> str:
        """Return what the user reads: the first violations in full, the others counted by id."""
        lines: list[str] = []
        for violation in self.violations[:_SHOWN]:
            lines += [violation.message, f"  at: {violation.path}", f"  do: {violation.remedy}"]
        rest = self.violations[_SHOWN:]
        if rest:
            ids = ", ".join(dict.fromkeys(violation.id for violation in rest))
            lines.append(f"and {len(rest)} more ({ids}); `weighbridge check` shows all")
        ids = ", ".join(dict.fromkeys(violation.id for violation in self.violations[:_SHOWN]))
        lines.append(f"(weighbridge: {ids}; policy {self.policy})" if self.policy else f"(weighbridge: {ids})")
        return "\n".join(lines)


def on_one_line(text: str) -> str:
    """Return a sentence in which nothing moves a cursor or ends the line, whatever it quotes."""
    return text if text.isprintable() else "".join(char if char.isprintable() else _escaped(char) for char in text)


def shown(value: object) -> str:
    """Return a value from an object so that it can be shown: quoted, escaped, never longer than a line."""
    text = str(value)
    if len(text) > _LONGEST_VALUE:
        text = text[: _LONGEST_VALUE - 1] + "…"
    return '"' + "".join(char if char.isprintable() and char != '"' else _escaped(char) for char in text) + '"'


def _escaped(char: str) -> str:
    return '\\"' if char == '"' else char.encode("unicode_escape", "surrogatepass").decode()
