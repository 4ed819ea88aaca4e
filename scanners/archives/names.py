"""What a member's name can do to whoever extracts the archive, or to whoever reads about it."""

from __future__ import annotations

import re

from scanners.findings import Embedded, Finding, Gap
from scanners.records import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
_DRIVE = re.compile(r"[A-Za-z]:")


_SHOWN = 1000


def bounded(fact: Finding | Gap | Embedded) -> Finding | Gap | Embedded:
    """Return a fact whose texts are short enough for ten thousand of them to fit in memory; names may have 64 KiB."""
    if isinstance(fact, Embedded):
        return fact if len(fact.member) <= _SHOWN else replace(fact, member=_shown(fact.member))
    if isinstance(fact, Gap):
        return fact if len(fact.detail) <= _SHOWN else replace(fact, detail=_shown(fact.detail))
    if len(fact.evidence) <= _SHOWN and len(fact.name or "") <= _SHOWN:
        return fact
    return replace(fact, evidence=_shown(fact.evidence), name=fact.name and _shown(fact.name))


def _shown(text: str) -> str:
    """Return a text without its middle; its end, where the suffix is, stays."""
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN // 2]}...{text[-_SHOWN // 2 :]}"


class Names:
    """
    The names of one archive so far.

    Hashes are kept and not names, so that a million members cost some tens of megabytes.
    """

    def __init__(self) -> None:
        self._seen: dict[int, int] = {}
        """Hash of the folded name -> hash of the name as the first member spelled it."""
        self._links: set[int] = set()

    def judge(self, name: str, offset: int) -> Iterator[Finding]:
        """Note a member's name; report what an earlier member's name makes of it."""
        key, exact = hash(folded(name)), hash(name)
        earlier = self._seen.get(key)
        if earlier is None:
            self._seen[key] = exact
        if earlier == exact:
            evidence = "an earlier member has the same name"
            yield Finding(rule="archive-duplicate-member", evidence=evidence, name=name, offset=offset)
        elif earlier is not None:
            evidence = "an earlier member's name differs only in case or separators"
            yield Finding(rule="archive-twin-member", evidence=evidence, name=name, offset=offset)
        if self._links and (link := self._passes(name)) is not None:
            evidence = f"stands behind the link {link}"
            yield Finding(rule="archive-link-leaves", evidence=evidence, name=name, offset=offset)

    def add_link(self, name: str) -> None:
        """Note that a symbolic link stands under a name."""
        *_, (whole, _) = _prefixes(name)
        self._links.add(whole)

    def _passes(self, name: str) -> str | None:
        """Return the symbolic link that a name leads through, None where it leads through none."""
        *folders, _ = _prefixes(name)
        return next((step for key, step in folders if key in self._links), None)


def _prefixes(name: str) -> Iterator[tuple[int, str]]:
    """Yield, for each step of a name, a hash of the path up to it and the step."""
    key = 0
    steps = folded(name).split("/")
    for step in steps:
        key = hash((key, step))
        yield key, step


def judge_name(name: str, offset: int) -> Iterator[Finding]:
    """Yield what is wrong with a member's name."""
    plain = name.replace("\\", "/")
    if plain.startswith("/") or _DRIVE.match(plain):
        yield Finding(rule="archive-name-leaves", evidence="absolute path", name=name, offset=offset)
    elif leaves(plain):
        yield Finding(rule="archive-name-leaves", evidence="climbs out by ..", name=name, offset=offset)
    if "\\" in name:
        yield Finding(rule="archive-name-backslash", evidence="backslash in the name", name=name, offset=offset)
    if control := _CONTROL.search(name):
        evidence = f"character U+{ord(control.group()):04X} in the name"
        yield Finding(rule="archive-name-control", evidence=evidence, name=name, offset=offset)
    elif not name:
        yield Finding(rule="archive-name-control", evidence="empty name", name=name, offset=offset)


def judge_link(name: str, target: str, offset: int) -> Iterator[Finding]:
    """Yield what is wrong with a symbolic link that stands at `name`."""
    folder = name.replace("\\", "/").rpartition("/")[0]
    yield _link(name, target, _leads_out(f"{folder}/", target), offset)


def judge_hard_link(name: str, target: str, offset: int) -> Iterator[Finding]:
    """Yield what is wrong with a hard link, whose target is a name in the same archive."""
    yield _link(name, target, _leads_out("", target), offset)


def _link(name: str, target: str, leading_out: bool, offset: int) -> Finding:
    rule = "archive-link-leaves" if leading_out else "archive-link"
    return Finding(rule=rule, evidence=f"points to {target}", name=name, offset=offset)


def _leads_out(folder: str, target: str) -> bool:
    """
    Say whether a link's target lies outside the archive, or may.

    A `..` behind a name counts: where that name is a link itself, it climbs from somewhere else than it seems to.
    """
    plain = target.replace("\\", "/")
    down = plain.lstrip("./")
    climbs_later = ".." in down.split("/")
    return plain.startswith("/") or _DRIVE.match(plain) is not None or climbs_later or leaves(folder + plain)


def leaves(path: str) -> bool:
    """Say whether a relative path climbs above where it starts, at any step."""
    depth = 0
    for step in path.split("/"):
        if step == "..":
            depth -= 1
        elif step not in ("", "."):
            depth += 1
        if depth < 0:
            return True
    return False


def folded(name: str) -> str:
    """Return the name as the most forgiving loaders compare it: case, separators and empty steps do not count."""
    steps = name.replace("\\", "/").casefold().split("/")
    return "/".join(step for step in steps if step not in ("", "."))
