"""Words of command lines and values of variables, as far as they can be read from the object."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from webhook.objects import Undecodable

if TYPE_CHECKING:
    from collections.abc import Iterator

# https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
_REFERENCE = re.compile(r"\$\$|\$\(([A-Za-z_.-][A-Za-z0-9_.-]*)\)")


class Word(NamedTuple):
    """One word of a command line, or one value of a variable. A tuple: a review makes hundreds."""

    text: str
    at: str
    known: bool = True
    """False where it, or a part of it, comes from somewhere that the object does not show."""
    is_split: bool = False
    """Whether it is not known and a shell makes as many words of it as it has, since it stands without quotes."""


class Variables(Mapping[str, Word]):
    """The variables of a container, as the object lists them. Words are made only of those that somebody asks for."""

    __slots__ = ("_at", "_entries", "_has_more", "_order", "_words", "room")

    def __init__(self, raw: Mapping[str, Any], at: str) -> None:
        entries = raw.get("env") or ()
        self._at = at
        self.room = 0
        """Characters that replacements may still add."""
        self._words: dict[str, Word] = {}
        self._entries = entries
        self._has_more = bool(raw.get("envFrom"))
        if entries.__class__ not in {list, tuple}:
            raise Undecodable(f"{at}.env", "a list", entries)
        self._order: dict[str, int] = {}
        for order, entry in enumerate(entries):
            try:
                name, value = entry.get("name"), entry.get("value")
            except AttributeError as error:
                raise Undecodable(f"{at}.env[{order}]", "an object", entry) from error
            if name.__class__ is not str or (value.__class__ is not str and value is not None):
                raise Undecodable(f"{at}.env[{order}]", "a name and a value, both text", entry)
            self.room += len(value or "")
            self._order[name] = order  # Of two entries with one name the later one counts.

    def __getitem__(self, name: str) -> Word:
        word = self._words.get(name)
        if word is None:
            word = self._words[name] = self._read(name)
        return word

    def _read(self, name: str) -> Word:
        order = self._order[name]
        entry, where = self._entries[order], f"{self._at}.env[{order}]"
        if entry.get("valueFrom"):
            return Word("", f"{where}.valueFrom", known=False)
        return self.expanded(entry.get("value") or "", f"{where}.value", before=order)

    def __contains__(self, name: object) -> bool:
        return name in self._order

    def __iter__(self) -> Iterator[str]:
        return iter(self._order)

    def __len__(self) -> int:
        return len(self._order)

    def takes(self, text: str) -> bool:
        """Count a text that is put in; say whether there was still room for it."""
        self.room -= len(text)
        return self.room >= 0

    def literals(self) -> Iterator[str]:
        """Yield the values as they are written."""
        return (entry.get("value") or "" for entry in self._entries)

    def expanded(self, value: str, at: str, *, before: int | None = None) -> Word:
        """Replace `$(NAME)` as Kubernetes does: in a variable only by variables that come before it."""
        if "$" not in value:
            return Word(value, at)
        known = True

        def replace(match: re.Match[str]) -> str:
            nonlocal known
            name = match.group(1)
            if name is None:
                return "$"
            order = self._order.get(name)
            if order is None and not self._has_more and not name.isupper():
                return match.group(
                    0
                )  # Left as it is: a shell's command substitution. Services' variables are capitals.
            word = None if order is None or (before is not None and order >= before) else self[name]
            if word is None or not word.known or not self.takes(word.text):
                known = False
                return match.group(0)
            return word.text

        replaced = _REFERENCE.sub(replace, value)
        return Word(replaced, at, known)
