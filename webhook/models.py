"""Which containers serve models, what they load, and through which mounts: the data flow that the checks judge."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from initcontainer.contract import GATE_NAME
from webhook.commandline import CommandLine, Word, read_command_line
from webhook.pod import Role
from webhook.references import Leads, Reference, Use, references
from webhook.servers import OFF, OFFLINE, ON, OTHER_HUBS, STACKS, Stack
from webhook.signals import Signal, accelerator_of, platform_of, signal_of
from webhook.volumes import Holds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from webhook.pod import Container, Mount, Pod
    from webhook.policy import NonModelVolume
    from webhook.volumes import Volume


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

    @property
    def is_sure(self) -> bool:
        """Whether it loads a model for sure, and is not only called so."""
        return self.stack is not None or self.signal.is_strong

    @property
    def is_offline(self) -> bool:
        """Whether it cannot fetch from a hub by itself."""
        words = [self.line.variables.get(name) for name in OFFLINE]
        is_on = any(word is not None and word.known and word.text.strip().lower() in ON for word in words)
        others = [self.line.variables.get(name) for name in OTHER_HUBS]
        return is_on and all(word is None or is_off(word) for word in others)

    @property
    def caches(self) -> tuple[str, ...]:
        """Where it looks for what was fetched from a hub before."""
        if self.stack is None:
            return ()
        set_here = [self.line.variables[name] for name in self.stack.cache_variables if name in self.line.variables]
        home = self.line.variables.get("HOME")
        at_home = (f"{home.text}/.cache/huggingface",) if home is not None and home.text.startswith("/") else ()
        return tuple(word.text for word in set_here if word.text.startswith("/")) or self.stack.default_caches + at_home


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """What a pod serves."""

    servers: tuple[Server, ...] = ()
    lines: dict[str, CommandLine] = field(default_factory=dict)
    """Path of a container -> what it is told."""
    _loaders: dict[str, tuple[Server, ...]] = field(init=False, repr=False, compare=False, default_factory=dict)
    _loads: set[tuple[str, str]] = field(init=False, repr=False, compare=False, default_factory=set)

    def __post_init__(self) -> None:
        served: dict[str, list[Server]] = {}
        for server in self.servers:
            for volume in dict.fromkeys(mount.volume for mount in server.model_mounts):
                served.setdefault(volume, []).append(server)
        for volume, servers in served.items():
            sure = tuple(server for server in servers if server.is_sure)
            self._loaders[volume] = sure or tuple(servers)
            self._loads.update((server.container.at, volume) for server in self._loaders[volume])

    @property
    def mounts(self) -> Iterator[tuple[Server, Mount]]:
        """Every mount through which a server sees a model volume."""
        return ((server, mount) for server in self.servers for mount in server.model_mounts)

    def loaders_of(self, volume: str) -> tuple[Server, ...]:
        """Return who loads from a volume: those that do so for sure, or else all that may."""
        return self._loaders.get(volume, ())

    def loads(self, container: Container, volume: str) -> bool:
        """Say whether a container is among those who load from a volume."""
        return (container.at, volume) in self._loads


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoping:
    """How wide to look."""

    everything: bool = False
    """Every container and every volume counts."""
    is_platform: bool = False
    """The object's kind already says that its pods serve models."""
    namespace: str = ""
    exempt: tuple[NonModelVolume, ...] = ()


def find_models(pod: Pod, scoping: Scoping) -> Models:
    """Find the servers of a pod and their model volumes."""
    platform = platform_of(pod)
    lines = {container.at: read_command_line(container, pod.extent) for container in pod.containers}
    found: list[Server] = []
    for container in pod.containers:
        if container.name == GATE_NAME and container.role is Role.INIT:
            continue
        server = _server(container, lines[container.at], pod, scoping, platform)
        if server:
            pod.extent.add("references to models", len(server.references), container.at)
            mounts = dict.fromkeys(_model_mounts(server, pod, scoping))
            kept = tuple(mount for mount in mounts if not mount.is_device and not _is_exempt(mount, pod, scoping))
            found.append(replace(server, model_mounts=kept))
    return Models(servers=tuple(found), lines=lines)


def _server(
    container: Container, line: CommandLine, pod: Pod, scoping: Scoping, platform: Signal | None
) -> Server | None:
    stack = recognise(container, line)
    if stack is not None and not _only_fetches(container, line, stack):
        signal: Signal | None = Signal(because=f"it runs {stack.name}", is_strong=True)
    elif container.role in {Role.INIT, Role.EPHEMERAL} and accelerator_of(container) is None:
        return None  # It ends before the servers start, or is judged as what it is: a downloader, a debugger.
    else:
        signal = signal_of(container, line, pod, platform)
        if signal is None and (scoping.everything or scoping.is_platform):
            signal = Signal(because="everything here is judged", is_strong=False)
    if signal is None:
        return None
    told = references(stack, line, container, most=pod.extent.left("references to models"))
    return Server(container=container, line=line, stack=stack, signal=signal, references=told)


def _only_fetches(container: Container, line: CommandLine, stack: Stack) -> bool:
    """Say whether an init container runs a stack's program only to fetch a model.

    Not every init container is taken for that: a server can run, and be reached, in one that never ends.
    """
    return container.role is Role.INIT and any(word.text in stack.downloads for word in line.words)


def recognise(container: Container, line: CommandLine) -> Stack | None:
    """Return the stack a container runs, by its program, or by its image where the image's own entry point runs."""
    called = [_PROGRAMS[name] for name in _called(line) if name in _PROGRAMS]
    if called:
        return STACKS[min(called)]
    return None if line.has_command else _by_image(container.image)


