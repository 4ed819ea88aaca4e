"""
Bugs to plant in the machine, each of a kind that an interpreter could really have.

Every one makes the machine miss an import or a call that a real unpickler makes, on some streams; the difference test has
to catch them all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from scanners.unpickler import calls, constants, containers, literals, losing, memo, reading, runs, table
from scanners.unpickler.opcodes import Opcode
from scanners.unpickler.reading import Stopped

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from scanners.unpickler.machine import Machine

    Patch = tuple[object, str, object]


class Bug(NamedTuple):
    """A bug: attributes to replace."""

    name: str
    patches: Callable[[], list[Patch]]
    eager: bool = False
    """Whether it shows only where runs are passed over."""


def _handler(opcode: Opcode, handler: Callable[[Machine], Any]) -> Callable[[], list[Patch]]:
    """Replace the handler of one opcode."""

    def patches() -> list[Patch]:
        handlers = list(table.HANDLERS)
        handlers[opcode] = handler
        return [(table, "HANDLERS", tuple(handlers))]

    return patches


def _attribute(owner: object, name: str, value: object) -> Callable[[], list[Patch]]:
    return lambda: [(owner, name, value)]


def _stop(machine: Machine) -> None:
    raise Stopped(machine.at, "another opcode", "this one")


def _nothing(machine: Machine) -> None:
    del machine


def _two_lines_of_nothing(machine: Machine) -> None:
    machine.take_line()
    machine.take_line()
    machine.stack.append(None)


def _swapped(machine: Machine) -> object:
    machine.stack += reversed(machine.pop_many(2))
    return calls.stack_global(machine)


def _uncalled_instance(machine: Machine) -> None:
    machine.pop_mark()
    machine.stack.append(None)


def _uncalled(count: int) -> Callable[[Machine], None]:
    def handler(machine: Machine) -> None:
        machine.pop_many(count)
        machine.stack.append(None)

    return handler


def _mark_first(machine: Machine) -> object:
    if not machine.marks:
        _stop(machine)
    return calls.instance_lines(machine)


def _after_last(machine: Machine) -> None:
    taken = [index for index in range(512) if _holds(machine, index)]
    machine.memo.put(max(taken, default=-1) + 1, machine.top(), machine.at)


def _holds(machine: Machine, index: int) -> bool:
    try:
        machine.memo.get(index)
    except LookupError:
        return False
    return True


def _shifted_put(machine: Machine) -> None:
    machine.memo.put(machine.take_int(1) + 1, machine.top(), machine.at)


def _short_put(machine: Machine) -> None:
    machine.memo.put(machine.take_int(4) & 0xFF, machine.top(), machine.at)


def _first_put_wins(machine: Machine) -> None:
    index = machine.take_int(1)
    if not _holds(machine, index):
        machine.memo.put(index, machine.top(), machine.at)


def _line_of_decimals(machine: Machine) -> None:
    line = machine.take_line()
    if not line.isdigit():
        raise Stopped(machine.at, "digits", repr(line))
    machine.stack.append(int(line))


def _raw_string(line: bytes) -> str:
    return line[1:-1].decode("latin-1")


def _plain_unicode(machine: Machine) -> None:
    machine.stack.append(machine.take_line().decode("latin-1"))


def _values_only(machine: Machine) -> None:
    machine.pop()


def _mark_only(machine: Machine) -> None:
    if not machine.marks:
        _stop(machine)
    machine.marks.pop()
    machine.fence = machine.marks[-1] if machine.marks else 0


def _extend_and_keep(machine: Machine) -> None:
    if not machine.marks:
        _stop(machine)
    mark = machine.marks[-1]
    containers.extend(machine)
    machine.marks.append(mark)
    machine.fence = mark


def _skipping_frame(machine: Machine) -> None:
    machine.skip(machine.take_int(8))


def _first_protocol_only(machine: Machine) -> object:
    if machine.at != machine.began:
        _stop(machine)
    return calls.protocol(machine)


def _build_and_drop(machine: Machine) -> None:
    machine.pop_many(2)


def _loader_and_keep(machine: Machine) -> None:
    machine.top()


def _strict_line(reader: reading.Reader) -> bytes:
    line = _take_line(reader)
    if reader.source.read(reader.offset - 1, 1) != b"\n":
        raise Stopped(reader.offset, "a newline", "the end")
    return line


_take_line = reading.Reader.take_line
_count = runs._count
_get = memo.Overlay.get


def _miscounted(*arguments: Any) -> int | None:
    count = _count(*arguments)
    return count - 1 if count else count


def _overlay_behind(overlay: memo.Overlay, index: int) -> object:
    return _get(overlay, index - 1 if index else index)


BUGS: tuple[Bug, ...] = (
    Bug("GLOBAL imports nothing", _handler(Opcode.GLOBAL, _two_lines_of_nothing)),
    Bug("STACK_GLOBAL swaps module and name", _handler(Opcode.STACK_GLOBAL, _swapped)),
    Bug("INST imports nothing", _handler(Opcode.INST, _two_lines_of_nothing)),
    Bug("INST wants its mark before the import", _handler(Opcode.INST, _mark_first)),
    Bug("OBJ calls nothing", _handler(Opcode.OBJ, _uncalled_instance)),
    Bug("REDUCE calls nothing", _handler(Opcode.REDUCE, _uncalled(2))),
    Bug("NEWOBJ calls nothing", _handler(Opcode.NEWOBJ, _uncalled(2))),
    Bug("NEWOBJ_EX takes two values", _handler(Opcode.NEWOBJ_EX, _uncalled(2))),
    Bug("BUILD drops the instance", _handler(Opcode.BUILD, _build_and_drop)),
    Bug("MEMOIZE goes on behind the highest index", _handler(Opcode.MEMOIZE, _after_last)),
    Bug("MEMOIZE does nothing", _handler(Opcode.MEMOIZE, _nothing)),
    Bug("BINPUT is off by one", _handler(Opcode.BINPUT, _shifted_put)),
    Bug("BINPUT keeps what was there", _handler(Opcode.BINPUT, _first_put_wins)),
    Bug("LONG_BINPUT has one byte", _handler(Opcode.LONG_BINPUT, _short_put)),
    Bug("LONG_BINGET has one byte", _handler(Opcode.LONG_BINGET, containers.get(1))),
    Bug(
        "PUT takes no spaces and signs",
        _attribute(literals, "parse_index", lambda line: int(line) if line.isdigit() else int(b"-")),
    ),
    Bug("GET is unknown", _handler(Opcode.GET, _stop)),
    Bug("DUP does nothing", _handler(Opcode.DUP, _nothing)),
    Bug("POP drops no marks", _handler(Opcode.POP, _values_only)),
    Bug("POP_MARK leaves the values", _handler(Opcode.POP_MARK, _mark_only)),
    Bug("TUPLE2 takes three values", _handler(Opcode.TUPLE2, containers.small_tuple(3))),
    Bug("TUPLE leaves its values", _handler(Opcode.TUPLE, _mark_only)),
    Bug("APPENDS leaves the mark", _handler(Opcode.APPENDS, _extend_and_keep)),
    Bug("FROZENSET leaves its values", _handler(Opcode.FROZENSET, _mark_only)),
    Bug("EMPTY_SET pushes nothing", _handler(Opcode.EMPTY_SET, _nothing)),
    Bug("INT takes decimals only", _handler(Opcode.INT, _line_of_decimals)),
    Bug("LONG takes decimals only", _handler(Opcode.LONG, _line_of_decimals)),
    Bug("LONG4 is unknown", _handler(Opcode.LONG4, _stop)),
    Bug("STRING knows no escapes", _handler(Opcode.STRING, constants.text_line(_raw_string))),
    Bug("UNICODE knows no escapes", _handler(Opcode.UNICODE, _plain_unicode)),
    Bug("BINUNICODE8 has four bytes of length", _handler(Opcode.BINUNICODE8, constants.text(4))),
    Bug("BYTEARRAY8 is unknown", _handler(Opcode.BYTEARRAY8, _stop)),
    Bug("NEXT_BUFFER stops", _handler(Opcode.NEXT_BUFFER, _stop)),
    Bug("READONLY_BUFFER takes the buffer", _handler(Opcode.READONLY_BUFFER, _values_only)),
    Bug("FRAME skips the frame", _handler(Opcode.FRAME, _skipping_frame)),
    Bug("PROTO counts at the beginning only", _handler(Opcode.PROTO, _first_protocol_only)),
    Bug("EXT2 has one byte", _handler(Opcode.EXT2, calls.extension(1))),
    Bug("BINPERSID leaves the id", _handler(Opcode.BINPERSID, _loader_and_keep)),
    Bug("lines need their newline at the end", _attribute(reading.Reader, "take_line", _strict_line)),
    Bug("frames lose nothing", _attribute(losing.LosingMachine, "_lose", lambda machine, count: None)),
    Bug("a run remembers one value less", _attribute(runs, "_count", _miscounted), eager=True),
    Bug("a run looks one index back", _attribute(memo.Overlay, "get", _overlay_behind), eager=True),
    Bug("runs ignore overwritten indices", _attribute(memo.Memo, "_keep_old", lambda *arguments: None), eager=True),
)
