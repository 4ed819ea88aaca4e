"""Read a Keras configuration: JSON (https://keras.io/api/models/model_saving_apis/)."""

from __future__ import annotations

from scanners.json_documents import Document
from scanners.json_documents import parse as parse_json

MAX_CONFIG_BYTES = 64 << 20
"""The biggest published configurations are a few MiB; parsing one costs about ten times its size in memory."""


def parse(text: bytes | str) -> Document:
    """Parse a configuration; raise `Malformed` where it is no JSON, `BudgetExceeded` where it is too big to hold."""
    return parse_json(text, "a Keras configuration", MAX_CONFIG_BYTES)
