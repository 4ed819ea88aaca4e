"""What a server is told to load, taken from its words and variables, and where that leads."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from webhook.signals import MODEL_FILE, MODEL_FLAGS, MODEL_VARIABLE, is_worth_a_look
from webhook.volumes import normal
from webhook.words import Word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from webhook.commandline import CommandLine
    from webhook.pod import Container
    from webhook.servers import Stack

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):/", re.IGNORECASE)
_PATTERN = re.compile(r"[*?\[]")
"""What a shell replaces by whatever files match: the path then leads anywhere below the directory before it."""
_HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*(/[\w.-]+)?(:[\w.-]+)?(@[\w./-]+)?\Z")


class Leads(Enum):
    """Where a reference leads."""

    PATH = "a path"
    REMOTE = "an address"
    HUB = "the name of a model on a hub"
    UNDETERMINED = "somewhere that the object does not show"


class Use(Enum):
    """What a reference is for."""

    MODEL = "model"
    FURTHER = "something that belongs to the model"
    """A tokenizer, an adapter, a template: it may come with the image."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One thing a server is told to load."""

    text: str
    at: str
    use: Use
    leads: Leads
    path: str = ""
    """Normalised, where it leads to a path."""


def references(stack: Stack | None, line: CommandLine, container: Container, *, most: int) -> tuple[Reference, ...]:
    """Return everything a container is told to load; of more than `most`, one more than that."""
    found = _generic(line) if stack is None else _of_stack(stack, line)
    told = (
        _reference(part, use, stack, container)
        for word, use in found
        for part in _parts(word)
        if part.text or not part.known
    )
    kept: dict[Reference, None] = {}
    for reference in told:
        if reference is not None:
            kept[reference] = None
            if len(kept) > most:
                break
    return tuple(kept)


def _of_stack(stack: Stack, line: CommandLine) -> Iterator[tuple[Word, Use]]:
    yield from ((word, Use.MODEL) for word in flag_values(line, frozenset(stack.model_flags)))
    yield from _positional(stack, line)
    yield from ((word, Use.FURTHER) for word in _brought(line))
    for word in flag_values(line, frozenset(stack.further_flags)):
        yield word, Use.FURTHER
    for names, use in ((stack.model_variables, Use.MODEL), (stack.further_variables, Use.FURTHER)):
        yield from ((word, use) for name in names for word in line.said(name))


def _generic(line: CommandLine) -> Iterator[tuple[Word, Use]]:
    """Yield what an unknown server is told by names that many servers share."""
    said = list(flag_values(line, MODEL_FLAGS))
    said += [
        word for name in {**line.variables, **line.assigned} if MODEL_VARIABLE.match(name) for word in line.said(name)
    ]
    if is_worth_a_look(line.texts):
        said += [word for word in (*line.words, *line.variables.values()) if MODEL_FILE.search(word.text)]
    yield from ((word, Use.MODEL) for word in said)


_SHORTEST_ABBREVIATION = len("model-x")
"""Anything shorter begins several flags of every stack, and is refused by the server itself."""


def is_flag(name: str, flags: frozenset[str]) -> bool:
    """Say whether a flag, written with `-`, is one of several, or what a parser takes for one.

    argparse, and getopt_long behind Triton, take every beginning that only one flag has; vLLM takes a member of a JSON
    value as `--flag.member` (vllm/utils, FlexibleArgumentParser).
    """
    head = name.partition(".")[0]
    is_beginning = len(head) >= _SHORTEST_ABBREVIATION and any(flag.startswith(head) for flag in flags)
    return head in flags or is_beginning


def flag_values(line: CommandLine, flags: frozenset[str]) -> Iterator[Word]:
    """Yield the values of flags, written `--flag value`, `--flag=value` or `-flag value`, with `_` or `-`."""
    reading = False
    for word in line.words:
        if word.text.startswith("-"):
            name, equals, value = word.text.lstrip("-").partition("=")
            is_meant = is_flag(name.replace("_", "-"), flags)
            reading = is_meant and not equals
            if is_meant and equals:
                yield Word(value, word.at, word.known)
        elif reading:
            yield word


def flags(line: CommandLine) -> Iterator[tuple[str, str, str]]:
    """Yield every flag: its name without leading hyphens and with `-` for `_`, its value if it may have one, its place."""
    words = line.words
    for index, word in enumerate(words):
        if word.text.startswith("-"):
            name, equals, value = word.text.lstrip("-").partition("=")
            following = words[index + 1].text if index + 1 < len(words) else ""
            yield name.replace("_", "-"), value if equals or following.startswith("-") else following, word.at


_VALUE_ENDINGS = (
    "file",
    "certfile",
    "certs",
    "dir",
    "path",
    "config",
    "name",
    "url",
    "key",
    "format",
    "host",
    "endpoint",
)
"""Last parts of flags that always take a value, whatever the program."""


