"""Small accessors for plain JSON objects: each returns a value of the wanted type or says what stands in its place.

Objects stay plain so that fields nobody here knows are still seen. An absent field and a null are the same thing, as
they are to the API server.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_NOTHING: Mapping[str, Any] = {}


class Undecodable(ValueError):
    """A field that is not what the Kubernetes API says it is."""

    def __init__(self, path: str, expected: str, found: object) -> None:
        super().__init__(path, expected, found)
        self.path = path
        self.expected = expected
        self.found = found

    def __str__(self) -> str:
        return f"{self.path}: expected {self.expected}, found {type(self.found).__name__}"


def below(at: str, key: str) -> str:
    """Return the JSON path of a field; keys that are no plain names are quoted."""
    if key.replace("_", "a").replace("-", "a").isalnum():
        return f"{at}.{key}" if at else key
    return f"{at}[{key[:60]!a}]"


def whole(value: Any) -> Mapping[str, Any]:
    """Return a value that must be an object."""
    if not isinstance(value, Mapping):
        raise Undecodable("the request", "an object", value)
    return value


def mapping(parent: Mapping[str, Any], key: str, at: str) -> Mapping[str, Any]:
    """Return the object in a field, an empty one where there is none."""
    value = parent.get(key)
    if value is None:
        return _NOTHING
    if not isinstance(value, Mapping):
        raise Undecodable(below(at, key), "an object", value)
    return value


def items(parent: Mapping[str, Any], key: str, at: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield path and value of every object in a list."""
    value = parent.get(key)
    if value is None:
        return
    where = below(at, key)
    if not isinstance(value, list):
        raise Undecodable(where, "a list", value)
    for index, item in enumerate(value):
        if not isinstance(item, Mapping):
            raise Undecodable(f"{where}[{index}]", "an object", item)
        yield f"{where}[{index}]", item


def text(parent: Mapping[str, Any], key: str, at: str) -> str:
    """Return the text in a field, an empty one where there is none."""
    value = parent.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Undecodable(below(at, key), "text", value)
    return value


def texts(parent: Mapping[str, Any], key: str, at: str) -> tuple[str, ...]:
    """Return a list of texts."""
    value = parent.get(key)
    if value is None:
        return ()
    if not isinstance(value, list):
        raise Undecodable(below(at, key), "a list of texts", value)
    for index, item in enumerate(value):
        if not isinstance(item, str):
            raise Undecodable(f"{below(at, key)}[{index}]", "text", item)
    return tuple(value)


def flag(parent: Mapping[str, Any], key: str, at: str) -> bool:
    """Return the truth value in a field, False where there is none."""
    value = parent.get(key)
    if value is None:
        return False
    if not isinstance(value, bool):
        raise Undecodable(below(at, key), "true or false", value)
    return value
