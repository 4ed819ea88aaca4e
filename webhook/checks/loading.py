"""What servers load otherwise than from a gated volume, and what they run besides loading."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from webhook.decision import Violation, shown
from webhook.models import configuration_files, is_off, is_own_scratch, mounts_of_path
from webhook.objects import text
from webhook.policy_object import Answer
from webhook.references import Leads, Reference, Use, flags, is_flag
from webhook.servers import CODE_PATHS, SWITCHES
from webhook.signals import MODEL_FILE, STORAGE, accelerator_of
from webhook.subject import named
from webhook.volumes import Stability, contains
from webhook.words import Word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from webhook.models import Server
    from webhook.subject import Subject

_PROCESS_FILES = ("/proc", "/dev/fd", "/sys")
_SWITCH_INSIDE = re.compile(
    r"(?<![\w-])--trust[-_]remote[-_]code(?![\w-])(?!\s*+=?+\s*+[\"']?+(?:false|0|no|off)\b)|"
    r"(?<![\w-])trust[-_]remote[-_]code[\"']?+\s*+[:=]\s*+[\"']?+(?:true|1|yes|on)\b",
    re.IGNORECASE,
)
"""The switch inside a value: JSON, YAML, or a line of arguments that a script passes on."""
_SHORTEST_ABBREVIATION = len("trust")
"""argparse takes every beginning that only one flag has; none of the stacks has another flag that begins so."""
_PLAIN_FLAGS = frozenset(
    {
        "api-key", "data-parallel-size", "gpu-memory-utilization", "hf-token", "host", "master-addr", "max-model-len",
        "max-num-seqs", "model-name", "nnodes", "node-rank", "num-shard", "pipeline-parallel-size", "port", "seed",
        "served-model-name", "tensor-parallel-size", "token", "tp",
    }
)  # fmt: skip
"""Flags with a value that has no part in what is loaded."""
_MODELCAR = "MODEL_INIT_MODE"
"""https://github.com/kserve/kserve/blob/master/pkg/constants/constants.go: `async` where a modelcar fills /mnt/models."""


def model_in_image(subject: Subject) -> Iterator[Violation]:
    """Demand that what a server loads is on a volume."""
    for server in subject.models.servers if not subject.pod.is_partial else ():
        if subject.policy.has_scanned(server.container.image):
            continue
        for ref in server.references:
            if _is_in_image(ref, server):
                message = (
                    f"{named(server.container)} loads {shown(ref.path)}, which is on no volume: it comes with the image"
                )
                yield Violation(id="model-in-image", path=ref.at, message=message)
        if not server.model_mounts and not any(ref.use is Use.MODEL for ref in server.references):
            yield from _nothing_to_gate(server, subject)


def _nothing_to_gate(server: Server, subject: Subject) -> Iterator[Violation]:
    """Judge a server without model volume of which nothing says what it loads."""
    if not server.is_sure and any(other.is_sure for other in subject.models.servers):
        return  # Beside a server that loads for sure, being called like one says nothing.
    message = f"{named(server.container)} serves a model ({server.signal.because}) but has no model volume: "
    message += "what it loads comes with its image, or is fetched"
    yield Violation(
        id="model-in-image",
        path=f"{server.container.at}.image",
        message=message,
        is_tolerated=not server.is_sure,
    )


def _is_in_image(ref: Reference, server: Server) -> bool:
    if ref.use is not Use.MODEL or ref.leads not in {Leads.PATH, Leads.HUB}:
        return False
    if ref.leads is Leads.HUB:
        return server.is_offline and not server.model_mounts
    if any(contains(place, ref.path) for place in _PROCESS_FILES):
        return False
    return next(mounts_of_path(server.container, ref.path), None) is None


def proc_root_path(subject: Subject) -> Iterator[Violation]:
    """Demand that nothing is loaded through another process's files."""
    for server in subject.models.servers:
        for ref in server.references:
            if ref.leads is Leads.PATH and any(contains(place, ref.path) for place in _PROCESS_FILES):
                message = f"{named(server.container)} loads {shown(ref.path)}, which is no file of its own"
                yield Violation(id="proc-root-path", path=ref.at, message=message)


def modelcar(subject: Subject) -> Iterator[Violation]:
    """Demand that the model is there when init containers run."""
    for server in subject.models.servers:
        for word in server.line.said(_MODELCAR):
            if word.text.strip().lower() != "sync":
                message = (
                    f"{named(server.container)} waits for a modelcar that brings the model after all init containers"
                )
                yield Violation(id="modelcar", path=word.at, message=message)


