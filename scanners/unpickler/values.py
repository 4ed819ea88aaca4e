"""What stands on the stack and in the memo: as much of each value as a judgement could need.

Constants stand for themselves (`None`, `bool`, `int`, `str`), tuples are tuples. Everything else has a class here.
None of the values is ever compared, hashed or printed as a whole, since hostile ones nest without bound.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from scanners.sources import Source

    class Owner(Protocol):
        """What passed over a run, and can look at it after all."""

        def recall(self, value: Recalled) -> object:
            """Return a value that the run remembered."""


LONGEST_TEXT = 1 << 12
"""Characters of text kept; no name that can be imported is longer."""
MOST_ITEMS = 256
"""Items of one container kept."""


class Opaque:
    """A constant whose value can matter to nobody: a float, a big integer."""

    __slots__ = ("kind",)

    def __init__(self, kind: str) -> None:
        self.kind = kind


NUMBER = Opaque("number")
BUFFER = Opaque("out-of-band buffer")
FORGOTTEN_TEXT = Opaque("text that was not kept")
FORGOTTEN_TUPLE = Opaque("tuple that was not kept")
FORGOTTEN_BYTES = Opaque("bytes that were not kept")


class _Stretch:
    """Something left where it stands."""

    __slots__ = ("length", "offset")

    def __init__(self, offset: int, length: int) -> None:
        self.offset = offset
        self.length = length


class Bytes(_Stretch):
    """Bytes or a bytearray."""

    __slots__ = ()


class Text(_Stretch):
    """A text longer than `LONGEST_TEXT`, as UTF-8."""

    __slots__ = ()


class Global:
    """What an import gave."""

    __slots__ = (
        "called_freely",
        "guarded",
        "made_freely",
        "module",
        "name",
        "named_freely",
        "offset",
        "protocol",
        "spellings",
    )

    def __init__(self, module: str, name: str, protocol: int, offset: int) -> None:
        self.module = module
        self.name = name
        self.protocol = protocol
        """That of the stream at the import: below 3, names are mapped from Python 2."""
        self.offset = offset
        self.guarded = False
        """Whether its use decides if it is harmless; set by the listener, as all that follows."""
        self.named_freely = False
        """Whether it may be passed on without the listener's knowing."""
        self.made_freely = False
        """Whether it may be made anew with any arguments, and given any state, without the listener's knowing."""
        self.called_freely = False
        """Whether it may be called with any arguments, and what comes of it given any state, likewise."""
        self.spellings: tuple[tuple[str, str], ...] = ()
        """Module and name as written, and as Python 3 maps them where that differs."""


class Unnamed:
    """What an import gave whose name is not in the stream: an extension code, a computed name."""

    __slots__ = ("why",)

    def __init__(self, why: str) -> None:
        self.why = why


class Persistent:
    """What the loader's `persistent_load` gave for an id."""

    __slots__ = ("identifier",)

    def __init__(self, identifier: object) -> None:
        self.identifier = identifier


class Made:
    """What a call gave."""

    __slots__ = ("arguments", "by", "state")

    def __init__(self, by: Global | None, arguments: object) -> None:
        self.by = by
        """The callee; None where that is itself made by a call, or has no name."""
        self.arguments = arguments
        self.state: object = None
        """What BUILD last gave it."""


class Container:
    """A list, dict, set or frozenset."""

    __slots__ = ("complete", "items", "kind")

    def __init__(self, kind: str, *, complete: bool = True) -> None:
        self.kind = kind
        self.items: list[object] | tuple[()] = ()
        """Keys and values alternate in a dict."""
        self.complete = complete
        """Whether no item was left out."""

    def add(self, items: list[object]) -> None:
        """Keep items, as far as there is room and they are known; the list becomes the container's own."""
        if len(self.items) + len(items) > MOST_ITEMS or Run in map(type, items):
            self.complete = False
        elif self.complete:
            self.items = [*self.items, *items] if self.items else items


class Run:
    """Values that the machine passed over without a look at each; on the stack, one or more of them."""

    __slots__ = ("end", "first_index", "kept", "owner", "start")

    def __init__(self, owner: Owner, start: int, end: int, first_index: int, kept: Source | None = None) -> None:
        self.owner = owner
        self.start = start
        self.end = end
        self.first_index = first_index
        """Memo index of the first value that the run remembers."""
        self.kept = kept
        """Where the stretch can be read, where the source can only be read forwards."""


class Recalled:
    """A value that a run remembered: a constant, a plain container or something made, never an import."""

    __slots__ = ("position", "run")

    def __init__(self, run: Run, position: int) -> None:
        self.run = run
        self.position = position
        """Among the values that the run remembers."""


UNCALLABLE = frozenset((type(None), bool, int, float, str, tuple, Opaque, Bytes, Text, Container))
"""Classes of values that raise `TypeError` when they are called."""

FORGOTTEN_CONTAINERS = {kind: Container(kind, complete=False) for kind in ("list", "dict", "set", "frozenset")}
