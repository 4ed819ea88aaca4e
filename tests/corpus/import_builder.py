"""Assemble pickles that import and call: opcodes only, nothing is ever pickled or loaded."""

from __future__ import annotations

import struct


def glob(module: str, name: str, protocol: int = 4) -> bytes:
    """Import a name: STACK_GLOBAL from protocol 4 on, GLOBAL before."""
    if protocol < 4:
        return f"c{module}\n{name}\n".encode()
    return text(module) + text(name) + b"\x93"


def text(value: str) -> bytes:
    """Push a text."""
    data = value.encode()
    return b"X" + struct.pack("<I", len(data)) + data


def push(value: object) -> bytes:
    """Push a plain value; `Opcodes` stand for themselves."""
    match value:
        case Opcodes():
            return value.data
        case None:
            return b"N"
        case bool():
            return b"\x88" if value else b"\x89"
        case int():
            return b"J" + struct.pack("<i", value)
        case str():
            return text(value)
        case bytes():
            return b"B" + struct.pack("<I", len(value)) + value
        case tuple():
            return b"(" + b"".join(map(push, value)) + b"t"
        case list():
            return b"](" + b"".join(map(push, value)) + b"e"
        case dict():
            return b"}(" + b"".join(push(key) + push(item) for key, item in value.items()) + b"u"
    raise TypeError(value)


class Opcodes:
    """A value made by opcodes."""

    def __init__(self, data: bytes) -> None:
        self.data = data


def named(module: str, name: str, protocol: int = 4) -> Opcodes:
    """Return an import as a value."""
    return Opcodes(glob(module, name, protocol))


def called(callee: Opcodes, *arguments: object) -> Opcodes:
    """Return a call as a value."""
    return Opcodes(callee.data + push(arguments) + b"R")


def made(what: Opcodes, *arguments: object) -> Opcodes:
    """Return a making by `__new__` as a value."""
    return Opcodes(what.data + push(arguments) + b"\x81")


def built(target: Opcodes, state: object) -> Opcodes:
    """Return a value that was given a state."""
    return Opcodes(target.data + push(state) + b"b")


def stream(value: object, protocol: int = 4) -> bytes:
    """Return a pickle of a value."""
    return b"\x80" + bytes([protocol]) + push(value) + b"."


def call(module: str, name: str, *arguments: object, protocol: int = 4) -> bytes:
    """Return a pickle that imports a name and calls it."""
    return stream(called(named(module, name, protocol), *arguments), protocol)
