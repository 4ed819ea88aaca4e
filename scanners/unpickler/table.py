"""Which handler runs which opcode: one visible table."""

from __future__ import annotations

from scanners.unpickler import calls, constants, containers
from scanners.unpickler.opcodes import Opcode
from scanners.unpickler.reading import Stopped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from scanners.unpickler.facts import Fact
    from scanners.unpickler.machine import Handler, Machine

BY_OPCODE: Mapping[Opcode, Handler] = {
    Opcode.MARK: containers.mark,
    Opcode.EMPTY_TUPLE: containers.empty_tuple,
    Opcode.STOP: calls.stop,
    Opcode.POP: containers.pop,
    Opcode.POP_MARK: containers.pop_mark,
    Opcode.DUP: containers.duplicate,
    Opcode.BINBYTES: constants.payload(4),
    Opcode.SHORT_BINBYTES: constants.payload(1),
    Opcode.FLOAT: constants.float_line,
    Opcode.BINFLOAT: constants.binfloat,
    Opcode.INT: constants.int_line,
    Opcode.BININT: constants.integer(4, signed=True),
    Opcode.BININT1: constants.byte,
    Opcode.LONG: constants.long_line,
    Opcode.BININT2: constants.integer(2),
    Opcode.NONE: constants.none,
    Opcode.PERSID: calls.persistent_line,
    Opcode.BINPERSID: calls.persistent,
    Opcode.REDUCE: calls.reduce,
    Opcode.STRING: constants.string_line,
    Opcode.BINSTRING: constants.byte_text(4),
    Opcode.SHORT_BINSTRING: constants.byte_text(1),
    Opcode.UNICODE: constants.unicode_line,
    Opcode.BINUNICODE: constants.text(4),
    Opcode.EMPTY_LIST: containers.empty("list"),
    Opcode.APPEND: containers.append,
    Opcode.BUILD: calls.build,
    Opcode.GLOBAL: calls.global_lines,
    Opcode.DICT: containers.marked("dict"),
    Opcode.APPENDS: containers.extend,
    Opcode.GET: containers.get_line,
    Opcode.BINGET: containers.binget,
    Opcode.INST: calls.instance_lines,
    Opcode.LONG_BINGET: containers.get(4),
    Opcode.LIST: containers.marked("list"),
    Opcode.OBJ: calls.instance,
    Opcode.PUT: containers.put_line,
    Opcode.BINPUT: containers.put(1),
    Opcode.LONG_BINPUT: containers.put(4),
    Opcode.SETITEM: containers.setitem,
    Opcode.TUPLE: containers.marked_tuple,
    Opcode.SETITEMS: containers.setitems,
    Opcode.EMPTY_DICT: containers.empty("dict"),
    Opcode.PROTO: calls.protocol,
    Opcode.NEWOBJ: calls.new,
    Opcode.EXT1: calls.extension(1),
    Opcode.EXT2: calls.extension(2),
    Opcode.EXT4: calls.extension(4),
    Opcode.TUPLE1: containers.small_tuple(1),
    Opcode.TUPLE2: containers.small_tuple(2),
    Opcode.TUPLE3: containers.small_tuple(3),
    Opcode.NEWTRUE: constants.true,
    Opcode.NEWFALSE: constants.false,
    Opcode.LONG1: constants.long(1),
    Opcode.LONG4: constants.long(4),
    Opcode.SHORT_BINUNICODE: constants.short_text,
    Opcode.BINUNICODE8: constants.text(8),
    Opcode.BINBYTES8: constants.payload(8),
    Opcode.EMPTY_SET: containers.empty("set"),
    Opcode.ADDITEMS: containers.extend,
    Opcode.FROZENSET: containers.marked("frozenset"),
    Opcode.NEWOBJ_EX: calls.new_with_keywords,
    Opcode.STACK_GLOBAL: calls.stack_global,
    Opcode.MEMOIZE: containers.memoize,
    Opcode.FRAME: calls.frame,
    Opcode.BYTEARRAY8: constants.payload(8),
    Opcode.NEXT_BUFFER: constants.next_buffer,
    Opcode.READONLY_BUFFER: constants.readonly_buffer,
}


def _unknown(machine: Machine) -> Iterable[Fact]:
    code = machine.window[machine.position - 1]
    raise Stopped(machine.at, "an opcode", f"byte 0x{code:02x}")


HANDLERS: Sequence[Handler] = tuple(
    BY_OPCODE[Opcode(code)] if code in Opcode._value2member_map_ else _unknown for code in range(256)
)
