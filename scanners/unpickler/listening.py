"""What a machine tells while it runs, and to whom: the machine does not judge, its listener does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scanners.unpickler.values import Global

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

    def imported(self, what: Global) -> Iterable[Fact]:
        """Pass on names that a module and an object in it could have."""
        return self._inner.imported(what) if is_importable(what) else ()

    def called(self, offset: int, callee: object, arguments: object, *, new: bool) -> Iterable[Fact]:
        """Pass on calls of imports."""
        if isinstance(callee, Global) and is_importable(callee):
            return self._inner.called(offset, callee, arguments, new=new)
        return ()

    def built(self, offset: int, target: object, state: object, special: str | None) -> Iterable[Fact]:
        """Pass on all states."""
        return self._inner.built(offset, target, state, special)

    def changed(self, offset: int, target: object, items: list[object]) -> Iterable[Fact]:
        """Pass on all changes."""
        return self._inner.changed(offset, target, items)

    def escaped(self, offset: int, what: Global) -> Iterable[Fact]:
        """Pass on all escapes."""
        return self._inner.escaped(offset, what)


def is_importable(what: Global) -> bool:
    """Tell whether module and name are identifiers with dots between them."""
    return all(map(_IDENTIFIERS.match, (what.module, what.name)))


_IDENTIFIERS = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*\Z")
