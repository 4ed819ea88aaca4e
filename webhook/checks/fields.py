"""Fields that this version does not know: a new one can change how containers start or what they see.

The tables follow Kubernetes 1.36 (and what is known of 1.37); a test compares them with the client's models.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from webhook.decision import Violation, shown
from webhook.objects import below, items, mapping, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from webhook.subject import Subject

POD_FIELDS = frozenset(
    [
        "activeDeadlineSeconds",
        "affinity",
        "automountServiceAccountToken",
        "containers",
        "dnsConfig",
        "dnsPolicy",
        "enableServiceLinks",
        "ephemeralContainers",
        "evictionResponders",
        "hostAliases",
        "hostIPC",
        "hostNetwork",
        "hostPID",
        "hostUsers",
        "hostname",
        "hostnameOverride",
        "imagePullSecrets",
        "initContainers",
        "nodeName",
        "nodeSelector",
        "os",
        "overhead",
        "preemptionPolicy",
        "priority",
        "priorityClassName",
        "readinessGates",
        "resourceClaims",
        "resources",
        "restartPolicy",
        "runtimeClassName",
        "schedulerName",
        "schedulingGates",
        "schedulingGroup",
        "securityContext",
        "serviceAccount",
        "serviceAccountName",
        "setHostnameAsFQDN",
        "shareProcessNamespace",
        "subdomain",
        "terminationGracePeriodSeconds",
        "tolerations",
        "topologySpreadConstraints",
        "volumes",
        "workloadRef",
    ]
)
"""Of a pod's specification. Those that matter here have checks of their own."""

CONTAINER_FIELDS = frozenset(
    [
        "args",
        "command",
        "env",
        "envFrom",
        "image",
        "imagePullPolicy",
        "lifecycle",
        "livenessProbe",
        "name",
        "ports",
        "readinessProbe",
        "resizePolicy",
        "resources",
        "restartPolicy",
        "restartPolicyRules",
        "securityContext",
        "startupProbe",
        "stdin",
        "stdinOnce",
        "targetContainerName",
        "terminationMessagePath",
        "terminationMessagePolicy",
        "tty",
        "volumeDevices",
        "volumeMounts",
        "workingDir",
    ]
)
"""Of a container of any kind."""

MOUNT_FIELDS = frozenset(
    [
        "bindMountOptions",
        "mountPath",
        "mountPropagation",
        "name",
        "readOnly",
        "recursiveReadOnly",
        "subPath",
        "subPathExpr",
    ]
)
"""Of a volume mount."""


_MOST_TOLD = 100
"""Unknown fields that are named. One is as good as a thousand: the pod is refused."""


def field_unknown(subject: Subject) -> Iterator[Violation]:
    """Demand that a pod that serves a model has no field that is not known."""
    if not subject.models.servers or subject.pod.is_partial:
        return  # A platform's own objects have fields of their own beside the pod's.
    yield from islice(_all_unknown(subject), _MOST_TOLD)


def _all_unknown(subject: Subject) -> Iterator[Violation]:
    yield from _unknown(subject.pod.spec, POD_FIELDS, subject.pod.at)
    for container in subject.pod.containers:
        yield from _unknown(container.raw, CONTAINER_FIELDS, container.at)
        for at, mount in items(container.raw, "volumeMounts", container.at):
            yield from _unknown(mount, MOUNT_FIELDS, at)


def _unknown(value: Mapping[str, Any], known: frozenset[str], at: str) -> Iterator[Violation]:
    for name in value:
        if name not in known and value[name] is not None:
            message = f"field {shown(name)} is not known to this version"
            yield Violation(id="field-unknown", path=below(at, str(name)), message=message)


def other_operating_system(subject: Subject) -> Iterator[Violation]:
    """Demand that a pod that serves a model runs on Linux."""
    if not subject.models.servers:
        return
    system = text(mapping(subject.pod.spec, "os", subject.pod.at), "name", f"{subject.pod.at}.os")
    selector = mapping(subject.pod.spec, "nodeSelector", subject.pod.at).get("kubernetes.io/os")
    for name, path in ((system, "os.name"), (selector, 'nodeSelector["kubernetes.io/os"]')):
        if name and name != "linux":
            message = f"a pod for {shown(name)} serves a model; the gate runs on Linux"
            yield Violation(id="other-operating-system", path=f"{subject.pod.at}.{path}", message=message)
