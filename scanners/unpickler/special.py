"""Attributes that decide what an object is or does; no instance of a saved model carries them in its state."""

from __future__ import annotations

SPECIAL = frozenset(
    {
        "__builtins__",
        "__call__",
        "__class__",
        "__closure__",
        "__code__",
        "__defaults__",
        "__del__",
        "__delattr__",
        "__func__",
        "__get__",
        "__getattr__",
        "__getattribute__",
        "__getstate__",
        "__globals__",
        "__init__",
        "__kwdefaults__",
        "__loader__",
        "__new__",
        "__path__",
        "__reduce__",
        "__reduce_ex__",
        "__self__",
        "__setattr__",
        "__setstate__",
        "__spec__",
    }
)
IN_BYTES = "|".join(sorted(SPECIAL)).encode()
"""The same as a pattern of bytes; where it is used it is compiled, which takes a millisecond."""
