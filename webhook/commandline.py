"""What a container is told: its words and variables, as far as they can be read from the object.

Kubernetes replaces `$(NAME)`; a shell, where one is called with `-c`, replaces `$NAME`, splits and runs `eval`. Both are
followed loosely and never too little: every word that a shell could hand to the server is among the words. A value that
comes from elsewhere is a word that is not known, never a word that is not there.
"""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from webhook.extent import Extent
from webhook.objects import Undecodable, items, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, MutableMapping

    from webhook.pod import Container

# https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
_REFERENCE = re.compile(r"\$\$|\$\(([A-Za-z_.-][A-Za-z0-9_.-]*)\)")
_SHELL_REFERENCE = re.compile(
    r"\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::?(?P<how>[-+=?])(?P<other>[^{}]*))?\}|\$(?P<plain>[A-Za-z_][A-Za-z0-9_]*)"
)
"""Other forms of expansion are not followed: what is left of them makes the word one that is not known."""
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.DOTALL)
_SHELLS = frozenset({"sh", "bash", "ash", "dash", "zsh", "ksh", "busybox", "su", "runuser"})
"""Programs that take a script after `-c`; options may stand between the two."""
_SHELL_SCRIPT = re.compile(r"-[a-zA-Z]*c[a-zA-Z]*\Z")
_SPLIT_BY_ENV = re.compile(r"(?:-[a-zA-Z]*S|--split-string=?)(.*)\Z", re.DOTALL)
"""`env -S` takes a line apart as a shell does (coreutils, "env invocation")."""
_PIECE = re.compile(
    r"""(?P<between>[ \t\r\n;&|<>]++)|(?P<comment>\#[^\n]*+)|(?P<plain>[^ \t\r\n;&|<>'"\\\#]++)|"""
    r"""(?P<quoted>'[^']*+'|"[^"\\]*+(?:\\.[^"\\]*+)*+")|(?P<escaped>\\.)""",
    re.DOTALL,
)
"""One piece of a script; a word is several that touch. Whatever it does not match is an unclosed quote."""
_ESCAPE = re.compile(r'\\(["\\])')
_WHITESPACE = re.compile(r"\s")
_EXPANDED_AT_LEAST = 8 << 10
_EXPANDED_TIMES = 2
"""Characters that replacements in one container may add, and how often what is written: variables that double each other
would grow without end."""
_DEEPEST = 4
"""How often a quoted script may contain a quoted script before the rest counts as not known."""


class Word(NamedTuple):
    """One word of a command line, or one value of a variable. A tuple: a review makes hundreds."""

    text: str
    at: str
    known: bool = True
    """False where it, or a part of it, comes from somewhere that the object does not show."""


class Variables(Mapping[str, Word]):
    """The variables of a container, as the object lists them. Words are made only of those that somebody asks for."""

    __slots__ = ("_at", "_entries", "_order", "_words", "room")

    def __init__(self, raw: Mapping[str, Any], at: str) -> None:
        entries = raw.get("env") or ()
        self._at = at
        self.room = 0
        """Characters that replacements may still add."""
        self._words: dict[str, Word] = {}
        self._entries = entries
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
            word = None if order is None or (before is not None and order >= before) else self[name]
            if word is None or not word.known or not self.takes(word.text):
                known = False
                return match.group(0)
            return word.text

        replaced = _REFERENCE.sub(replace, value)
        return Word(replaced, at, known)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandLine:
    """All that a container is told."""

    words: tuple[Word, ...]
    """Command and arguments, scripts taken apart."""
    variables: Variables
    from_elsewhere: tuple[str, ...]
    """Paths of `envFrom` entries without a prefix: any variable may come from there, unless it is set here too."""
    has_command: bool
    """Whether the image's own entry point is replaced."""
    assigned: Mapping[str, tuple[Word, ...]]
    """What the words themselves set (`export NAME=value`, `env NAME=value`) or take away, which is a value not known. Some
    of it may be no more than an argument that looks like it, so it never makes up for what `variables` lack."""
    texts: str
    """All words and all values as they are written, one a line: for a quick look whether a longer one is worth it."""

    def said(self, name: str) -> tuple[Word, ...]:
        """Return every value that a variable may have, in the object's list and in its words."""
        listed = (self.variables[name],) if name in self.variables else ()
        return (*listed, *self.assigned.get(name, ()))


def read_command_line(container: Container, extent: Extent | None = None) -> CommandLine:
    """Read everything a container is told; raise `Excessive` where its words are too many."""
    extent = extent or Extent()
    raw, at = container.raw, container.at
    variables = Variables(raw, at)
    written = variables.room + sum(map(len, (*container.command, *container.arguments)))
    variables.room = _EXPANDED_AT_LEAST + _EXPANDED_TIMES * written
    outer = [variables.expanded(word, f"{at}.command[{index}]") for index, word in enumerate(container.command)]
    outer += [variables.expanded(word, f"{at}.args[{index}]") for index, word in enumerate(container.arguments)]
    words = tuple(_counted(_flattened(outer, variables), extent, at))
    return CommandLine(
        words=words,
        variables=variables,
        from_elsewhere=tuple(where for where, entry in items(raw, "envFrom", at) if not text(entry, "prefix", where)),
        has_command=bool(container.command),
        assigned=_assigned(words, variables),
        texts="\n".join([*(word.text for word in words), *variables.literals()]),
    )


