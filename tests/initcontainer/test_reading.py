"""Every way in which a container can differ from a gate is accepted for a reason or refused by name."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from initcontainer.contract import Deviation, Gate, GateConfig, read_gate
from initcontainer.contract.reading import FORBIDDEN, FREE, JUDGED

# https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#Container, Kubernetes 1.36
KUBERNETES_FIELDS = {
    "args", "command", "env", "envFrom", "image", "imagePullPolicy", "lifecycle", "livenessProbe", "name", "ports",
    "readinessProbe", "resizePolicy", "resources", "restartPolicy", "restartPolicyRules", "securityContext",
    "startupProbe", "stdin", "stdinOnce", "terminationMessagePath", "terminationMessagePolicy", "tty",
    "volumeDevices", "volumeMounts", "workingDir",
}  # fmt: skip

SOMETHING: dict[str, Any] = {
    "command": ["/bin/true"],
    "workingDir": "/mnt",
    "ports": [{"containerPort": 80}],
    "envFrom": [{"configMapRef": {"name": "x"}}],
    "volumeDevices": [{"name": "x", "devicePath": "/dev/x"}],
    "livenessProbe": {"exec": {"command": ["true"]}},
    "readinessProbe": {"exec": {"command": ["true"]}},
    "startupProbe": {"exec": {"command": ["true"]}},
    "lifecycle": {"postStart": {"exec": {"command": ["kill", "1"]}}},
    "restartPolicy": "Always",
    "restartPolicyRules": [{"action": "Restart", "exitCodes": {"operator": "In", "values": [1]}}],
    "stdin": True,
    "stdinOnce": True,
    "tty": True,
}


def _deviations(container: dict[str, Any]) -> list[Deviation]:
    read = read_gate(container)
    return [] if isinstance(read, Gate) else read


def _paths(container: dict[str, Any]) -> list[str]:
    return [deviation.path for deviation in _deviations(container)]


def test_every_field_of_a_container_has_one_answer() -> None:
    """A field is judged, free or forbidden, and none is two of these."""
    assert {*JUDGED, *FREE, *FORBIDDEN} == KUBERNETES_FIELDS
    assert len(JUDGED) + len(FREE) + len(FORBIDDEN) == len(KUBERNETES_FIELDS)


@pytest.mark.parametrize("field", FORBIDDEN)
def test_a_forbidden_field_is_named(container: dict[str, Any], field: str) -> None:
    """One deviation, at the field."""
    container[field] = SOMETHING[field]
    assert _paths(container) == [field]


@pytest.mark.parametrize("field", FORBIDDEN)
@pytest.mark.parametrize("nothing", [None, False, [], {}, ""])
def test_a_forbidden_field_that_says_nothing_is_absent(container: dict[str, Any], field: str, nothing: object) -> None:
    """Manifests write `tty: false`; the API server drops it."""
    container[field] = nothing
    assert _paths(container) == []


@pytest.mark.parametrize("value", [0, "off", [0], {"a": None}])
def test_a_forbidden_field_is_not_absent_because_it_is_false_in_python(
    container: dict[str, Any], value: object
) -> None:
    """Only null, false and empty count; a zero is a value."""
    container["workingDir"] = value
    assert _paths(container) == ["workingDir"]


@pytest.mark.parametrize("value", ["x", False, 0, [], {}])
def test_a_field_of_tomorrow_is_refused(container: dict[str, Any], value: object) -> None:
    """What is not known cannot be known to be harmless, even where it says false."""
    container["checkpointRestore"] = value
    assert _paths(container) == ["checkpointRestore"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("resources", {"limits": {"cpu": "1", "memory": "1Ki"}, "requests": {"ephemeral-storage": "1Gi"}}),
        ("resources", {"limits": None, "requests": {}, "claims": []}),
        ("resources", None),
        ("imagePullPolicy", "Always"),
        ("resizePolicy", [{"resourceName": "cpu", "restartPolicy": "NotRequired"}]),
    ],
)
def test_free_fields_are_free(container: dict[str, Any], field: str, value: object) -> None:
    """At worst the gate does not run, and then it stays shut."""
    container[field] = value
    assert _paths(container) == []


def test_the_termination_message_stays_where_the_reporter_reads_it(container: dict[str, Any]) -> None:
    """Another path or policy would lose the verdict, or take a log line for it."""
    container["terminationMessagePath"] = "/tmp/other"
    container["terminationMessagePolicy"] = "FallbackToLogsOnError"
    assert _paths(container) == ["terminationMessagePath", "terminationMessagePolicy"]


def test_absent_termination_fields_mean_their_defaults(container: dict[str, Any]) -> None:
    """A template is read before the API server has filled it in."""
    del container["terminationMessagePath"]
    del container["terminationMessagePolicy"]
    assert _paths(container) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("allowPrivilegeEscalation", True),
        ("allowPrivilegeEscalation", None),
        ("readOnlyRootFilesystem", False),
        ("readOnlyRootFilesystem", None),
        ("readOnlyRootFilesystem", "true"),
        ("capabilities", None),
        ("capabilities", {"drop": ["NET_RAW"]}),
        ("capabilities", {"drop": ["ALL"], "add": ["SYS_PTRACE"]}),
        ("capabilities", {"drop": ["ALL"], "ambient": ["SYS_ADMIN"]}),
        ("seccompProfile", None),
        ("seccompProfile", {"type": "Unconfined"}),
        ("seccompProfile", {"type": "Localhost", "localhostProfile": "zero-reads.json"}),
        ("appArmorProfile", {"type": "Unconfined"}),
        ("appArmorProfile", {"type": "Localhost", "localhostProfile": "x"}),
        ("seLinuxOptions", {"type": "spc_t"}),
        ("seLinuxOptions", {"level": "s0", "user": "root"}),
        ("privileged", True),
        ("procMount", "Unmasked"),
        ("procMount", {}),
        ("runAsNonRoot", False),
        ("runAsNonRoot", None),
        ("runAsUser", "0"),
        ("runAsUser", True),
        ("runAsUser", -1),
        ("runAsGroup", []),
        ("windowsOptions", {"hostProcess": True}),
        ("fieldOfTomorrow", False),
    ],
)
def test_a_weaker_security_context_is_named(container: dict[str, Any], field: str, value: object) -> None:
    """One deviation, at the field."""
    container["securityContext"][field] = value
    assert _paths(container) == [f"securityContext.{field}"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("privileged", False),
        ("procMount", "Default"),
        ("appArmorProfile", {"type": "RuntimeDefault"}),
        ("seLinuxOptions", {"level": "s0:c26,c5"}),
        ("runAsGroup", 5),
        ("runAsUser", 1000680000),
        ("windowsOptions", None),
    ],
)
def test_what_platforms_add_is_accepted(container: dict[str, Any], field: str, value: object) -> None:
    """OpenShift gives a uid and an MCS level; defaults may be spelled out."""
    container["securityContext"][field] = value
    assert _paths(container) == []


@pytest.mark.parametrize("context", [None, [], "strict", 1])
def test_a_container_without_security_context_is_refused(container: dict[str, Any], context: object) -> None:
    """The image's defaults are root and writable."""
    container["securityContext"] = context
    assert _paths(container) == ["securityContext"]


