"""What a rule is."""

from __future__ import annotations

from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from scanners.findings import Severity


class Rule(NamedTuple):
    """One thing a model file must not do. A tuple, because the gate builds the whole table at every start."""

    id: str
    """Stable, lower case with hyphens; what policies, waivers and metrics name."""
    severity: Severity
    title: str
    """One line: what is wrong."""
    why: str
    """What an attacker gains by it."""
    remedy: str
    """What the owner of the file, or of the policy, can do."""
    references: tuple[str, ...] = ()
    """Advisory ids (CVE-, GHSA-), CWE ids or specification links."""
