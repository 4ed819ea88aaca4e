"""Paths that a model file names: which of them stay in the folder of the model, whatever system opens them."""

from __future__ import annotations

import re

_WAYS_OUT = (
    ("an empty path", re.compile(r"\A\Z")),
    ("a control character", re.compile(r"[\x00-\x1f\x7f]")),
    ("an address", re.compile("://")),
    ("an absolute path", re.compile(r"\A(?:[/~]|[A-Za-z]:)")),
    ("a backslash, which Windows takes for a separator", re.compile(r"\\")),
    ("a step ..", re.compile(r"(?:\A|/)\.\.(?:/|\Z)")),
)


def why_it_leaves(path: str) -> str | None:
    """
    Say why a relative path may lead out of the folder it starts in, None where it cannot.

    Any `..` counts, since the step before it may be a link; so do separators and drives of Windows and addresses. A NUL ends
    the path for the system and not for the check in front of it.
    """
    return next((reason for reason, way in _WAYS_OUT if way.search(path)), None)
