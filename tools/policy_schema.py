"""The schema of a ModelPolicy, read off the structs that decode it: types, enumerations, and the words beside each field.

The definition that the API server knows (CRD) and the chart's schema of its values both come from here, so that neither
can say something else than the decoder does.
"""

from __future__ import annotations

import ast
import inspect
from typing import TYPE_CHECKING, Any, Final

import msgspec.inspect as types

from webhook import policy_object

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Close = Callable[[dict[str, Any]], dict[str, Any]]

_DIGEST: Final = "^sha256:[0-9a-f]{64}$"
PATTERNS: Final[Mapping[tuple[str, str], str]] = {
    ("Gate", "image"): "^.+@sha256:[0-9a-f]{64}$",
    ("Gate", "digests"): _DIGEST,
    ("ScannedImage", "digest"): _DIGEST,
    ("RemoteSource", "prefix"): "[^/:]",
    ("Exception_", "reason"): "[^ ]",
    ("Exception_", "owner"): "[^ ]",
    ("Exception_", "expires"): "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
    ("Exception_", "sha256"): "^[0-9a-f]{64}$",
}
"""What the decoder asks of texts, as far as a pattern can say it: refused when it is applied, not only when it is read."""

ONE_OF_THESE: Final[Mapping[str, tuple[str, ...]]] = {
    "Exception_": ("rule", "sha256"),
    "NonModelVolume": ("name", "claim", "hostPath", "mountPath"),
}
"""Fields of which at least one must be there."""


def spec_schema(close: Close) -> dict[str, Any]:
    """Return the schema of `spec`; `close` says of an object what else may stand in it."""
    return _schema(types.type_info(policy_object.Spec), close)


_PLAIN: Final[Mapping[type[types.Type], Mapping[str, Any]]] = {
    types.StrType: {"type": "string"},
    types.BoolType: {"type": "boolean"},
    types.DictType: {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
}


def _schema(info: types.Type, close: Close) -> dict[str, Any]:
    if isinstance(info, types.StructType):
        return _struct(info, close)
    if isinstance(info, types.VarTupleType):
        return {"type": "array", "items": _schema(info.item_type, close)}
    if isinstance(info, types.UnionType):
        (one,) = (each for each in info.types if not isinstance(each, types.NoneType))
        return _schema(one, close)
    if isinstance(info, types.EnumType):
        return {"type": "string", "enum": [member.value for member in info.cls]}
    if isinstance(info, types.IntType):
        return {
            "type": "integer",
            "format": "int64",
            "minimum": info.ge or 0,
            **({"maximum": info.le} if info.le else {}),
        }
    return dict(_PLAIN[type(info)])


def _struct(info: types.StructType, close: Close) -> dict[str, Any]:
    words = dict(_words(info.cls))
    properties = {field.encode_name: _field(info, field, words, close) for field in info.fields}
    schema: dict[str, Any] = {"type": "object", "description": inspect.cleandoc(info.cls.__doc__ or "")}
    schema["properties"] = properties
    if required := [field.encode_name for field in info.fields if field.required]:
        schema["required"] = required
    if names := ONE_OF_THESE.get(info.cls.__name__):
        schema["anyOf"] = [{"required": [name]} for name in names]
    return close(schema)


def _field(info: types.StructType, field: types.Field, words: Mapping[str, str], close: Close) -> dict[str, Any]:
    schema = _schema(field.type, close)
    if pattern := PATTERNS.get((info.cls.__name__, field.name)):
        schema.get("items", schema)["pattern"] = pattern
    description = words.get(field.name) or schema.get("items", schema).get("description")
    return {**schema, **({"description": description} if description else {})}


def _words(struct: type) -> Iterator[tuple[str, str]]:
    """Yield the name of each field that has a text below it, and the text."""
    (definition,) = ast.parse(inspect.getsource(struct)).body
    assert isinstance(definition, ast.ClassDef)
    for field, below in zip(definition.body, definition.body[1:], strict=False):
        if not (isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)):
            continue
        if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
            yield field.target.id, inspect.cleandoc(str(below.value.value))
