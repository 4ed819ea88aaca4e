"""What a container is told: its words and variables, as far as they can be read from the object.

Kubernetes replaces `$(NAME)`; a shell, where one is called with `-c`, replaces `$NAME`, splits and runs `eval`. Both are
followed loosely and never too little: every word that a shell could hand to the server is among the words. A value that
comes from elsewhere is a word that is not known, never a word that is not there.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from webhook.objects import Undecodable, items, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from webhook.pod import Container

# https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
_REFERENCE = re.compile(r"\$\$|\$\(([A-Za-z_.-][A-Za-z0-9_.-]*)\)")
_SHELL_REFERENCE = re.compile(
    r"\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::?(?P<how>[-+=?])(?P<other>[^{}]*))?\}|\$(?P<plain>[A-Za-z_][A-Za-z0-9_]*)"
)
"""Other forms of expansion are not followed: what is left of them makes the word one that is not known."""
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.DOTALL)
_SHELLS = frozenset({"sh", "bash", "ash", "dash", "zsh", "ksh", "busybox"})
_SHELL_SCRIPT = re.compile(r"-[a-zA-Z]*c\Z")
_SHELL_MARKS = frozenset("$`")
_MOST_EXPANDED = 1 << 20
"""Characters that all replacements in one container may add: variables that double each other would grow without end."""
_DEEPEST = 4
"""How often a quoted script may contain a quoted script before the rest counts as not known."""


class Word(NamedTuple):
    """One word of a command line, or one value of a variable. A tuple: a review makes hundreds."""

    text: str
    at: str
    known: bool = True
    """False where it, or a part of it, comes from somewhere that the object does not show."""


class Variables(Mapping[str, Word]):
    """The variables of a container. Words are made only of those that somebody asks for: most nobody does."""

    __slots__ = ("_at", "_entries", "_order", "_room", "_words")

    def __init__(self, raw: Mapping[str, Any], at: str) -> None:
        entries = raw.get("env") or ()
        self._at = at
        self._room = _MOST_EXPANDED
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
            if word is None or not word.known or len(word.text) > self._room:
                known = False
                return match.group(0)
            self._room -= len(word.text)
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
    texts: str
    """All words and all values as they are written, one a line: for a quick look whether a longer one is worth it."""


def read_command_line(container: Container) -> CommandLine:
    """Read everything a container is told."""
    raw, at = container.raw, container.at
    variables = Variables(raw, at)
    outer = [variables.expanded(word, f"{at}.command[{index}]") for index, word in enumerate(container.command)]
    outer += [variables.expanded(word, f"{at}.args[{index}]") for index, word in enumerate(container.arguments)]
    words = tuple(_flattened(outer, variables))
    return CommandLine(
        words=words,
        variables=variables,
        from_elsewhere=tuple(where for where, entry in items(raw, "envFrom", at) if not text(entry, "prefix", where)),
        has_command=bool(container.command),
        texts="\n".join([*(word.text for word in words), *variables.literals()]),
    )


def _flattened(words: list[Word], variables: Variables) -> Iterator[Word]:
    """Yield the words with the script of a shell taken apart in its place."""
    is_shell = False
    script_next = False
    for word in words:
        if script_next:
            yield from _script(word, dict(variables), 0)
            script_next = False
        elif is_shell and _SHELL_SCRIPT.match(word.text):
            script_next = True
        else:
            is_shell = is_shell or word.text.rpartition("/")[2] in _SHELLS
            yield word


def _script(script: Word, variables: dict[str, Word], depth: int) -> Iterator[Word]:
    if depth > _DEEPEST:
        yield Word(script.text, script.at, known=False)
        return
    for token in _tokens(script.text):
        assignment = _ASSIGNMENT.match(token)
        if assignment:
            variables[assignment[1]] = _substituted(Word(assignment[2], script.at, script.known), variables)
        word = _substituted(Word(token, script.at, script.known), variables)
        if any(char.isspace() for char in word.text):
            yield from _script(Word(word.text, word.at, word.known), variables, depth + 1)
        elif word.text or not word.known:
            yield word


def _tokens(script: str) -> list[str]:
    lexer = shlex.shlex(script.replace("\\\n", " "), posix=True, punctuation_chars=";&|<>\n")
    lexer.whitespace = " \t\r"
    lexer.whitespace_split = True
    lexer.commenters = "#"
    try:
        return [token for token in lexer if not set(token) <= set(";&|<>\n")]
    except ValueError:  # An unclosed quote: a shell would refuse it, but the pieces are still worth reading.
        return script.replace('"', " ").replace("'", " ").split()


def _substituted(word: Word, variables: Mapping[str, Word]) -> Word:
    if not _SHELL_MARKS & set(word.text):
        return word
    known = word.known

    def replace(match: re.Match[str]) -> str:
        nonlocal known
        value = variables.get(match["name"] or match["plain"])
        if value is None:
            # Set by the image, if at all, as its program is: what `:-` gives is what stands here otherwise.
            return match["other"] if match["how"] in {"-", "="} else ""
        known = known and value.known
        return match["other"] if match["how"] == "+" else value.text

    replaced = _SHELL_REFERENCE.sub(replace, word.text)
    for positional in ("$@", "$*", "${@}", "$#", "$?", "$!", "$0"):
        replaced = replaced.replace(positional, "")
    return Word(replaced, word.at, known and not _SHELL_MARKS & set(replaced))