def model_fetched(subject: Subject) -> Iterator[Violation]:
    """Demand that no server fetches its model itself, except from where the policy allows."""
    for server in subject.models.servers:
        yield from _presets(server, subject)
        has_accelerator = accelerator_of(server.container) is not None
        for ref in server.references:
            if subject.policy.allows_remote(ref.text):
                continue
            if ref.leads is Leads.REMOTE or (ref.leads is Leads.HUB and not server.is_offline):
                message = f"{named(server.container)} fetches {shown(ref.text)} itself when it runs"
            elif _is_on_scratch(ref, server, subject):
                message = f"{named(server.container)} loads {shown(ref.path)} from a volume that starts empty and that "
                message += "only it writes: it must fetch the model itself"
            else:
                continue
            yield Violation(
                id="model-fetched-at-run-time",
                path=ref.at,
                message=message,
                is_tolerated=not has_accelerator and _is_perhaps_a_client(ref, server),
            )


def _presets(server: Server, subject: Subject) -> Iterator[Violation]:
    """Judge flags that stand for a model of a hub."""
    presets = server.stack.presets if server.stack is not None else ()
    for name, _, at in flags(server.line) if presets else ():
        if name in presets and not subject.policy.allows_remote(f"--{name}"):
            message = f"{named(server.container)} fetches the model that {shown(f'--{name}')} stands for when it runs"
            yield Violation(id="model-fetched-at-run-time", path=at, message=message)


def _is_on_scratch(ref: Reference, server: Server, subject: Subject) -> bool:
    if ref.leads is not Leads.PATH or ref.use is not Use.MODEL:
        return False
    mount = server.container.mount_at(ref.path)
    return mount is not None and is_own_scratch(mount, server.container, subject.pod)


def _is_perhaps_a_client(ref: Reference, server: Server) -> bool:
    """Say whether a reference may be the name of a model that another server serves: a front end's, a gateway's."""
    if server.stack is not None or ref.leads is Leads.PATH:
        return False
    return ref.leads is not Leads.REMOTE or not (STORAGE.match(ref.text) or MODEL_FILE.search(ref.text))


def runtime_management(subject: Subject) -> Iterator[Violation]:
    """Demand that no server can be told to load other models while it runs, unless the policy allows it."""
    answer = subject.policy.spec.runtime_management
    for server in subject.models.servers if answer is not Answer.ALLOW else ():
        for path, what in (*_managed(server), *_polling(server, subject)):
            message = f"{named(server.container)} can be made to load other models while it runs: {what}"
            is_tolerated = answer is Answer.WARN
            yield Violation(id="runtime-model-management", path=path, message=message, is_tolerated=is_tolerated)


def _managed(server: Server) -> Iterator[tuple[str, str]]:
    stack = server.stack
    if stack is None:
        return
    if stack.always_manages:
        yield f"{server.container.at}.image", stack.always_manages
    told = list(flags(server.line))
    words = [(way.name, word) for way in stack.management for word in server.line.said(way.name)]
    told += [(name, word.text, word.at) for name, word in words if not is_off(word)]
    for way in stack.management:
        for name, value, at in told:
            if is_flag(name, frozenset({way.name})) and _switches_on(value.lower(), way.values):
                yield at, way.what


def _switches_on(value: str, values: frozenset[str]) -> bool:
    return value in values if values else value not in {"0", "false"}


def _polling(server: Server, subject: Subject) -> Iterator[tuple[str, str]]:
    stack = server.stack
    if stack is None or not stack.polls:
        return
    values = [value for name, value, _ in flags(server.line) if name == stack.polls]
    if values and all(value.strip() in {"0", "-1"} for value in values):
        return
    for mount in server.model_mounts:
        if subject.stability_of(subject.pod.volume(mount.volume)) is Stability.LIVE:
            flag = f"--{stack.polls.replace('-', '_')}=0"
            yield mount.at, f"it loads versions that appear on volume {shown(mount.volume)} later ({flag} stops that)"
            return


def remote_code_switch(subject: Subject) -> Iterator[Violation]:
    """Demand that no switch runs code that comes with the model, unless the policy allows it."""
    for server in subject.models.servers:
        found = (*_switches(server), *_installing(server), *_code_paths(server, subject))
        told = {at: (name, what) for at, name, what in found}
        for at, (name, what) in told.items():
            if not subject.policy.allows_switch(name):
                yield Violation(
                    id="remote-code-switch", path=at, message=f"{named(server.container)} has {shown(name)}: it {what}"
                )


