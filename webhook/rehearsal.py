"""Running the gate on local files that stand for a pod's volume, exactly as the pod's own gate would be told to."""

from __future__ import annotations

import contextlib
import io
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from initcontainer.contract import ContractError, GatedVolume, TerminationMessage, decode, to_arguments
from scanners.records import replace
from webhook.gates import find_gate
from webhook.judgement import scoping
from webhook.models import find_models
from webhook.workloads import KINDS, read_templates

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from initcontainer.contract import GateConfig
    from webhook.check import Checked, Offline, RunGate
    from webhook.pod import Pod
    from webhook.policy import CompiledPolicy


class UnknownVolume(ValueError):
    """A volume that no checked object has as a model volume."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(name, known)
        self.name = name
        self.known = known

    def __str__(self) -> str:
        return (
            f"no checked object has a model volume {self.name!r}; model volumes are: {', '.join(self.known) or 'none'}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """One run of the gate."""

    volume: str
    path: Path
    exit_code: int
    message: TerminationMessage | None
    """What the gate would have left in the pod's status; None where it left nothing that can be read."""


def rehearse(
    checked: Sequence[Checked], volumes: Mapping[str, Path], knowledge: Offline, run_gate: RunGate
) -> Iterator[Rehearsal]:
    """Run the gate once for every volume and configuration; raise `UnknownVolume` for one that nothing serves from."""
    plans = [plan for one in checked for plan in _plans(one, knowledge.policy)]
    for name in volumes:
        if name not in {volume for volume, _ in plans}:
            raise UnknownVolume(name, sorted({volume for volume, _ in plans}))
    for name, config in dict.fromkeys(plans):
        if name in volumes:
            yield _run(name, volumes[name], config, run_gate)


def _plans(one: Checked, policy: CompiledPolicy) -> Iterator[tuple[str, GateConfig]]:
    """Yield each model volume of an object with what a gate of it is told."""
    if one.decision is None:
        return
    group = str(one.document.value.get("apiVersion", "")).rpartition("/")[0]
    kind = KINDS.get((group, one.kind))
    if kind:
        for template in read_templates(one.document.value, kind):
            yield from _pod_plans(template.pod, policy, one.namespace)


def _pod_plans(pod: Pod, policy: CompiledPolicy, namespace: str) -> Iterator[tuple[str, GateConfig]]:
    gate = find_gate(pod, policy)
    gated = set()
    if gate and gate.gate:
        for volume, entry in gate.entries():
            gated.add(entry.volume)
            yield entry.volume, replace(gate.gate.config, volumes=(volume,))
    models = find_models(pod, scoping(policy, namespace))
    for _, mount in models.mounts:
        if mount.volume not in gated:
            with contextlib.suppress(ContractError):
                yield mount.volume, policy.requirement([GatedVolume(server_path=mount.path)])


def _run(name: str, path: Path, config: GateConfig, run_gate: RunGate) -> Rehearsal:
    with tempfile.TemporaryDirectory() as folder:
        message_path = Path(folder) / "message"
        arguments = [*to_arguments(config), f"--mounted-at={path}", f"--termination-message-path={message_path}"]
        with contextlib.redirect_stdout(io.StringIO()):
            exit_code = run_gate(arguments)
        return Rehearsal(volume=name, path=path, exit_code=exit_code, message=_message(message_path))


def _message(path: Path) -> TerminationMessage | None:
    try:
        return decode(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
