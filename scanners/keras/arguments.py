"""Arguments of layers that make Keras open a file or an address while it loads a model."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scanners.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scanners.json_documents import Place

PATHS: Mapping[str, str] = {
    "file_path": "a file",
    "filename": "a file",
    "filepath": "a file",
    "merges": "the merges file of a tokenizer",
    "origin": "an address to download from",
    "path": "a file",
    "proto": "the SentencePiece model of a tokenizer",
    "url": "an address",
    "vocabulary": "the vocabulary file of a lookup layer or tokenizer",
    "vocabulary_path": "the vocabulary file of a lookup layer or tokenizer",
}
"""Arguments that are a path where they are text: what they name."""
_JUDGED_ELSEWHERE = frozenset({"TFSMLayer"})
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]{1,20}://", re.IGNORECASE)
_SHOWN = 200


def judge_arguments(config: object, class_name: str, where: Place) -> Iterator[Finding]:
    """Yield a finding for each argument of an object that is a path."""
    if not isinstance(config, dict) or class_name in _JUDGED_ELSEWHERE:
        return
    for key, what in PATHS.items():
        value = config.get(key)
        if isinstance(value, str) and value and not _ADDRESS.match(value):
            evidence = f"{where}: {class_name} takes {what} from {value[:_SHOWN]}"
            yield Finding(rule="keras-path-argument", evidence=evidence, name=f"{class_name}.{key}")


def judge_text(text: str, where: Place) -> Iterator[Finding]:
    """Yield a finding for a text that is an address: TensorFlow's file functions open `http`, `gs`, `hdfs` and more."""
    if _ADDRESS.match(text):
        yield Finding(rule="keras-path-argument", evidence=f"{where}: {text[:_SHOWN]}", name=text[:_SHOWN])