def _switches(server: Server) -> Iterator[tuple[str, str, str]]:
    """Yield where a switch stands, its name and what it does."""
    for name, value, at in flags(server.line):
        for switch, what in SWITCHES.items():
            is_meant = name == switch or (len(name) >= _SHORTEST_ABBREVIATION and switch.startswith(name))
            if is_meant and value.lower() not in {"false", "0", "no", "off"}:
                yield at, f"--{switch}", what
    for name, what in SWITCHES.items():
        yield from ((word.at, name, what) for word in server.line.said(name) if word.known and not is_off(word))
    if "$(" in server.line.texts or "trust" in server.line.texts.lower():
        for word in (*server.line.words, *server.line.variables.values()):
            if _SWITCH_INSIDE.search(word.text):
                yield word.at, "--trust-remote-code", SWITCHES["trust-remote-code"]


def _installing(server: Server) -> Iterator[tuple[str, str, str]]:
    """Yield where a server starts that installs what the model asks for; `local` is the environment that is there."""
    ways = server.stack.installs if server.stack else ()
    is_kept = any(
        name in ways[1:] or (name == ways[0] and value == "local") for name, value, _ in flags(server.line) if ways
    )
    if ways and not is_kept:
        yield (
            f"{server.container.at}.args",
            f"--{ways[0]}",
            f"installs the packages that the model names (--{ways[0]}=local stops that)",
        )


def _code_paths(server: Server, subject: Subject) -> Iterator[tuple[str, str, str]]:
    """Yield where code is looked for on a model volume."""
    told = [(name, word, what) for name, what in CODE_PATHS.items() for word in server.line.said(name)]
    at = f"{server.container.at}.workingDir"
    directory = text(server.container.raw, "workingDir", server.container.at)
    # Python started with -m or -c takes modules from where it is started.
    told.append(("workingDir", Word(directory, at), "Python imports modules from there"))
    for name, word, what in told:
        for path in re.split(r"[:\s]+", word.text):
            mount = server.container.mount_at(path) if path.startswith("/") else None
            if mount is not None and mount.volume in subject.model_volumes():
                yield word.at, f"{name}={path}", f"leads onto the model volume {shown(mount.volume)}, and {what}"


def value_undetermined(subject: Subject) -> Iterator[Violation]:
    """Demand that what decides what is loaded can be read from the object."""
    answer = subject.policy.spec.undetermined
    for server in subject.models.servers if answer is not Answer.ALLOW else ():
        told = {at: (what, soft, remedy) for at, what, soft, remedy in _undetermined(server)}
        for at, (what, soft, remedy) in told.items():
            yield Violation(
                id="value-undetermined",
                path=at,
                message=f"{named(server.container)} {what}",
                remedy=remedy,
                is_tolerated=soft or answer is Answer.WARN,
            )


def _undetermined(server: Server) -> Iterator[tuple[str, str, bool, str]]:
    """Yield where something cannot be read, what it is, whether that is only worth a word, and a remedy."""
    for ref in server.references:
        if ref.leads is Leads.UNDETERMINED:
            yield (
                ref.at,
                f"loads {shown(ref.text)}, and where that leads cannot be told",
                False,
                "write an absolute path",
            )
    for name in SWITCHES:
        yield from (
            (word.at, f"takes {name} from elsewhere", False, "") for word in server.line.said(name) if not word.known
        )
    remedy = "name the keys that are needed, each as an entry of env with valueFrom"
    for at in server.line.from_elsewhere:
        yield at, "takes all its variables from elsewhere: any switch may be among them", server.stack is None, remedy
    if server.stack is not None:
        remedy = 'write them here, or one by one: --flag=$(NAME) in args, --flag="$NAME" in a script'
        what = "is given arguments that come from elsewhere"
        yield from ((at, what, False, remedy) for at in _unknown_arguments(server))
        for word in configuration_files(server):
            yield word.at, f"reads further settings from {shown(word.text)}", True, "give the settings as arguments"


def _unknown_arguments(server: Server) -> Iterator[str]:
    before = ""
    for word in server.line.words:
        if word.text.rpartition("/")[2] == "xargs":
            yield word.at
        is_plain = before.startswith("-") and before.lstrip("-").replace("_", "-") in _PLAIN_FLAGS
        has_name = word.text.startswith("-") and "=" in word.text and not word.text.startswith("-$")
        if not word.known and (word.is_split or not (is_plain or has_name)):
            yield word.at
        before = word.text
