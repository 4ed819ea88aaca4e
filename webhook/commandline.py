"""What a container is told: its words and variables, as far as they can be read from the object.

Kubernetes replaces `$(NAME)`; a shell, where one is called with `-c`, replaces `$NAME`, splits and runs `eval`. Both are
followed loosely and never too little: every word that a shell could hand to the server is among the words. A value that
comes from elsewhere is a word that is not known, never a word that is not there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from webhook.extent import Extent
from webhook.objects import items, text
from webhook.shell import ASSIGNMENT, SETTING, script_words
from webhook.words import Variables, Word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from webhook.pod import Container

_SHELLS = frozenset({"sh", "bash", "ash", "dash", "zsh", "ksh", "busybox", "su", "runuser"})
"""Programs that take a script after `-c`; options may stand between the two."""
_SHELL_SCRIPT = re.compile(r"-[a-zA-Z]*c[a-zA-Z]*\Z")
_SPLIT_BY_ENV = re.compile(r"(?:-[a-zA-Z]*S|--split-string=?)(.*)\Z", re.DOTALL)
"""`env -S` takes a line apart as a shell does (coreutils, "env invocation")."""
_EXPANDED_AT_LEAST = 8 << 10
_EXPANDED_TIMES = 2
"""Characters that replacements in one container may add, and how often what is written: variables that double each other
would grow without end."""


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
        if assignment := ASSIGNMENT.match(word.text):
            found[assignment[1]] = (*found.get(assignment[1], ()), Word(assignment[2], word.at, word.known))
        elif in_env and word.text in {"-i", "-", "--ignore-environment"}:
            taken = variables
        elif before in {"unset", *SETTING} or (in_env and (before == "-u" or word.text.startswith("--unset="))):
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
            yield from script_words(word, {}, variables, 0)
            script_next = False
        elif "env" in called and (split := _SPLIT_BY_ENV.match(word.text)):
            line = Word(split[1], word.at, word.known)
            yield from script_words(line, {}, variables, 0)
            script_next = not split[1]
        else:
            script_next = script_next or (not called.isdisjoint(_SHELLS) and bool(_SHELL_SCRIPT.match(word.text)))
            called.add(word.text.rpartition("/")[2])
            yield word
