"""Which containers serve models, what they load, and through which mounts: the data flow that the checks judge."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from initcontainer.contract import GATE_NAME
from webhook.commandline import CommandLine, read_command_line
from webhook.pod import Role
from webhook.recognition import recognise
from webhook.references import Leads, Reference, Use, flag_values, references
from webhook.servers import OFF, OFFLINE, ON, OTHER_HUBS
from webhook.signals import Signal, accelerator_of, platform_of, signal_of
from webhook.volumes import Holds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from webhook.pod import Container, Mount, Pod
    from webhook.policy_object import NonModelVolume
    from webhook.servers import Stack
    from webhook.volumes import Volume
    from webhook.words import Word


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
        obeys = self.stack is None or self.stack.obeys_offline
        others_are_off = all(is_off(word) for name in OTHER_HUBS for word in self.line.said(name))
        return obeys and others_are_off and _is_first_on(OFFLINE, self.line)

    @property
    def caches(self) -> tuple[str, ...]:
        """Where it looks for what was fetched from a hub before."""
        if self.stack is None:
            return ()
        listed = [self.line.variables[name] for name in self.stack.cache_variables if name in self.line.variables]
        set_in_words = [word for name in self.stack.cache_variables for word in self.line.assigned.get(name, ())]
        at_home = [f"{home.text}/.cache/huggingface" for home in self.line.said("HOME") if home.text.startswith("/")]
        places = [word.text for word in listed if word.text.startswith("/")] or [*self.stack.default_caches, *at_home]
        return (*places, *(word.text for word in set_in_words if word.text.startswith("/")))


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
    elif container.role is Role.INIT and accelerator_of(container) is None:
        return None  # It ends before the servers start: a downloader.
    else:
        signal = signal_of(container, line, pod, platform)
        if container.role is Role.EPHEMERAL and not (signal and signal.is_strong):
            return None  # A debugger.
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
    return undetermined or bool(configuration_files(server)) or _is_told_in_words(server)


def _is_told_in_words(server: Server) -> bool:
    """Say whether a variable that decides what is loaded is set in the words, or cannot be read as a place."""
    stack, line = server.stack, server.line
    if stack is None:
        return False
    caches = [line.variables[name] for name in stack.cache_variables if name in line.variables]
    deciding = (*stack.model_variables, *stack.further_variables, *stack.cache_variables, "HOME")
    return any(name in line.assigned for name in deciding) or not all(
        word.known and word.text[:1] in {"", "/"} for word in caches
    )


def configuration_files(server: Server) -> tuple[Word, ...]:
    """Return the files of settings that a server is told to read."""
    if server.stack is None or not server.stack.configuration_flags:
        return ()
    names = server.stack.configuration_flags
    in_variables = [word for name in names for word in server.line.said(name)]
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


def _is_first_on(names: tuple[str, ...], line: CommandLine) -> bool:
    """Say whether the first of several variables that has a value switches on, and no word says otherwise.

    huggingface_hub looks at the second one only where the first is absent or empty, and takes no blanks.
    """
    listed = [line.variables[name] for name in names if name in line.variables]
    first = next((word for word in listed if word.text or not word.known), None)
    said = [word for name in names for word in line.assigned.get(name, ())]
    return first is not None and all(word.known and word.text.lower() in ON for word in (first, *said))


def is_off(word: Word) -> bool:
    """Say whether a value switches its switch off."""
    return word.known and word.text.strip().lower() in OFF
