"""The gate's security context: read-only, no capabilities, nothing of the node.

Every field is judged here or refused. The restricted Pod Security Standard is the floor:
https://kubernetes.io/docs/concepts/security/pod-security-standards/
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from initcontainer.contract.deviations import CANONICAL, Deviation, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

FIELD = "securityContext"


def judge_privileges(container: Mapping[str, Any]) -> Iterator[Deviation]:
    """Yield every field of the security context that is missing, weaker than a gate's, or not known."""
    context = container.get(FIELD)
    if not isinstance(context, Mapping):
        yield Deviation(path=FIELD, problem="is missing", remedy=CANONICAL)
        return
    for name, (accepts, wanted) in _FIELDS.items():
        if not accepts(context.get(name)):
            problem = "is missing" if context.get(name) is None else "is weaker than a gate's"
            yield Deviation(path=f"{FIELD}.{name}", problem=problem, remedy=wanted)
    if context.get("runAsNonRoot") is not True and context.get("runAsUser") != 0:
        remedy = "set it to true; only a gate for a server that runs as root sets runAsUser to 0 instead"
        yield Deviation(path=f"{FIELD}.runAsNonRoot", problem="is not true", remedy=remedy)
    for name in context.keys() - _FIELDS.keys() - {"runAsNonRoot"}:
        if context[name] is not None:
            problem = "is not a field this version knows"
            yield Deviation(path=f"{FIELD}.{shown(name)}", problem=problem, remedy="remove it")


def _drops_all(value: Any) -> bool:
    return (
        isinstance(value, Mapping)
        and value.get("drop") == ["ALL"]
        and not value.get("add")
        and value.keys() <= {"add", "drop"}
    )


def _is_default_profile(value: Any) -> bool:
    # A Localhost profile is the author's: one that answers 0 to `read` would make every file look empty.
    return isinstance(value, Mapping) and value == {"type": "RuntimeDefault"}


def _is_default_profile_or_absent(value: Any) -> bool:
    return value is None or _is_default_profile(value)


def _is_id_or_absent(value: Any) -> bool:
    return value is None or (type(value) is int and value >= 0)


def _is_level_or_absent(value: Any) -> bool:
    # OpenShift gives every container of a namespace its MCS level; type, role and user would be the author's choice.
    return value is None or (isinstance(value, Mapping) and value.keys() <= {"level"})


_FIELDS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "allowPrivilegeEscalation": (lambda value: value is False, "set it to false"),
    "readOnlyRootFilesystem": (lambda value: value is True, "set it to true"),
    "capabilities": (_drops_all, "set it to {drop: [ALL]}"),
    "seccompProfile": (_is_default_profile, "set it to {type: RuntimeDefault}"),
    "appArmorProfile": (_is_default_profile_or_absent, "remove it, or set it to {type: RuntimeDefault}"),
    "seLinuxOptions": (_is_level_or_absent, "remove it, or keep its level only"),
    "privileged": (lambda value: value is None or value is False, "remove it"),
    "procMount": (lambda value: value is None or value == "Default", "remove it"),
    "runAsUser": (_is_id_or_absent, "set it to the uid of the server"),
    "runAsGroup": (_is_id_or_absent, "set it to the gid of the server"),
}
"""Field -> what is accepted, and what to write instead."""
