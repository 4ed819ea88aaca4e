"""Opcodes that push a constant."""

from __future__ import annotations

from scanners.unpickler import literals
from scanners.unpickler.reading import Stopped
from scanners.unpickler.values import BUFFER, FORGOTTEN_TEXT, LONGEST_TEXT, NUMBER, Bytes, Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from scanners.unpickler.facts import Fact
    from scanners.unpickler.machine import Machine

LARGEST = (1 << 63) - 1
"""`PY_SSIZE_T_MAX`: longer payloads are refused on every platform."""
_LONGEST_KEPT_INTEGER = 16


def none(machine: Machine) -> None:
    """Push None."""
    machine.stack.append(None)


def true(machine: Machine) -> None:
    """Push True."""
    machine.stack.append(True)


def false(machine: Machine) -> None:
    """Push False."""
    machine.stack.append(False)


def byte(machine: Machine) -> None:
    """Push an integer of one byte."""
    position = machine.position
    if position < len(machine.window):
        machine.stack.append(machine.window[position])
        machine.position = position + 1
    else:
        machine.stack.append(machine.take_int(1))


def integer(size: int, *, signed: bool = False) -> Callable[[Machine], None]:
    """Push an integer of fixed size."""

    def push(machine: Machine) -> None:
        machine.stack.append(int.from_bytes(machine.take(size), "little", signed=signed))

    return push


def long(size: int) -> Callable[[Machine], None]:
    """Push an integer that is preceded by its length."""

    def push(machine: Machine) -> None:
        length = int.from_bytes(machine.take(size), "little", signed=size == 4)
        if length < 0:
            raise Stopped(machine.at, "a length", str(length))
        if length > _LONGEST_KEPT_INTEGER:
            machine.skip(length)
            machine.stack.append(NUMBER)
        else:
            machine.stack.append(int.from_bytes(machine.take(length), "little", signed=True))

    return push


def binfloat(machine: Machine) -> None:
    """Push a float."""
    machine.take(8)
    machine.stack.append(NUMBER)


def text_line(parse: Callable[[bytes], object], otherwise: object = NUMBER) -> Callable[[Machine], None]:
    """Push what stands on a line, or what stands for it where the line is too long to be looked at."""

    def push(machine: Machine) -> None:
        line = machine.take_line()
        if machine.line_cut:
            machine.stack.append(otherwise)
            return
        try:
            machine.stack.append(parse(line))
        except ValueError as error:
            raise Stopped(machine.at, "a literal", str(error)) from error

    return push


def _raw_unicode(line: bytes) -> str:
    return line.decode("raw-unicode-escape")


def short_text(machine: Machine) -> None:
    """Push a text in UTF-8 that is preceded by one byte of length."""
    data = machine.take_short()
    try:
        machine.stack.append(data.decode())
    except UnicodeDecodeError:
        machine.stack.append(_with_surrogates(machine, data))


def text(size: int) -> Callable[[Machine], None]:
    """Push a text in UTF-8 that is preceded by its length."""

    def push(machine: Machine) -> None:
        length = machine.take_int(size)
        if length > LONGEST_TEXT:
            machine.stack.append(Text(_skip(machine, length), length))
            return
        data = machine.take(length)
        try:
            machine.stack.append(data.decode())
        except UnicodeDecodeError:
            machine.stack.append(_with_surrogates(machine, data))

    return push


def _with_surrogates(machine: Machine, data: bytes) -> str:
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        raise Stopped(machine.at, "UTF-8", str(error)) from error


def byte_text(size: int) -> Callable[[Machine], None]:
    """Push a byte string of Python 2 that is preceded by its length, in an encoding that takes every byte."""

    def push(machine: Machine) -> None:
        length = machine.take_int(size)
        if length > LONGEST_TEXT:
            machine.stack.append(Text(_skip(machine, length), length))
        else:
            machine.stack.append(machine.take(length).decode("latin-1"))

    return push


def payload(size: int) -> Callable[[Machine], None]:
    """Push bytes that are preceded by their length."""

    def push(machine: Machine) -> None:
        length = machine.take_int(size)
        machine.stack.append(Bytes(_skip(machine, length, in_one=False), length))

    return push


def _skip(machine: Machine, length: int, *, in_one: bool = True) -> int:
    if length > LARGEST:
        raise Stopped(machine.at, "a length that an index can hold", str(length))
    return machine.skip(length, in_one=in_one)


def next_buffer(machine: Machine) -> Iterable[Fact]:
    """Push the next of the loader's buffers."""
    machine.stack.append(BUFFER)
    return machine.listener.out_of_band(machine.at)


def readonly_buffer(machine: Machine) -> None:
    """Make the topmost buffer read-only."""
    machine.top()


int_line = text_line(literals.parse_int)
long_line = text_line(literals.parse_long)
float_line = text_line(literals.parse_float)
string_line = text_line(literals.parse_string, FORGOTTEN_TEXT)
unicode_line = text_line(_raw_unicode, FORGOTTEN_TEXT)