def _assigned(words: tuple[Word, ...], variables: Variables) -> dict[str, tuple[Word, ...]]:
    """Return what the words set, by name, and what they take away."""
    found: dict[str, tuple[Word, ...]] = {}
    in_env, before = False, ""
    for word in words:
        taken: Iterable[str] = ()
        if assignment := _ASSIGNMENT.match(word.text):
            found[assignment[1]] = (*found.get(assignment[1], ()), Word(assignment[2], word.at, word.known))
        elif in_env and word.text in {"-i", "-", "--ignore-environment"}:
            taken = variables
        elif before == "unset" or (in_env and (before == "-u" or word.text.startswith("--unset="))):
            taken = [word.text.removeprefix("--unset=")]
        else:
            in_env = word.text.rpartition("/")[2] == "env" or (in_env and word.text.startswith("-"))
        found |= {name: (*found.get(name, ()), Word("", word.at, known=False)) for name in taken}
        before = word.text
    return found


def _counted(words: Iterator[Word], extent: Extent, at: str) -> Iterator[Word]:
    for word in words:
        extent.add("words in commands", 1, at)
        yield word


def _flattened(words: list[Word], variables: Variables) -> Iterator[Word]:
    """Yield the words with the script of a shell taken apart in its place."""
    called: set[str] = set()
    script_next = False
    for word in words:
        if script_next and not word.text.startswith(("-", "+")):
            yield from _script(word, ChainMap({}, variables), variables, 0)  # type: ignore[arg-type]
            script_next = False
        elif "env" in called and (split := _SPLIT_BY_ENV.match(word.text)):
            line = Word(split[1], word.at, word.known)
            yield from _script(line, ChainMap({}, variables), variables, 0)  # type: ignore[arg-type]
            script_next = not split[1]
        else:
            script_next = script_next or (not called.isdisjoint(_SHELLS) and bool(_SHELL_SCRIPT.match(word.text)))
            called.add(word.text.rpartition("/")[2])
            yield word


def _script(script: Word, own: MutableMapping[str, Word], variables: Variables, depth: int) -> Iterator[Word]:
    """Yield the words of a script. `own` are the variables as it sets them."""
    if depth > _DEEPEST:
        yield Word(script.text, script.at, known=False)
        return
    for token in _tokens(script.text):
        assignment = _ASSIGNMENT.match(token)
        if assignment:
            own[assignment[1]] = _substituted(Word(assignment[2], script.at, script.known), own, variables)
        word = _substituted(Word(token, script.at, script.known), own, variables)
        if _WHITESPACE.search(word.text):
            yield from _script(word, own, variables, depth + 1)
        elif word.text or not word.known:
            yield word


def _tokens(script: str) -> Iterator[str]:
    """Yield the words of a script, without quotes, comments and what stands between commands."""
    joined = script.replace("\\\n", " ")
    token: list[str] | None = None
    end = 0
    for piece in _PIECE.finditer(joined):
        if piece.start() != end:
            break
        end = piece.end()
        kind = piece.lastgroup
        if kind == "between" or (kind == "comment" and token is None):
            if token is not None:
                yield "".join(token)
            token = None
        else:
            token = [] if token is None else token
            token.append(_unquoted(piece[0], kind))
    if token is not None:
        yield "".join(token)
    # An unclosed quote: a shell would refuse it, but the pieces are still worth reading.
    yield from joined[end:].replace('"', " ").replace("'", " ").split()


def _unquoted(piece: str, kind: str | None) -> str:
    if kind == "quoted":
        return piece[1:-1] if piece[0] == "'" else _ESCAPE.sub(r"\1", piece[1:-1])
    return piece[1:] if kind == "escaped" else piece


def _substituted(word: Word, own: Mapping[str, Word], variables: Variables) -> Word:
    if "$" not in word.text and "`" not in word.text:
        return word
    known = word.known

    def replace(match: re.Match[str]) -> str:
        nonlocal known
        value = own.get(match["name"] or match["plain"])
        if value is None:
            # Set by the image, if at all, as its program is: what `:-` gives is what stands here otherwise.
            return match["other"] if match["how"] in {"-", "="} else ""
        if match["how"] == "+":
            known = known and value.known
            return match["other"]
        if not variables.takes(value.text):
            known = False
            return ""
        known = known and value.known
        return value.text

    replaced = _SHELL_REFERENCE.sub(replace, word.text)
    for positional in ("$@", "$*", "${@}", "$#", "$?", "$!", "$0"):
        replaced = replaced.replace(positional, "")
    return Word(replaced, word.at, known and "$" not in replaced and "`" not in replaced)
