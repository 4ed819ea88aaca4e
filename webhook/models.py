"""Which containers serve models, what they load, and through which mounts: the data flow that the checks judge."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from initcontainer.contract import GATE_NAME
from webhook.commandline import CommandLine, Word, read_command_line
from webhook.pod import Role
from webhook.servers import OFF, STACKS, Stack
from webhook.signals import MODEL_FILE, PATH_FLAGS, PATH_VARIABLES, Signal, signal_of
from webhook.volumes import Holds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from webhook.pod import Container, Mount, Pod
    from webhook.volumes import Volume

_REMOTE = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+(:[\w.-]+)?(@[\w./-]+)?\Z|[A-Za-z0-9][\w.-]*\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One thing a server is told to load."""

    word: Word
    stack: str

    @property
    def is_remote(self) -> bool:
        """Whether it has the scheme of a URL."""
        return _REMOTE.match(self.word.text) is not None and not self.word.text.lower().startswith("file://")

    @property
    def path(self) -> str:
        """The path it names; empty where it names none."""
        text = self.word.text
        text = text[len("file://") :] if text.lower().startswith("file://") else text
        return text if text.startswith("/") else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A container that serves, or may serve, a model."""

    container: Container
    line: CommandLine
    stack: Stack | None
    """None: it shows signs of a model, but what it loads from where is not known."""
    signal: Signal
    references: tuple[Reference, ...] = ()
    model_mounts: tuple[Mount, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """What a pod serves."""

    servers: tuple[Server, ...] = ()
    lines: dict[str, CommandLine] = field(default_factory=dict)
    """Path of a container -> what it is told."""

    @property
    def mounts(self) -> Iterator[tuple[Server, Mount]]:
        """Every mount through which a server sees a model volume."""
        return ((server, mount) for server in self.servers for mount in server.model_mounts)


def find_models(pod: Pod, *, everything: bool, is_platform: bool = False) -> Models:
    """Find the servers of a pod and their model volumes; `is_platform`: the object's kind already says that it serves."""
    lines = {container.at: read_command_line(container) for container in pod.containers}
    found: list[Server] = []
    for container in pod.containers:
        if container.name == GATE_NAME and container.role is Role.INIT:
            continue
        server = _server(container, lines[container.at], pod, everything=everything or is_platform)
        if server:
            mounts = _model_mounts(server, pod, everything=everything)
            found.append(replace(server, model_mounts=tuple(dict.fromkeys(mounts))))
    return Models(servers=tuple(found), lines=lines)


def _server(container: Container, line: CommandLine, pod: Pod, *, everything: bool) -> Server | None:
    stack = recognise(container, line)
    if stack is not None:
        references = tuple(_references(stack, line))
        because = Signal(because=f"it runs {stack.name}", is_strong=True)
        return Server(container=container, line=line, stack=stack, signal=because, references=references)
    if container.role is Role.INIT and not everything:
        return None  # It ends before the servers start: a downloader or converter, not a server.
    signal = signal_of(container, line, pod)
    if signal is None and everything:
        signal = Signal(because="the policy judges everything", is_strong=False)
    if signal is None:
        return None
    references = tuple(_generic_references(line))
    return Server(container=container, line=line, stack=None, signal=signal, references=references)


def recognise(container: Container, line: CommandLine) -> Stack | None:
    """Return the stack a container runs, by its program, or by its image where the image's own entry point runs."""
    for stack in STACKS:
        if any(_is_program(word.text, program) for word in line.words for program in stack.programs):
            return stack
    if line.has_command:
        return None
    repository = container.image.partition("@")[0]
    head, slash, tail = repository.rpartition("/")
    repository = f"/{head}{slash}{tail.partition(':')[0]}"
    return next((stack for stack in STACKS if any(repository.endswith(f"/{image}") for image in stack.images)), None)


def _is_program(word: str, program: str) -> bool:
    if program.endswith("."):
        return word.startswith(program)
    return word == program or word.endswith(f"/{program}")


def _references(stack: Stack, line: CommandLine) -> Iterator[Reference]:
    said = [*flag_values(line, frozenset(stack.path_flags)), *_positional(stack, line)]
    said += [line.variables[name] for name in stack.path_variables if name in line.variables]
    yield from (Reference(word=part, stack=stack.name) for word in said for part in _parts(word))


