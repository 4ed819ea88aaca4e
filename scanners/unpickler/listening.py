"""What a machine tells while it runs, and to whom: the listener judges, the machine does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scanners.unpickler.facts import Fact
    from scanners.unpickler.values import Global, Made, Persistent


class Listener(Protocol):
    """Hears what the real machine would do at an offset, and answers what is to be reported of it."""

    def imported(self, what: Global) -> Iterable[Fact]:
        """`find_class` is asked for a name."""

    def import_not_determined(self, offset: int, why: str) -> Iterable[Fact]:
        """`find_class` is asked for a name that is not in the stream."""

    def extension(self, offset: int, code: int) -> Iterable[Fact]:
        """The extension registry is asked for a code."""

    def persistent(self, offset: int, identifier: object) -> Iterable[Fact]:
        """`persistent_load` is asked for an id."""

    def out_of_band(self, offset: int) -> Iterable[Fact]:
        """The loader is asked for its next buffer."""

    def called(self, offset: int, callee: object, arguments: object, *, new: bool) -> Iterable[Fact]:
        """Something is called, or with `new` its `__new__` is."""

    def built(self, offset: int, target: object, state: object, special: str | None) -> Iterable[Fact]:
        """BUILD gives something its state; `special` is a special attribute that some dict has had as a key by then."""

    def changed(self, offset: int, target: object, items: list[object]) -> Iterable[Fact]:
        """Items are put into something that no container opcode made."""

    def escaped(self, offset: int, what: Global) -> Iterable[Fact]:
        """An import whose use decides is stored or passed on."""

    def frame_disagrees(self, offset: int, why: str) -> Iterable[Fact]:
        """A frame is none that a pickler writes: unpicklers differ in what they read."""

    def protocol(self, offset: int, number: int, *, first: bool) -> Iterable[Fact]:
        """A PROTO opcode was read; not the first byte of the stream where `first` is false."""


class Deaf:
    """A listener that reports nothing; others override what they care about."""

    def imported(self, what: Global) -> Iterable[Fact]:
        """Report nothing."""
        del what
        return ()

    def import_not_determined(self, offset: int, why: str) -> Iterable[Fact]:
        """Report nothing."""
        del offset, why
        return ()

    def extension(self, offset: int, code: int) -> Iterable[Fact]:
        """Report nothing."""
        del offset, code
        return ()

    def persistent(self, offset: int, identifier: object) -> Iterable[Fact]:
        """Report nothing."""
        del offset, identifier
        return ()

    def out_of_band(self, offset: int) -> Iterable[Fact]:
        """Report nothing."""
        del offset
        return ()

    def called(self, offset: int, callee: object, arguments: object, *, new: bool) -> Iterable[Fact]:
        """Report nothing."""
        del offset, callee, arguments, new
        return ()

    def built(self, offset: int, target: object, state: object, special: str | None) -> Iterable[Fact]:
        """Report nothing."""
        del offset, target, state, special
        return ()

    def changed(self, offset: int, target: object, items: list[object]) -> Iterable[Fact]:
        """Report nothing."""
        del offset, target, items
        return ()

    def escaped(self, offset: int, what: Global) -> Iterable[Fact]:
        """Report nothing."""
        del offset, what
        return ()

    def frame_disagrees(self, offset: int, why: str) -> Iterable[Fact]:
        """Report nothing."""
        del offset, why
        return ()

    def protocol(self, offset: int, number: int, *, first: bool) -> Iterable[Fact]:
        """Report nothing."""
        del offset, number, first
        return ()
