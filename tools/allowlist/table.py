"""The table of allowed names: what was seen, less what the review took out, plus what it added."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from scanners.imports.arguments import RULES
from scanners.imports.denylist import find_denial
from tools.allowlist.listing import CALLED, MADE, NAMED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tools.allowlist.listing import Listing

HERE = Path(__file__).parent
ALLOWED = HERE.parents[1] / "scanners" / "imports" / "allowed.txt"
_HEADER = """\
# The names that saved models of real libraries import; written by `make allowlist`, never by hand.
# module:name <TAB> strongest use (named, made anew, called), +items where some are put in <TAB> where it was seen
"""
_STRENGTH = (NAMED, MADE, CALLED)


class Decision(NamedTuple):
    """What the review decided of names that were, or were not, seen."""

    names: tuple[str, ...]
    """`module:name`, whole, or a regular expression between slashes that the whole must match."""
    reason: str
    use: str | None = None
    """The strongest use to allow; None: none at all."""

    def covers(self, name: str) -> bool:
        """Say whether the decision is about a name."""
        return any(re.fullmatch(item[1:-1], name) if item.startswith("/") else item == name for item in self.names)


@dataclass(slots=True, kw_only=True)
class Row:
    """What is known of one name."""

    use: str = NAMED
    filled: bool = False
    """Whether items are put into what the name gives."""
    seen: set[str] = field(default_factory=set)

    def __str__(self) -> str:
        return f"{self.use}{'+items' if self.filled else ''}\t{_versions(self.seen)}"


@dataclass
class Table:
    """Names with their use and where they were seen."""

    rows: dict[str, Row] = field(default_factory=dict)

    def add(self, name: str, use: str, seen: str, *, filled: bool = False) -> None:
        """Keep the strongest use of a name and all places."""
        row = self.rows.setdefault(name, Row())
        row.use = max(row.use, use, key=_STRENGTH.index)
        row.filled |= filled
        row.seen.add(seen)

    def add_listing(self, listing: Listing, versions: Mapping[str, str], python: str) -> None:
        """Add what one environment's files import, each name with the library it belongs to."""
        for (module, name), use in listing.uses.items():
            key = f"{module}:{name}"
            if key not in RULES:
                self.add(key, use, _place(module, versions, python), filled=(module, name) in listing.filled)

    def review(self, review: Review) -> dict[str, str]:
        """Weaken or take out what is denied or was decided against; return the names that are gone, with the reason."""
        gone = {}
        for name, row in list(self.rows.items()):
            decision = review.find(name)
            if decision is not None and decision.use is None:
                gone[name] = decision.reason
                del self.rows[name]
            elif decision is not None and decision.use is not None:
                row.use = min(row.use, decision.use, key=_STRENGTH.index)
        return gone

    def add_reviewed(self, review: Review) -> None:
        """Add what no environment shows."""
        for decision in review.additions:
            for name in decision.names:
                self.add(name, decision.use or CALLED, decision.reason)

    def text(self) -> str:
        """Return the table as it is kept."""
        return _HEADER + "".join(f"{name}\t{row}\n" for name, row in sorted(self.rows.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What a person decided."""

    limits: tuple[Decision, ...]
    """Names taken out, or allowed a weaker use than was seen."""
    kept: tuple[Decision, ...]
    """Names that are harmless although they, or their modules, are denied."""
    additions: tuple[Decision, ...]
    """Names that no environment shows."""

    def find(self, name: str) -> Decision | None:
        """Return the decision about a name that was seen; the denylist decides where no person did."""
        decided = next((item for item in self.limits if item.covers(name)), None)
        if decided is not None or any(item.covers(name) for item in self.kept):
            return decided
        denial = find_denial(*name.split(":"))
        return None if denial is None else Decision((name,), f"denied: {denial.why}")


def read_review(table: Path = HERE / "review.toml") -> Review:
    """Read the decisions."""
    entries = tomllib.loads(table.read_text())
    limits, kept, additions = (
        tuple(Decision(tuple(item["names"]), item["reason"], item.get("use")) for item in entries.get(kind, ()))
        for kind in ("limit", "keep", "add")
    )
    return Review(limits=limits, kept=kept, additions=additions)


def list_uncovered(table: str, by: str) -> list[str]:
    """Return the names and uses of a table's text for which another's allows less, or nothing."""
    allowed = dict(_uses(by))
    return [f"{name} {use}" for name, use in _uses(table) if not _covers(allowed.get(name), use)]


def _uses(text: str) -> Iterator[tuple[str, str]]:
    """Yield the name and use of each row, without where it was seen."""
    for line in text.splitlines():
        if not line.startswith("#"):
            name, use, _ = line.split("\t")
            yield name, use


def _covers(allowed: str | None, use: str) -> bool:
    if allowed is None:
        return False
    (strongest, _, filled), (strength, _, fills) = allowed.partition("+"), use.partition("+")
    return _STRENGTH.index(strongest) >= _STRENGTH.index(strength) and (filled == fills or not fills)


# Top-level modules whose distribution has another name.
_DISTRIBUTIONS = {
    "sklearn": "scikit-learn",
    "dateutil": "python-dateutil",
    "_loss": "scikit-learn",
    "xgboost": "xgboost",
    "PIL": "pillow",
    "yaml": "pyyaml",
}


def _place(module: str, versions: Mapping[str, str], python: str) -> str:
    top = module.split(".", 1)[0]
    distribution = _DISTRIBUTIONS.get(top, top.lower().replace("_", "-"))
    for candidate in (distribution, f"{distribution}-cpu"):
        if candidate in versions:
            return f"{distribution} {versions[candidate].partition('+')[0]}"
    return f"python {python}"


def _versions(seen: Iterable[str]) -> str:
    """Write places as `library first-last`, in order of version; what was read and not run has its reason behind it."""
    by_library: dict[str, set[str]] = {}
    read = []
    for place in seen:
        library, _, version = place.partition(" ")
        if ", " in version:
            read.append(place)
        else:
            by_library.setdefault(library, set()).add(version)
    return ", ".join([*(_span(library, versions) for library, versions in sorted(by_library.items())), *sorted(read)])


def _span(library: str, versions: set[str]) -> str:
    ordered = sorted(filter(None, versions), key=lambda version: [int(part) for part in re.findall(r"\d+", version)])
    if not ordered:
        return library
    return f"{library} {ordered[0]}" if len(ordered) == 1 else f"{library} {ordered[0]}..{ordered[-1]}"
