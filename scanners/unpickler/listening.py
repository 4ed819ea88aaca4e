"""What a machine tells while it runs, and to whom: the machine does not judge, its listener does."""

from __future__ import annotations

import re

from scanners import imports
from scanners.unpickler.values import Global, Made

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from scanners.unpickler.facts import Fact


class Listener:
    """Hears what the real machine would do, and answers what is to be reported of it: nothing, until overridden."""

    def imported(self, what: Global) -> Iterable[Fact]:
        """Hear that `find_class` is asked for a name."""
        del what
        return ()

    def import_not_determined(self, offset: int, why: str) -> Iterable[Fact]:
        """Hear that `find_class` is asked for a name that is not in the stream."""
        del offset, why
        return ()

    def extension(self, offset: int, code: int) -> Iterable[Fact]:
        """Hear that the extension registry is asked for a code."""
        del offset, code
        return ()

    def persistent(self, offset: int, identifier: object) -> Iterable[Fact]:
        """Hear that `persistent_load` is asked for an id."""
        del offset, identifier
        return ()

    def out_of_band(self, offset: int) -> Iterable[Fact]:
        """Hear that the loader is asked for its next buffer."""
        del offset
        return ()

    def called(self, offset: int, callee: object, arguments: object, *, new: bool) -> Iterable[Fact]:
        """Hear that something is called, or with `new` its `__new__` is."""
        del offset, callee, arguments, new
        return ()

    def built(self, offset: int, target: object, state: object, special: str | None) -> Iterable[Fact]:
        """
        Hear that BUILD gives something its state.

        `special` is a special attribute that some dict has had as a key by then.
        """
        del offset, target, state, special
        return ()

    def changed(self, offset: int, target: object, items: list[object]) -> Iterable[Fact]:
        """Hear that items are put into something that no container opcode made."""
        del offset, target, items
        return ()

    def keyed(self, offset: int, target: object, key: str) -> Iterable[Fact]:
        """Hear that something that no container opcode made gets an item by the name of a special attribute."""
        del offset, target, key
        return ()

    def escaped(self, offset: int, what: Global) -> Iterable[Fact]:
        """Hear that an import whose use decides is stored or passed on."""
        del offset, what
        return ()

    def frame_disagrees(self, offset: int, why: str) -> Iterable[Fact]:
        """Hear that a frame is none that a pickler writes: unpicklers differ in what they read."""
        del offset, why
        return ()

    def late_protocol(self, offset: int, number: int) -> Iterable[Fact]:
        """Hear that a PROTO opcode stands elsewhere than at the beginning."""
        del offset, number
        return ()


class Cautious(Listener):
    """
    Passes on what cannot be an accident.

    For readings of bytes that are most likely something else: imports of what could be the name of a module, and what is
    done with them.
    """

    def __init__(self, inner: Listener) -> None:
        self._inner = inner

    def accepts(self, what: Global) -> bool:
        """Tell whether an import is one that somebody meant."""
        return is_importable(what)

    def imported(self, what: Global) -> Iterable[Fact]:
        """Pass on accepted imports."""
        return self._inner.imported(what) if self.accepts(what) else ()

    def called(self, offset: int, callee: object, arguments: object, *, new: bool) -> Iterable[Fact]:
        """Pass on calls of accepted imports."""
        if isinstance(callee, Global) and self.accepts(callee):
            return self._inner.called(offset, callee, arguments, new=new)
        return ()

    def built(self, offset: int, target: object, state: object, special: str | None) -> Iterable[Fact]:
        """Pass on states of accepted imports."""
        by = target.by if isinstance(target, Made) else target
        if isinstance(by, Global) and self.accepts(by):
            return self._inner.built(offset, target, state, special)
        return ()

    def changed(self, offset: int, target: object, items: list[object]) -> Iterable[Fact]:
        """Pass on changes of accepted imports."""
        if isinstance(target, Global) and self.accepts(target):
            return self._inner.changed(offset, target, items)
        return ()

    def keyed(self, offset: int, target: object, key: str) -> Iterable[Fact]:
        """Pass on items of accepted imports."""
        by = target.by if isinstance(target, Made) else target
        if isinstance(by, Global) and self.accepts(by):
            return self._inner.keyed(offset, target, key)
        return ()

    def escaped(self, offset: int, what: Global) -> Iterable[Fact]:
        """Pass on escapes of accepted imports."""
        return self._inner.escaped(offset, what) if self.accepts(what) else ()


class Doubtful(Cautious):
    """
    Passes on what is known to be dangerous.

    For readings under which other names come out of the memo than the ones that were meant.
    """

    def accepts(self, what: Global) -> bool:
        """Tell whether an import is known to be dangerous."""
        return is_dangerous(what)


def is_importable(what: Global) -> bool:
    """Tell whether module and name are identifiers with dots between them."""
    return all(re.match(_IDENTIFIERS, name) for name in (what.module, what.name))


_IDENTIFIERS = r"[^\W\d]\w*(?:\.[^\W\d]\w*)*\Z"


def is_dangerous(what: Global) -> bool:
    """Tell whether an import is known to be dangerous under any of its spellings."""
    pairs = imports.spellings(what.module, what.name, what.protocol)
    return any(imports.judge(*pair).kind >= imports.Kind.REACHES_OUT for pair in pairs)
