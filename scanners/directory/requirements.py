"""
What a requirements file has pip install, and from where (https://pip.pypa.io/en/stable/reference/requirements-file-format/).

Installing a package from source runs code of its author. What comes from the public index under a name is the server's own
business, pinned or not; what comes from an address, a repository or a folder is what the author of the file chose.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scanners.directory.paths import leads_out
from scanners.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

_INDEX = re.compile(r"(?:-i|-f|--index-url|--extra-index-url|--find-links|--trusted-host)(?:\s+|=)(\S+)")
_EDITABLE = re.compile(r"\A(?:-e|--editable)(?:\s+|=|(?=\S))")
_FURTHER = re.compile(r"(?:-r|-c|--requirement|--constraint)(?:\s+|=|(?=\S))(\S+)")
_OPTIONS = re.compile(r"--(?:global-option|install-option|config-settings?|no-verify)\b")
_ADDRESS = re.compile(r"(?:^|@\s*|\s)(?:[a-z][a-z0-9+.-]*:/|(?:git|hg|svn|bzr)\+)", re.IGNORECASE)
_LOCAL = re.compile(r"(?:\.{0,2}/|[~\\]|[A-Za-z]:\\|\S*[/\\]\S*\s*\Z|\S+\.(?:whl|zip|tar\.gz|tar\.bz2|tgz)\s*\Z)")
_COMMENT = re.compile(r"(?:^|\s)#.*")
PUBLIC = (
    "https://conda.anaconda.org/",
    "https://download.pytorch.org/whl",
    "https://pypi.ngc.nvidia.com",
    "https://pypi.nvidia.com",
    "https://pypi.org/simple",
    "https://pypi.python.org/simple",
    "https://repo.anaconda.com/",
)
"""Indices that the frameworks' own installation pages name."""
_SHOWN = 200
_NAMES = re.compile(r"(?:.*[-_.])?requirements(?:[-_.].*)?\.(?:txt|in)\Z", re.IGNORECASE)


def is_called_requirements(name: str) -> bool:
    """Say whether a file is taken for a list of requirements by its name."""
    return _NAMES.match(name) is not None


def further_file(line: str) -> str | None:
    """Return the path of the file that a line has pip read as well."""
    match = _FURTHER.match(_COMMENT.sub("", line).strip())
    return match[1] if match else None


def judge_requirement(line: str, where: str) -> Iterator[Finding]:
    """Yield a finding for a line that has pip take something from elsewhere than a public index."""
    text = _COMMENT.sub("", line).strip()
    what = _source(text)
    if what:
        shown = text[:_SHOWN]
        yield Finding(rule="requirement-not-from-index", evidence=f"{where}: {what}: {shown}", name=shown)


def _source(text: str) -> str:
    """Return what a requirement is taken from, empty for a public index."""
    if not text:
        return ""
    if match := _INDEX.search(text):
        return "" if match.group(1).startswith(PUBLIC) else "another index"
    if match := _FURTHER.match(text):
        return "a file outside the directory" if leads_out(match.group(1)) else ""
    return next((what for pattern, what in _KINDS if pattern.search(text)), _local(text))


_KINDS = (
    (_EDITABLE, "a folder or repository, editable"),
    (_OPTIONS, "options for the package's own build"),
    (_ADDRESS, "an address or repository"),
)


def _local(text: str) -> str:
    requirement = text.partition(";")[0]
    return "a file or folder" if "::" not in text and _LOCAL.match(requirement) else ""


def lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines of a file with their numbers, those that end in a backslash joined."""
    joined, first = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        first = first or number
        joined += line.removesuffix("\\")
        if not line.endswith("\\"):
            yield first, joined
            joined, first = "", 0
    if joined:
        yield first, joined
