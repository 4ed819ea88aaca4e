"""The threat model and the code name the same demands."""

from __future__ import annotations

import re
from pathlib import Path

from webhook.violations import VIOLATIONS

TEXT = (Path(__file__).parents[2] / "docs" / "threat-model.md").read_text()


def test_every_violation_has_a_row():
    """A check that closes nothing we know of would be a nuisance."""
    cells = {name for row in TEXT.splitlines() if row.startswith("|") for name in re.findall(r"`([a-z-]+)`", row)}
    assert set(VIOLATIONS) <= cells


def test_every_id_in_a_row_exists():
    """In the column of violations nothing else stands."""
    rows = [row.split("|") for row in TEXT.splitlines() if row.startswith("|") and row.count("|") == 5]
    named = {name for row in rows[2:] for name in re.findall(r"`([^`]+)`", row[3])}
    assert named == set(VIOLATIONS)


def test_what_the_page_names_is_there():
    """Paths in the text lead somewhere."""
    root = Path(__file__).parents[2]
    for path in re.findall(r"`((?:webhook|tests)/[\w./]+)`", TEXT):
        assert (root / path).exists(), path
