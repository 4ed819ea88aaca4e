"""
Python bytecode inside a configuration.

Keras 2 writes a lambda as a list of code, defaults and closure beside `function_type: lambda`, Keras 3 as an object of
class `__lambda__`; the code is marshalled and in base64. It is never decoded further than to its strings.
"""

from __future__ import annotations

import binascii
import re
from typing import TYPE_CHECKING, Any

from scanners.findings import Finding
from scanners.json_documents import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROLES = ("function", "output_shape", "mask")
"""The arguments of a Lambda layer that may each be a lambda, with `<role>_type` beside them in Keras 2."""
_WORD = re.compile(rb"[A-Za-z_][A-Za-z0-9_./:-]{2,60}")
_WORDS_SHOWN = 12


def judge_bytecode(item: dict[str, Any], where: Place) -> Iterator[Finding]:
    """Yield a finding for each lambda that an object of the configuration holds by itself."""
    if item.get("class_name") == "__lambda__":
        yield _finding(item.get("config"), where)
    for role in _ROLES:
        value = item.get(role)
        if item.get(f"{role}_type") == "lambda" or _is_dumped(value):
            yield _finding(value, Place(where, role))


def holds_bytecode(config: object) -> bool:
    """Say whether the configuration of a Lambda layer carries code, in either notation: then `judge_bytecode` finds it."""
    if not isinstance(config, dict):
        return False
    values = [config.get(role) for role in _ROLES]
    kinds = [config.get(f"{role}_type") for role in _ROLES]
    return "lambda" in kinds or any(_is_dumped(value) or _is_lambda(value) for value in values)


def _is_dumped(value: object) -> bool:
    return isinstance(value, list) and len(value) == 3 and isinstance(value[0], str)


def _is_lambda(value: object) -> bool:
    return isinstance(value, dict) and value.get("class_name") == "__lambda__"


def _finding(value: object, where: Place) -> Finding:
    words = ", ".join(_words(_code(value)))
    evidence = f"{where}: Python bytecode" + (f" that mentions {words}" if words else "")
    return Finding(rule="keras-lambda", evidence=evidence, name="Lambda")


def _code(value: object) -> str:
    """Return the base64 text of the code in any of the notations; empty where there is none."""
    while isinstance(value, dict):
        value = next((value[key] for key in ("code", "value", "config") if key in value), None)
    if isinstance(value, list):
        value = value[0] if value else ""
    return value if isinstance(value, str) else ""


def _words(code: str) -> list[str]:
    try:
        data = binascii.a2b_base64(code.encode("ascii", "replace"))
    except binascii.Error:
        return []
    words = [word.decode("ascii") for word in _WORD.findall(data)]
    return list(dict.fromkeys(words))[:_WORDS_SHOWN]
