"""
The configuration of a Keras model as a file of its own: `model.to_json()`, a preset, `config.json` in a `.keras` archive.

What it says is judged by `scanners.keras`. Format: https://keras.io/guides/serialization_and_saving/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanners.keras.config import MAX_CONFIG_BYTES
from scanners.keras.judge import judge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.findings import Embedded, Finding
    from scanners.formats import Part


def read(part: Part) -> Iterator[Finding | Embedded]:
    """Yield what is wrong with the configuration, and the pickled modules in it."""
    text = part.source.read(0, MAX_CONFIG_BYTES + 1)
    yield from judge(text, "", part.allowed_imports)