def _positional(stack: Stack, line: CommandLine) -> Iterator[tuple[Word, Use]]:
    """Yield the first word that is no flag's, after each subcommand or after the image's own entry point.

    Where there is none, it may stand behind a flag that takes no value: then those are told as well that look like a
    place.
    """
    texts = [word.text.rpartition("/")[2] for word in line.words]
    starts = [index for index, text in enumerate(texts, 1) if text in stack.positional_after]
    if not starts and stack.positional_after and not line.has_command:
        starts = [0]
    for start, end in itertools.pairwise((*starts, len(texts) + 1)):
        yield from _first_of(line.words[start : end - 1])


def _first_of(words: tuple[Word, ...]) -> Iterator[tuple[Word, Use]]:
    perhaps: list[Word] = []
    flag = ""
    for word in words:
        if word.text.startswith("-"):
            flag = "" if "=" in word.text or word.text == "--" else word.text
        elif not flag:
            yield word, Use.MODEL
            return
        else:
            perhaps += [word] * ("/" in word.text and not flag.endswith(_VALUE_ENDINGS))
            flag = ""
    yield from ((word, Use.FURTHER) for word in perhaps)


_BRINGING = frozenset({"cd", "pushd", "ln", "cp", "mv", "mount", "rsync", "tar", "unzip", "source", "."})
"""Commands of a script by which files get to where a server looks, or the server to them."""


def _brought(line: CommandLine) -> Iterator[Word]:
    """Yield the absolute paths that such commands are given."""
    is_bringing = False
    for word in line.words if not _BRINGING.isdisjoint([word.text for word in line.words]) else ():
        if word.text.startswith("/"):
            yield from (word,) if is_bringing and normal(word.text) != "/" else ()
        elif not word.text.startswith("-"):
            is_bringing = word.text in _BRINGING or (is_bringing and word.text in {"&&", "bind"})


def _parts(word: Word) -> Iterator[Word]:
    """Take apart a value such as `name=/path,other=/path` or a JSON object."""
    text = word.text.strip()
    if text[:1] in {"{", "["}:
        try:
            leaves = list(_leaves(json.loads(text)))
        except (ValueError, RecursionError):
            yield Word(text, word.at, known=False)
            return
        # Numbers, switches and plain words of a JSON value are settings; only what looks like a place is a reference.
        yield from (Word(leaf, word.at, word.known) for leaf in leaves if "/" in leaf)
        return
    for part in text.split(","):
        name, equals, value = part.partition("=")
        yield Word(value if equals and "/" not in name else part, word.at, word.known)


def _leaves(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item)


def _reference(word: Word, use: Use, stack: Stack | None, container: Container) -> Reference | None:
    leads, path = _leads(word, stack, container)
    leads_up = ".." in word.text.split("/")
    is_setting = use is Use.FURTHER and not leads_up
    if leads is Leads.UNDETERMINED and word.known and (stack is None or is_setting):
        return None  # A word of an unknown server's own, whose volumes all count anyway; or a setting that is no place.
    return Reference(text=word.text, at=word.at, use=use, leads=leads, path=path)


def _leads(word: Word, stack: Stack | None, container: Container) -> tuple[Leads, str]:
    text = word.text
    if not word.known:
        return Leads.UNDETERMINED, ""
    scheme = _SCHEME.match(text)
    if scheme and scheme[1].lower() != "file":
        return Leads.REMOTE, ""
    text = text[len("file:") :] if scheme else text
    if text.startswith("/"):
        return _absolute(text)
    if local := _relative(text, container):
        return Leads.PATH, local
    is_name = _HUB_NAME.match(text) and (stack.takes_hub_names if stack else "/" in text)
    return (Leads.HUB if is_name else Leads.UNDETERMINED), ""


def _absolute(text: str) -> tuple[Leads, str]:
    # A link before `..` decides where it leads, and links are on the volume.
    if ".." in text.split("/"):
        return Leads.UNDETERMINED, ""
    pattern = _PATTERN.search(text)
    return Leads.PATH, normal(text[: text.rindex("/", 0, pattern.start()) + 1] if pattern else text)


def _relative(text: str, container: Container) -> str:
    """Return the absolute path that a relative one means, where that can be said; servers look there first."""
    if ".." in text.split("/"):
        return ""
    working = container.raw.get("workingDir")
    if isinstance(working, str) and working:
        path = normal(f"{working}/{text}")
        if container.mount_at(path) or any(True for _ in container.mounts_below(path)):
            return path
    tail = normal(text)
    return next((mount.path for mount in container.mounts if tail != "/" and mount.path.endswith(tail)), "")
