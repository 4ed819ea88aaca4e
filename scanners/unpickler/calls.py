"""Opcodes that import, call, build, or ask the loader; and those that frame the stream."""

from __future__ import annotations

from scanners.unpickler.constants import LARGEST
from scanners.unpickler.containers import TELLING, escapes
from scanners.unpickler.opcodes import HIGHEST_PROTOCOL
from scanners.unpickler.reading import NOWHERE, Stopped
from scanners.unpickler.values import (
    FORGOTTEN_TEXT,
    UNCALLABLE,
    Global,
    Made,
    Persistent,
    Recalled,
    Run,
    Text,
    Unnamed,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from scanners.unpickler.facts import Fact
    from scanners.unpickler.machine import Machine


def protocol(machine: Machine) -> Iterable[Fact] | None:
    """Set the protocol."""
    number = machine.take_int(1)
    if number > HIGHEST_PROTOCOL:
        raise Stopped(machine.at, f"a protocol up to {HIGHEST_PROTOCOL}", str(number))
    machine.protocol = number
    return None if machine.at == machine.began else machine.listener.late_protocol(machine.at, number)


def frame(machine: Machine) -> Iterable[Fact] | None:
    """
    Pass over the length of a frame.

    Both unpicklers read the same bytes with frames as without; they only differ in which lies make them raise.
    """
    length = machine.take_int(8)
    if length > LARGEST:
        raise Stopped(machine.at, "a length that an index can hold", str(length))
    return None if machine.enter_frame(length) else machine.lie(machine.at, "a frame begins inside another")


def stop(machine: Machine) -> Iterable[Fact]:
    """End the stream with the topmost value."""
    value = machine.pop()
    machine.finish(value)
    facts = list(escapes(machine, value))
    if machine.frame_end not in {machine.offset, NOWHERE}:
        facts += machine.lie(machine.at, "the frame does not end with the stream")
    return facts


def global_lines(machine: Machine) -> Iterable[Fact]:
    """Import what two lines name."""
    module = _name(machine, "utf-8")
    return push_import(machine, module, _name(machine, "utf-8"))


def stack_global(machine: Machine) -> Iterable[Fact]:
    """Import what two values on the stack name."""
    name = machine.pop()
    module = machine.pop()
    parts = (_text(machine, module), _text(machine, name))
    if parts[0] is None or parts[1] is None:
        machine.stack.append(Unnamed("a computed name"))
        return machine.listener.import_not_determined(machine.at, "its name is computed while the file is loaded")
    return push_import(machine, parts[0], parts[1])


def push_import(machine: Machine, module: str, name: str) -> Iterable[Fact]:
    """Import a name and push what comes of it."""
    what = machine.find_global(module, name)
    machine.stack.append(what)
    return machine.listener.imported(what)


def extension(size: int) -> Callable[[Machine], Iterable[Fact]]:
    """Import what the extension registry names by a code."""

    def push(machine: Machine) -> Iterable[Fact]:
        code = int.from_bytes(machine.take(size), "little", signed=size == 4)
        if code <= 0:
            raise Stopped(machine.at, "an extension code above zero", str(code))
        machine.stack.append(Unnamed(f"extension code {code}"))
        return machine.listener.extension(machine.at, code)

    return push


def persistent_line(machine: Machine) -> Iterable[Fact]:
    """Ask the loader for what a line identifies."""
    line = machine.take_line()
    if not line.isascii():
        raise Stopped(machine.at, "an id in ASCII", "other bytes")
    return _push_persistent(machine, line.decode("ascii"))


def persistent(machine: Machine) -> Iterable[Fact]:
    """Ask the loader for what the topmost value identifies."""
    return _push_persistent(machine, machine.pop())


def _push_persistent(machine: Machine, identifier: object) -> Iterable[Fact]:
    machine.stack.append(_saved_class(identifier) or Persistent(identifier))
    return machine.listener.persistent(machine.at, identifier)


def _saved_class(identifier: object) -> Global | None:
    """
    Return the class that PyTorch before 1.6 returns for ('module', class, file, source).

    https://github.com/pytorch/pytorch/blob/main/torch/serialization.py, `persistent_load` in `_legacy_load`.
    """
    match identifier:
        case ("module", Global() as saved, *_):
            return saved
    return None


def reduce(machine: Machine) -> Iterable[Fact]:
    """Call a callable with a tuple of arguments."""
    arguments = machine.pop()
    return _call(machine, machine.pop(), arguments)


def instance_lines(machine: Machine) -> Iterable[Fact]:
    """
    Import what two lines name and call it with all above the last mark.

    Without a mark, the Python unpickler raises after the import, the C one before it.
    """
    module = _name(machine, "ascii")
    what = machine.find_global(module, _name(machine, "ascii"))
    facts = [*machine.listener.imported(what)]
    if machine.marks:
        facts += _call(machine, what, machine.as_tuple(machine.pop_mark()))
    else:
        machine.fail(Stopped(machine.at, "an open mark", "none"))
    return facts


def instance(machine: Machine) -> Iterable[Fact]:
    """Call the first value above the last mark with the others."""
    values = machine.pop_mark()
    if not values:
        raise Stopped(machine.at, "a class above the mark", "nothing")
    if isinstance(values[0], Run):
        values[:1] = machine.expand(values[0])
    return _call(machine, values[0], machine.as_tuple(values[1:]))


def new(machine: Machine) -> Iterable[Fact]:
    """Call the `__new__` of a class."""
    arguments = machine.pop()
    return _call(machine, machine.pop(), arguments, is_new=True)


def new_with_keywords(machine: Machine) -> Iterable[Fact]:
    """Call the `__new__` of a class with positional and keyword arguments."""
    keywords = machine.pop()
    arguments = machine.pop()
    facts = [*escapes(machine, keywords)]
    facts += _call(machine, machine.pop(), arguments, is_new=True)
    return facts


def build(machine: Machine) -> Iterable[Fact]:
    """Give the value below the topmost one its state."""
    target, state = machine.pop_many(2)
    machine.stack.append(target)
    facts = machine.listener.built(machine.at, target, state, machine.special)
    if state.__class__ in TELLING:
        facts = [*escapes(machine, state), *facts]
    if target.__class__ is Made:
        assert isinstance(target, Made)
        target.state = state
        if machine.after_build is not None and machine.after_build.concerns(target):
            facts = [*facts, *machine.after_build(machine, target)]
    return facts


def _call(machine: Machine, callee: object, arguments: object, *, is_new: bool = False) -> Iterable[Fact]:
    if isinstance(callee, Recalled):
        callee = callee.run.owner.recall(callee)
    if callee.__class__ in UNCALLABLE:
        raise Stopped(machine.at, "something to call", type(callee).__name__)
    facts = machine.listener.called(machine.at, callee, arguments, new=is_new)
    if arguments.__class__ is tuple and not _PASSED_ON.isdisjoint(map(type, arguments)):
        facts = [*facts, *_pass_on(machine, callee, arguments)]
    machine.stack.append(Made(callee if isinstance(callee, Global) else None, arguments))
    return facts


_PASSED_ON = TELLING | {Made}
"""Classes of arguments that are, or may hold, what a callee could do more with than to keep it."""


def _pass_on(machine: Machine, callee: object, arguments: object) -> Iterable[Fact]:
    """Report what is given to a callee of which the arguments are not judged, and arrays-to-be given to any."""
    if isinstance(callee, Global) and not callee.guarded:
        yield from escapes(machine, arguments)
    if machine.after_build is not None:
        yield from machine.after_build.passed_on(machine, arguments)


def _name(machine: Machine, encoding: str) -> str:
    line = machine.take_line()
    try:
        return line.decode(encoding)
    except UnicodeDecodeError as error:
        raise Stopped(machine.at, "a name", str(error)) from error


def _text(machine: Machine, value: object) -> str | None:
    """Return a name from the stack, None where it is not in the stream; raise `Stopped` where it is no text."""
    if isinstance(value, Recalled):
        value = value.run.owner.recall(value)
    if isinstance(value, str):
        return value
    if value is FORGOTTEN_TEXT:
        return None
    if isinstance(value, Text):
        return machine.read_text(value)
    if value.__class__ in UNCALLABLE:
        raise Stopped(machine.at, "a name", type(value).__name__)
    return None