def test_root_without_being_asked_for_is_refused(container: dict[str, Any]) -> None:
    """`runAsNonRoot` may be missing only where the uid says root openly."""
    container["securityContext"] = {**container["securityContext"], "runAsNonRoot": False, "runAsUser": 0}
    assert _paths(container) == []
    del container["securityContext"]["runAsUser"]
    assert _paths(container) == ["securityContext.runAsNonRoot"]


def test_additions_of_clouds_and_proxies_are_accepted(container: dict[str, Any]) -> None:
    """Identity webhooks add these to every container; without them no gate would pass on EKS or AKS."""
    container["env"] = [
        {"name": "AWS_ROLE_ARN", "value": "arn:aws:iam::1:role/x"},
        {"name": "AZURE_CLIENT_ID", "value": "x"},
        {"name": "HTTPS_PROXY", "value": "http://proxy"},
        {"name": "no_proxy", "value": "10.0.0.0/8"},
        {"name": "AWS_DEFAULT_REGION"},
    ]
    for path in ("eks.amazonaws.com/serviceaccount", "pods.eks.amazonaws.com/serviceaccount", "azure/tokens"):
        mount = {"name": f"token-{path[:3]}", "mountPath": f"/var/run/secrets/{path}", "readOnly": True}
        container["volumeMounts"].append(mount)
    assert _paths(container) == []


