"""The memo: what PUT and MEMOIZE remember, and GET recalls."""

from __future__ import annotations


class Memo:
    """Values by index."""

    __slots__ = ("_values",)

    def __init__(self) -> None:
        self._values: dict[int, object] = {}

    def __len__(self) -> int:
        return len(self._values)

    def put(self, index: int, value: object) -> None:
        """Remember a value at an index, over what was there."""
        self._values[index] = value

    def memoize(self, value: object) -> None:
        """Remember a value at the index that MEMOIZE takes: the number of indices in use, free or not."""
        self._values[len(self._values)] = value

    def get(self, index: int) -> object:
        """Recall a value; raise `KeyError` where there is none."""
        return self._values[index]
