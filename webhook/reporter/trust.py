"""Whether the container that bears the gate's name is one whose word counts.

It must read back as a gate that nothing weakens, run an image that a policy of its namespace trusts, and stand in a pod in
which nobody else can reach its processes or files. Whether it is as strict as today's policy is not asked: what a gate of
yesterday said is still what it saw.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from initcontainer.contract import Gate, is_trusted, read_gate
from webhook.objects import Undecodable
from webhook.review import Mode, decide_object
from webhook.workloads import KINDS

if TYPE_CHECKING:
    from webhook.policy import CompiledPolicy
    from webhook.reporter.outcomes import Json, Trust
    from webhook.review import Knowledge

TAMPERING: Final = frozenset({
    "ephemeral-container",
    "host-files-neighbour",
    "host-processes",
    "privileged-neighbour",
    "review-not-decodable",
    "shared-process-namespace",
})  # fmt: skip
"""Violations by which another container could have written the gate's message, or kept it from looking."""


def trust_by(knowledge: Knowledge) -> Trust:
    """Return a judge of gates by the policies that the pod's namespace is under in any mode."""

    def trust(pod: Json, container: Json) -> Gate | str:
        if not container:
            return "the pod has no container of the gate's name"
        gate = read_gate(container)
        if not isinstance(gate, Gate):
            return f"the container is no gate: {gate[0]}"
        namespace = pod["metadata"]["namespace"]
        policies = [policy for mode in Mode if (policy := knowledge.policy_for(namespace, mode))]
        if not policies:
            return f"namespace {namespace} is under no policy that is known"
        trusting = [policy for policy in policies if is_trusted(gate.image_reference, policy.digests)]
        if not trusting:
            return "no policy of the namespace trusts the gate's image"
        tampering = _tampering(pod, namespace, trusting[0], knowledge)
        return f"others in the pod can reach the gate: {tampering}" if tampering else gate

    return trust


def _tampering(pod: Json, namespace: str, policy: CompiledPolicy, knowledge: Knowledge) -> str:
    today = datetime.now(UTC).date()
    try:
        decision = decide_object(pod, KINDS["", "Pod"], policy, namespace=namespace, knowledge=knowledge, today=today)
    except (Undecodable, RecursionError) as error:
        return str(error)
    return ", ".join(sorted({violation.id for violation in decision.violations} & TAMPERING))
