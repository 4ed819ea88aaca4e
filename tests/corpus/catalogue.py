"""The corpus: every hostile file, and its benign twin, as a program with exact expectations.

A family is a module of this package with `SAMPLES`, which maps a file name to a function that returns the file's bytes,
and `manifest/<family>.toml`, which states for each name what the scanner must say, to the letter.
"""

from __future__ import annotations

import importlib
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

HERE = Path(__file__).parent
FAMILIES = tuple(sorted(path.stem for path in (HERE / "manifest").glob("*.toml")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One file and what must be said of it."""

    name: str
    """File name; it says the defect: `zip-lying-size.zip`."""
    build: Callable[[], bytes]
    technique: str
    """One sentence: what the file does, or for a benign twin, what it resembles."""
    rules: Mapping[str, str]
    """Rule id -> severity name; empty for a benign twin."""
    examined: str
    """`FULLY`, `PARTLY` or `NOT`."""
    reference: str
    """Advisory, specification or empty."""
    allowed_imports: frozenset[str]


def samples() -> Iterator[Sample]:
    """Yield every sample of every family; raise `ValueError` where builders and manifest disagree on names."""
    for family in FAMILIES:
        builders: Mapping[str, Callable[[], bytes]] = importlib.import_module(f"tests.corpus.{family}").SAMPLES
        entries = tomllib.loads((HERE / "manifest" / f"{family}.toml").read_text())
        if builders.keys() != entries.keys():
            raise ValueError(f"{family}: builders and manifest differ in {sorted(builders.keys() ^ entries.keys())}")
        for name, entry in entries.items():
            yield Sample(
                name=name,
                build=builders[name],
                technique=entry["technique"],
                rules=entry.get("rules", {}),
                examined=entry.get("examined", "FULLY"),
                reference=entry.get("reference", ""),
                allowed_imports=frozenset(entry.get("allowed_imports", ())),
            )
