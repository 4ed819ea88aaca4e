"""YAML that configures a model: MLflow's, Hydra's and NeMo's files, environments to install, and tags that build objects."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scanners.directory.further import further
from scanners.directory.mlflow_model import environments, judge_mlmodel
from scanners.directory.yaml_keys import judge_nodes, named_files
from scanners.formats import Format
from scanners.yaml_events import MAX_YAML_BYTES, parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.findings import Embedded, Finding
    from scanners.formats import Part
    from scanners.yaml_events import Documents

_TELLING = re.compile(rb"!|_target_|%TAG|\\[xuU]")
"""What a loader could act on; a text without it that is no YAML is refused by all loaders, and harmless."""


def read(part: Part) -> Iterator[Finding | Embedded]:
    """Yield what loading the documents would import, build or install; each thing once."""
    text = part.source.read(0, MAX_YAML_BYTES + 1)
    documents, fault = parse(text)
    seen: set[tuple[str, str | None]] = set()
    for finding in _judge(documents, part.allowed_imports):
        if (finding.rule, finding.name) not in seen:
            seen.add((finding.rule, finding.name))
            yield finding
    yield from _further(documents, part)
    if fault is not None and _TELLING.search(text):
        raise fault


def _further(documents: Documents, part: Part) -> Iterator[Finding | Embedded]:
    """Yield the files that an environment is made of, each once."""
    for path in dict.fromkeys(named_files(documents)):
        yield from further(path, Format.REQUIREMENTS, part)
    for path in dict.fromkeys(path for root in documents.roots for path in environments(root)):
        yield from further(path, Format.YAML_CONFIG, part)


def _judge(documents: Documents, allowed: frozenset[str]) -> Iterator[Finding]:
    yield from judge_nodes(documents, allowed)
    for root in documents.roots:
        yield from judge_mlmodel(root, allowed)