def _by_image(image: str) -> Stack | None:
    head, slash, tail = image.partition("@")[0].rpartition("/")
    name = tail.partition(":")[0]
    repository = f"/{head}{slash}{name}"
    for ending, stack in [*_IMAGES.get(name, []), *_IMAGES.get("", [])]:
        if repository.endswith(f"/{ending}") or (ending.endswith("/") and f"/{ending}" in repository):
            return stack
    return None


def _images() -> Mapping[str, list[tuple[str, Stack]]]:
    """Return image endings by their last component; those that name a folder under an empty one."""
    found: dict[str, list[tuple[str, Stack]]] = {}
    for stack in STACKS:
        for image in stack.images:
            found.setdefault(image.rpartition("/")[2], []).append((image, stack))
    return found


_IMAGES: Mapping[str, list[tuple[str, Stack]]] = _images()
_PROGRAMS: Mapping[str, int] = {
    program: order for order, stack in reversed(list(enumerate(STACKS))) for program in stack.programs
}
"""Program -> place of its stack in the table: a line that calls several is of the first."""


_LONGEST_PROGRAM = max(map(len, _PROGRAMS))
_PROGRAM_ROOTS = frozenset(re.split(r"[. ]", program)[0] for program in _PROGRAMS)


def _called(line: CommandLine) -> Iterator[str]:
    """Yield everything a line may call: each word that is no flag's value, its parents as a module, and word pairs."""
    if _PROGRAM_ROOTS.isdisjoint([word.text.rpartition("/")[2].partition(".")[0] for word in line.words]):
        return
    before = ""
    for word in line.words:
        is_value = before.startswith("--") and "=" not in before
        if not is_value and not word.text.startswith("-"):
            name = word.text.rpartition("/")[2]
            yield name
            yield f"{before.rpartition('/')[2]} {name}"
            yield from (name[: dot.end()] for dot in re.finditer(r"\.", name[:_LONGEST_PROGRAM]))
        before = word.text


def _model_mounts(server: Server, pod: Pod, scoping: Scoping) -> Iterator[Mount]:
    resolved = list(_resolved(server, pod))
    yield from resolved
    told = [reference for reference in server.references if reference.use is Use.MODEL]
    is_told = bool(told) and all(reference.leads is not Leads.UNDETERMINED for reference in told)
    if scoping.everything or server.stack is None or not (is_told or resolved) or _has_hidden_settings(server):
        for mount in server.container.mounts:
            if pod.volume(mount.volume).holds is Holds.FILES and not is_own_scratch(mount, server.container, pod):
                yield mount


def _has_hidden_settings(server: Server) -> bool:
    """Say whether the server reads settings that the object does not show and that may name other paths."""
    undetermined = any(reference.leads is Leads.UNDETERMINED for reference in server.references)
    return undetermined or bool(configuration_files(server))


def configuration_files(server: Server) -> tuple[Word, ...]:
    """Return the files of settings that a server is told to read."""
    if server.stack is None or not server.stack.configuration_flags:
        return ()
    from webhook.references import flag_values

    names = server.stack.configuration_flags
    in_variables = [server.line.variables[name] for name in names if name in server.line.variables]
    return (*flag_values(server.line, frozenset(names)), *in_variables)


def _resolved(server: Server, pod: Pod) -> Iterator[Mount]:
    """Yield the mounts that what the server is told to load leads into or contains."""
    paths = [reference.path for reference in server.references if reference.leads is Leads.PATH]
    told = [reference for reference in server.references if reference.use is Use.MODEL]
    if server.stack and not told:
        paths += server.stack.default_paths
    if not told or any(reference.leads is not Leads.PATH for reference in told):
        paths += server.caches
    for path in dict.fromkeys(paths):
        yield from (
            mount for mount in mounts_of_path(server.container, path) if _brings_files(mount, server.container, pod)
        )


def mounts_of_path(container: Container, path: str) -> Iterator[Mount]:
    """Yield the mount a path leads into, and all that lie below it."""
    inner = container.mount_at(path)
    if inner:
        yield inner
    yield from container.mounts_below(path)


def _brings_files(mount: Mount, container: Container, pod: Pod) -> bool:
    return pod.volume(mount.volume).holds is not Holds.NOTHING and not is_own_scratch(mount, container, pod)


def is_own_scratch(mount: Mount, container: Container, pod: Pod) -> bool:
    """Say whether a volume starts empty and nobody but the container itself puts anything there."""
    volume = pod.volume(mount.volume)
    return volume.is_scratch and pod.written_by(volume) <= {container.at}


def _is_exempt(mount: Mount, pod: Pod, scoping: Scoping) -> bool:
    """Say whether the policy's administrator has said that a volume is no model volume."""
    return any(_matches(entry, pod.volume(mount.volume), pod, scoping.namespace) for entry in scoping.exempt)


def _matches(entry: NonModelVolume, volume: Volume, pod: Pod, namespace: str) -> bool:
    if entry.namespaces and namespace not in entry.namespaces:
        return False
    return (
        entry.name in {"", volume.name}
        and entry.claim in {"", volume.claim}
        and (not entry.host_path or (volume.kind == "hostPath" and volume.source.get("path") == entry.host_path))
        and (not entry.mount_path or pod.storage.paths_of(volume) == {entry.mount_path})
    )


def is_off(word: Word) -> bool:
    """Say whether a value switches its switch off."""
    return word.known and word.text.strip().lower() in OFF
