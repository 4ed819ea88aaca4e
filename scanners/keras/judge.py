"""
Judge a Keras configuration by what loading it would import, call, open or run.

An object is a JSON object with `class_name` and `config`, wherever it stands, since that is what Keras deserialises
(https://github.com/keras-team/keras/blob/master/keras/src/saving/serialization_lib.py). No version written in the file
switches a check off, and safe mode is not counted upon: the file does not decide how it is loaded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scanners.findings import Finding
from scanners.json_documents import walk
from scanners.keras.arguments import judge_arguments, judge_text
from scanners.keras.bytecode import judge_bytecode
from scanners.keras.config import parse
from scanners.keras.names import judge_name
from scanners.keras.special import SPECIAL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.findings import Embedded
    from scanners.json_documents import Document, Place

_VALUES = frozenset(
    {
        "__bytes__",
        "__ellipsis__",
        "__keras_tensor__",
        "__numpy__",
        "__slice__",
        "__tensor__",
        "__tuple__",
        "TensorShape",
    }
)
"""Classes of objects that are plain values: Keras rebuilds them without importing anything."""


def judge(text: bytes | str, name: str, allowed: frozenset[str]) -> Iterator[Finding | Embedded]:
    """Yield what is wrong with a configuration that the format calls `name`; each named thing is reported once."""
    config = parse(text)
    if config.repeated:
        evidence = f"{name or 'the model'}: twice in one object: {', '.join(config.repeated[:8])}"
        yield Finding(rule="keras-config-ambiguous", evidence=evidence, name=config.repeated[0])
    reported: set[tuple[str, str]] = set()
    for fact in _judge_all(config, name, allowed):
        if isinstance(fact, Finding):
            key = (fact.rule, fact.name or fact.evidence)
            if key in reported:
                continue
            reported.add(key)
        yield fact


def _judge_all(config: Document, name: str, allowed: frozenset[str]) -> Iterator[Finding | Embedded]:
    for root in (config.root, *config.shadowed):
        for where, item in walk(root, name):
            if isinstance(item, str):
                yield from judge_text(item, where)
            else:
                yield from _judge_object(item, where, allowed)


def _judge_object(item: dict[str, Any], where: Place, allowed: frozenset[str]) -> Iterator[Finding | Embedded]:
    if item.get("safe_mode") is False:
        yield Finding(rule="keras-enables-unsafe", evidence=f"{where}.safe_mode is false", name="safe_mode")
    yield from judge_bytecode(item, where)
    class_name = item.get("class_name")
    if not isinstance(class_name, str) or "config" not in item or class_name in _VALUES:
        return
    special = SPECIAL.get(class_name)
    if special is not None:
        yield from special(item, where)
    yield from judge_name(item, class_name, where, allowed)
    yield from judge_arguments(item["config"], class_name, where)
