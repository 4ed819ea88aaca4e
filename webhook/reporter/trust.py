"""Whether the container that bears the gate's name is one whose word counts: read back by the contract, trusted by policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from initcontainer.contract import Gate, is_trusted, read_gate
from webhook.review import Mode

if TYPE_CHECKING:
    from webhook.reporter.outcomes import Json, Trust
    from webhook.review import Knowledge


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
        if not any(is_trusted(gate.image_reference, policy.digests) for policy in policies):
            return "no policy of the namespace trusts the gate's image"
        return gate

    return trust
