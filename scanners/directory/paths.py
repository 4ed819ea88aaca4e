"""Paths that a configuration names: inside the model's directory, or not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scanners.archives.names import leaves
from scanners.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

_ABSOLUTE = re.compile(r"(?:[/~]|[A-Za-z]:[\\/]|[A-Za-z][A-Za-z0-9+.-]*:/)")
_SHOWN = 200


def judge_path(path: object, where: str) -> Iterator[Finding]:
    """Yield a finding for a path that is absolute, an address, or climbs out of the directory; other values pass."""
    if isinstance(path, str) and leads_out(path):
        yield Finding(rule="config-path-leaves", evidence=f"{where}: {path[:_SHOWN]}", name=path[:_SHOWN])


def leads_out(path: str) -> bool:
    """Say whether a path leads out of the directory it is relative to."""
    return _ABSOLUTE.match(path) is not None or leaves(path.replace("\\", "/"))