def test_mount_fields_that_make_nothing_weaker_are_accepted(container: dict[str, Any]) -> None:
    """The API server shows defaults, and recursive read-only is stricter."""
    container["volumeMounts"][0] |= {"mountPropagation": "None", "recursiveReadOnly": "IfPossible", "subPathExpr": ""}
    assert _paths(container) == []


@pytest.mark.parametrize(("written", "read"), [("a/b/", "a/b"), ("./a", "a"), ("a//b", "a/b"), ("", ""), (None, "")])
def test_sub_paths_are_read_in_one_spelling(container: dict[str, Any], written: str | None, read: str) -> None:
    """Admission compares them with the server's."""
    container["volumeMounts"][0]["subPath"] = written
    gate = read_gate(container)
    assert isinstance(gate, Gate)
    assert gate.mounts[0].sub_path == read


def test_mounts_are_sorted_by_volume(container: dict[str, Any]) -> None:
    """Injectors reorder lists; the place decides which volume it is."""
    container["volumeMounts"].reverse()
    gate = read_gate(container)
    assert isinstance(gate, Gate)
    assert [mount.volume for mount in gate.mounts] == ["models", "cache"]


def test_all_faults_are_told_at_once(container: dict[str, Any]) -> None:
    """Nobody wants to apply ten times to hear ten faults."""
    container["image"] = "gate:latest"
    container["tty"] = True
    container["args"] = ["gate", "--nothing"]
    container["volumeMounts"][0]["readOnly"] = False
    assert _paths(container) == ["image", "args", "tty", "volumeMounts[0].readOnly"]


def test_hostile_names_are_shown_escaped(container: dict[str, Any]) -> None:
    """A denial is printed on terminals and in events."""
    container["env"] = [{"name": "\u202eX\x1b[2J", "value": ""}]
    container["\x1b[31mfield"] = 1
    container["volumeMounts"].append({"name": "x", "mountPath": "/\x07", "readOnly": True})
    told = "".join(str(deviation) for deviation in _deviations(container))
    assert told.isprintable()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.sampled_from(sorted({*JUDGED, *FORBIDDEN})), JSON)
def test_any_json_in_any_field_is_answered(container: dict[str, Any], field: str, value: object) -> None:
    """Nothing that a pod can hold makes the reading fail, and nothing but the canonical form passes by accident."""
    read = read_gate({**container, field: value})
    assert isinstance(read, Gate | list)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300, deadline=None)
@given(st.data())
def test_any_json_at_any_place_is_answered_and_never_widens(
    config: GateConfig, container: dict[str, Any], data: st.DataObject
) -> None:
    """Replace one value anywhere inside the container: either it is refused, or the gate is as strict as before."""
    changed = copy.deepcopy(container)
    places = [place for place in _places(changed) if place[0] not in FREE]
    *parents, last = data.draw(st.sampled_from(places))
    parent: Any = changed
    for step in parents:
        parent = parent[step]
    parent[last] = data.draw(JSON)
    read = read_gate(changed)
    if isinstance(read, Gate):
        assert read.config.fail_on <= config.fail_on
        assert read.config.allowed_imports <= config.allowed_imports
        assert changed["securityContext"]["capabilities"]["drop"] == ["ALL"]
        assert len(read.mounts) == len(read.config.volumes)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for step, inner in steps for place in [(*path, step), *_places(inner, (*path, step))]]