def _generic_references(line: CommandLine) -> Iterator[Reference]:
    said = list(flag_values(line, PATH_FLAGS))
    said += [word for name, word in line.variables.items() if PATH_VARIABLES.match(name)]
    said += [word for word in (*line.words, *line.variables.values()) if MODEL_FILE.search(word.text)]
    for word in dict.fromkeys(said):
        yield from (Reference(word=part, stack="") for part in _parts(word))


def flag_values(line: CommandLine, flags: frozenset[str]) -> Iterator[Word]:
    """Yield the values of flags, written `--flag value`, `--flag=value` or `-flag value`, with `_` or `-`."""
    reading = False
    for word in line.words:
        if word.text.startswith("-"):
            name, equals, value = word.text.lstrip("-").partition("=")
            reading = not equals and name.replace("_", "-") in flags
            if equals and name.replace("_", "-") in flags:
                yield Word(value, word.at, word.known)
        elif reading:
            yield word


def _positional(stack: Stack, line: CommandLine) -> Iterator[Word]:
    words = iter(line.words)
    for word in words:
        if word.text in stack.positional_after:
            break
    skip = False
    for word in words:
        if word.text.startswith("-"):
            skip = "=" not in word.text
        elif skip:
            skip = False
        else:
            yield word
            return


def _parts(word: Word) -> Iterator[Word]:
    """Take apart a value such as `name=/path,other=/path` or a JSON object."""
    text = word.text
    if text[:1] in {"{", "["}:
        try:
            yield from (Word(leaf, word.at, word.known) for leaf in _leaves(json.loads(text)) if leaf)
        except (ValueError, RecursionError):
            yield Word(text, word.at, known=False)
        return
    for part in text.split(","):
        _, equals, value = part.partition("=")
        if not word.known or (value if equals else part):
            yield Word(value if equals else part, word.at, word.known)


def _leaves(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item)


def _model_mounts(server: Server, pod: Pod, *, everything: bool) -> Iterator[Mount]:
    resolved = list(_resolved(server, pod))
    yield from resolved
    if everything or server.stack is None or not resolved:
        yield from (mount for mount in server.container.mounts if _can_bring_model(mount, server.container, pod))


def _resolved(server: Server, pod: Pod) -> Iterator[Mount]:
    paths = [reference.path for reference in server.references if reference.path and reference.word.known]
    if server.stack and not server.references:
        paths += server.stack.default_paths
    if server.stack and server.stack.takes_hub_names:
        paths += [cache for cache in caches(server)]
    for path in paths:
        inner = server.container.mount_at(path)
        for mount in (*((inner,) if inner else ()), *server.container.mounts_below(path)):
            if _brings_files(mount, server.container, pod):
                yield mount


def caches(server: Server) -> tuple[str, ...]:
    """Return where a server that takes hub names looks for what it has fetched before."""
    stack = server.stack
    if stack is None:
        return ()
    named = tuple(server.line.variables[name].text for name in stack.cache_variables if name in server.line.variables)
    return named or stack.default_caches


def _brings_files(mount: Mount, container: Container, pod: Pod) -> bool:
    """Say whether something other than the container itself can have put files behind a mount."""
    volume = pod.volume(mount.volume)
    return volume.holds is not Holds.NOTHING and not _is_own_scratch(volume, container, pod)


def _can_bring_model(mount: Mount, container: Container, pod: Pod) -> bool:
    volume = pod.volume(mount.volume)
    return volume.holds is Holds.FILES and not _is_own_scratch(volume, container, pod)


def _is_own_scratch(volume: Volume, container: Container, pod: Pod) -> bool:
    return volume.is_scratch and all(writer is container for writer, _ in pod.writers_of(volume))


def is_hub_name(reference: Reference) -> bool:
    """Say whether a server that takes hub names would look for this one on a hub."""
    return not reference.path and not reference.is_remote and _HUB_NAME.match(reference.word.text) is not None


def is_off(word: Word) -> bool:
    """Say whether a value switches its switch off."""
    return word.known and word.text.strip().lower() in OFF
