"""
What `__metadata__` of a safetensors file can do: loaders read configurations from it.

Some build objects from it by Hydra, which calls whatever `_target_` names (Unit 42 on Uni2TS and FlexTok, which keep their
configuration there). The values are text, most often JSON; escapes in it are undone before it is searched.
"""

from __future__ import annotations

import json
import re

from scanners import imports
from scanners.findings import Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_TARGET = r"""_target_["']?\s*[:=]\s*["']?([A-Za-z_][\w.]*)"""


def judge_metadata(metadata: object) -> Iterator[Finding]:
    """Yield what is wrong with the metadata, and the names that a loader would call."""
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        yield Finding(rule="safetensors-metadata", evidence="__metadata__ is no map of text to text", offset=8)
        return
    for key, value in metadata.items():
        names = [value] if key.endswith("_target_") else re.findall(_TARGET, _plain(value))
        for name in dict.fromkeys(names):
            yield _target(key, name)


def _plain(value: str) -> str:
    """Return the text with the escapes of JSON undone, where it is JSON."""
    try:
        return json.dumps(json.loads(value), ensure_ascii=False)
    except (ValueError, RecursionError):
        return value


def _target(key: str, name: str) -> Finding:
    module, _, attribute = name.rpartition(".")
    judgement = imports.judge(module, attribute)
    if judgement.kind >= imports.Kind.REACHES_OUT:
        evidence = f"{key}: {judgement.reason}"
        return Finding(rule="metadata-target-dangerous", evidence=evidence, name=name, offset=8)
    evidence = f"{key} names what a loader that uses Hydra calls"
    return Finding(rule="metadata-target", evidence=evidence, name=name, offset=8)
