"""
Frozen records: keyword-only, slotted, compared by value, as `@dataclass(frozen=True, slots=True, kw_only=True)` makes them.

They exist because a gate holds a server up while it starts. `dataclasses` imports `inspect` and compiles the methods of each
class from text: together a third of what a whole run on one small file took (docs/decisions/0007). Nothing is
generated here, so a record costs no more than any class; making one takes longer, which no record in this project is made
often enough to notice. Everywhere else dataclasses are the right choice.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, ClassVar, NoReturn, TypeVar, dataclass_transform

    R = TypeVar("R", bound="Record")
else:

    def dataclass_transform(**_: bool) -> Callable[[type], type]:
        """Do nothing: only type checkers need to be told what the metaclass does (PEP 681)."""
        return lambda decorated: decorated


@dataclass_transform(kw_only_default=True, frozen_default=True)
class _RecordType(type):
    """Turns annotations into slots, and values beside them into defaults."""

    def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> _RecordType:
        names = tuple(namespace.get("__annotations__", ()))
        defaults = {name: namespace.pop(name) for name in names if name in namespace}
        return super().__new__(
            cls, name, bases, {**namespace, "__slots__": names, "__names__": frozenset(names), "__defaults__": defaults}
        )


class Record(metaclass=_RecordType):
    """
    A record without fields, to derive from; what derives from it is not derived from again.

    Annotations of the class body are the fields. `__post_init__` may look at them and raise.
    """

    if TYPE_CHECKING:
        __slots__: ClassVar[tuple[str, ...]]
        __names__: ClassVar[frozenset[str]]
        __defaults__: ClassVar[Mapping[str, Any]]

    def __init__(self, **values: Any) -> None:
        given = {**self.__defaults__, **values}
        if given.keys() != self.__names__:
            wrong = ", ".join(sorted(given.keys() ^ self.__names__))
            raise TypeError(f"{type(self).__name__} is missing, or does not have, {wrong}")
        set_ = object.__setattr__
        for name, value in given.items():
            set_(self, name, value)
        self.__post_init__()

    def __post_init__(self) -> None:
        """Accept every value; a record with rules says here what is wrong, and raises."""

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is frozen: {name} cannot be set")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is frozen: {name} cannot be deleted")

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return _values(self) == _values(other)

    def __hash__(self) -> int:
        return hash((type(self), _values(self)))

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__slots__)
        return f"{type(self).__name__}({fields})"


def replace(record: R, **changes: Any) -> R:
    """Return a record like another, with some fields changed; raise `TypeError` for a field it does not have."""
    return type(record)(**{**{name: getattr(record, name) for name in record.__slots__}, **changes})


def _values(record: Record) -> tuple[object, ...]:
    return tuple(getattr(record, name) for name in record.__slots__)
