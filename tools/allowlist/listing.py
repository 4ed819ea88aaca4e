"""List what a pickle imports and how it uses each name, by `pickletools` and a stack of symbols.

It reads files that this program had saved; it is no scanner, expects honest streams, and shares nothing with the scanner's
interpreter, so that each can be held against the other.
"""

from __future__ import annotations

import pickletools
from dataclasses import dataclass, field
from typing import Any, NamedTuple

NAMED, MADE, CALLED = "named", "made", "called"
_STRENGTH = (NAMED, MADE, CALLED)


class Global(NamedTuple):
    """An imported name."""

    module: str
    name: str


class Made(NamedTuple):
    """What a call or making gave."""

    by: object


_MARK = object()
_OTHER = object()


@dataclass
class Listing:
    """Names found and the strongest use of each."""

    uses: dict[tuple[str, str], str] = field(default_factory=dict)
    filled: set[tuple[str, str]] = field(default_factory=set)
    """Names that gave something which items were put into afterwards: subclasses of containers."""

    def note(self, module: str, name: str, use: str) -> None:
        """Keep the stronger of the known use and this one."""
        known = self.uses.get((module, name), NAMED)
        self.uses[module, name] = max(known, use, key=_STRENGTH.index)


def list_imports(data: bytes) -> Listing:
    """List one stream of one or more pickles."""
    listing = Listing()
    position = 0
    while position < len(data):
        machine = _Machine(listing)
        stop = 0
        for opcode, argument, offset in pickletools.genops(data[position:]):
            machine.step(opcode, argument)
            stop = offset or 0
        position += stop + 1
    return listing


class _Machine:
    def __init__(self, listing: Listing) -> None:
        self._listing = listing
        self._stack: list[Any] = []
        self._memo: dict[int, Any] = {}

    def step(self, opcode: Any, argument: Any) -> None:
        handler = getattr(self, f"_on_{opcode.name.lower()}", None)
        if handler is not None:
            handler(argument)
        elif opcode.name in _GETS:
            self._stack.append(self._memo[argument])
        elif opcode.name in _PUTS:
            self._memo[argument] = self._stack[-1]
        else:
            self._generic(opcode, argument)

    def _generic(self, opcode: Any, argument: Any) -> None:
        taken = [item for item in opcode.stack_before if item is not pickletools.stackslice]
        if pickletools.markobject in taken:
            items = self._to_mark()
            for _ in taken[: taken.index(pickletools.markobject)]:
                self._stack.pop()
        else:
            items = [self._stack.pop() for _ in taken]
        for item in opcode.stack_after:
            if item is pickletools.markobject:
                self._stack.append(_MARK)
            elif isinstance(argument, str):
                self._stack.append(argument)
            else:
                self._stack.append(tuple(items) if item is pickletools.pytuple else _OTHER)

    def _to_mark(self) -> list[Any]:
        items = []
        while (item := self._stack.pop()) is not _MARK:
            items.append(item)
        return items[::-1]

    def _import(self, module: str, name: str) -> None:
        self._listing.note(module, name, NAMED)
        self._stack.append(Global(module, name))

    def _on_memoize(self, argument: Any) -> None:
        del argument
        self._memo[len(self._memo)] = self._stack[-1]

    def _on_dup(self, argument: Any) -> None:
        del argument
        self._stack.append(self._stack[-1])

    def _on_global(self, argument: str) -> None:
        self._import(*argument.split(" ", 1))

    def _on_stack_global(self, argument: Any) -> None:
        del argument
        name = self._stack.pop()
        self._import(self._stack.pop(), name)

    def _on_inst(self, argument: str) -> None:
        self._to_mark()
        self._import(*argument.split(" ", 1))
        self._use(self._stack.pop(), CALLED)

    def _on_obj(self, argument: Any) -> None:
        del argument
        self._use(self._to_mark()[0], CALLED)

    def _on_reduce(self, argument: Any) -> None:
        del argument
        arguments = self._stack.pop()
        self._call(self._stack.pop(), arguments)

    def _on_newobj(self, argument: Any) -> None:
        del argument
        self._stack.pop()
        self._use(self._stack.pop(), MADE)

    def _on_newobj_ex(self, argument: Any) -> None:
        self._stack.pop()
        self._on_newobj(argument)

    def _on_build(self, argument: Any) -> None:
        del argument
        self._stack.pop()

    def _on_setitem(self, argument: Any) -> None:
        del argument
        self._stack[-2:] = []
        self._fill()

    def _on_append(self, argument: Any) -> None:
        del argument
        self._stack.pop()
        self._fill()

    def _on_appends(self, argument: Any) -> None:
        del argument
        self._to_mark()
        self._fill()

    _on_setitems = _on_additems = _on_appends

    def _fill(self) -> None:
        target = self._stack[-1]
        if isinstance(target, Made) and isinstance(target.by, Global):
            self._listing.filled.add((target.by.module, target.by.name))

    def _on_tuple1(self, argument: Any) -> None:
        del argument
        self._stack[-1:] = [tuple(self._stack[-1:])]

    def _on_tuple2(self, argument: Any) -> None:
        del argument
        self._stack[-2:] = [tuple(self._stack[-2:])]

    def _on_tuple3(self, argument: Any) -> None:
        del argument
        self._stack[-3:] = [tuple(self._stack[-3:])]

    def _use(self, callee: Any, use: str) -> None:
        if isinstance(callee, Global):
            self._listing.note(*callee, use)
        self._stack.append(Made(callee))

    def _call(self, callee: Any, arguments: Any) -> None:
        first = arguments[0] if isinstance(arguments, tuple) and arguments else None
        name = callee.name if isinstance(callee, Global) else ""
        if name in _NAMERS and first is not None and isinstance(arguments[1], str):
            self._listing.note(callee.module, name, CALLED)
            self._stack.append(self._named(first, arguments[1]))
        elif name == "partial" and isinstance(first, Global):
            self._listing.note(callee.module, name, CALLED)
            self._stack.append(first)
        elif name in _MAKERS and isinstance(first, Global):
            self._listing.note(callee.module, name, CALLED)
            self._use(first, MADE)
        else:
            if name in _CALLERS and isinstance(first, Global):
                self._listing.note(first.module, first.name, CALLED)
            self._use(callee, CALLED)

    def _named(self, owner: Any, name: str) -> object:
        """Return what `getattr` or a reconstructor of functions names, as an import of its own."""
        if isinstance(owner, str):
            found = Global(owner, name)
        elif isinstance(owner, Global):
            found = Global(owner.module, f"{owner.name}.{name}")
        else:
            while isinstance(owner, Made):
                owner = owner.by
            if isinstance(owner, Global):
                self._listing.note(owner.module, f"{owner.name}.{name}", NAMED)
            return Made(owner)
        self._listing.note(*found, NAMED)
        return found


_GETS = frozenset({"GET", "BINGET", "LONG_BINGET"})
_PUTS = frozenset({"PUT", "BINPUT", "LONG_BINPUT"})
_NAMERS = frozenset({"getattr", "_ufunc_reconstruct"})
_MAKERS = frozenset({"_reconstructor", "__newobj__", "__newobj_ex__"})
_CALLERS = frozenset({"_rebuild_from_type", "_rebuild_from_type_v2"})
