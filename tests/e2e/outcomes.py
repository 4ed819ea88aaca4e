"""What the tests of outcomes deploy and break, and how they read queries."""

from __future__ import annotations

import json
import pickle
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from examples.models import object_array
from initcontainer.contract import GATE_NAME
from tests.corpus import keras, tensorflow
from tests.e2e.release import NAME, NAMESPACE, deployment, server_pod, volume, wait_for
from webhook.workloads import GATED_LABEL

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.e2e.prometheus import Prometheus
    from tests.e2e.release import Release

SERVING, FORGERS, FLOODED, BATCH, BEFORE = (
    f"e2e-{name}" for name in ("serving", "forgers", "flooded", "batch", "before")
)
HOSTILE = {
    "pickle": ("model.pkl", lambda: b"cos\nsystem\n(S'echo from the model file'\ntR."),
    "keras": ("model.keras", keras.SAMPLES["keras-lambda.keras"]),
    "savedmodel": ("saved_model.pb", tensorflow.SAMPLES["tf-write-file.pb"]),
    "npy": ("model.npy", object_array),
}
BENIGN = pickle.dumps({"coefficients": np.array([1.0, 2.0]), "intercept": 0.5})
BROKEN = BENIGN[:20]
LEAN = "lean"
"""A policy whose gates ask for so little that many fit the one node."""

VARIABLES = {
    "$namespace": ".*",
    "$webhook": ".*",
    "$__rate_interval": "1m",
    "$__interval": "1m",
    "$__range": "30m",
}
_SHORTER = {r"\[(5|10)m\]": "[30s]", r"offset 5m": "offset 30s"}
"""Windows of alerts, so that what is over is over in half a minute."""
_LOWER = {
    "WeighbridgeWebhookSlow": ("> 1", "> 0"),
    "WeighbridgeCertificateNearExpiry": ("< 7 * 86400", "< 700 * 86400"),
    "WeighbridgeKnowledgeStale": ("> 900", "> 1"),
    "WeighbridgeCertificatesNotKept": ("> 3", "> 0"),
}
"""Thresholds that nothing here would reach."""
FOR_EVER = {"WeighbridgeWebhookSlow", "WeighbridgeCertificateNearExpiry", "WeighbridgeKnowledgeStale"}
"""Those of them that hold for ever then: they are seen to fire, and not to end."""


def sooner(rules: dict[str, Any]) -> dict[str, Any]:
    """Return a rule file in which everything happens at once."""
    for rule in (rule for group in rules["groups"] for rule in group["rules"]):
        rule["for"] = "0s"
        for window, shorter in _SHORTER.items():
            rule["expr"] = re.sub(window, shorter, rule["expr"])
        threshold, lower = _LOWER.get(rule["alert"], ("", ""))
        assert threshold in rule["expr"]
        rule["expr"] = rule["expr"].replace(threshold, lower)
    return rules


def filled(expression: str) -> str:
    """Return a panel's query with its variables filled in."""
    return re.sub(r"\$\w+", lambda found: VARIABLES[found[0]], expression)


def named(name: str, spec: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    """Return a pod."""
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, **metadata}, "spec": spec}


def deploy(release: Release, volumes: Path) -> dict[str, Any]:
    """Deploy a good model, several hostile ones and a broken one; return the pods once their gates have spoken."""
    gate = release.get("modelpolicy", "default")["spec"]["gate"]
    release.policy(LEAN, gate={**gate, "resources": {"requests": {"cpu": "5m", "memory": "16Mi"}}})
    namespace = release.namespace(SERVING, enforce=LEAN)
    models = {"good": ("model.pkl", BENIGN), "broken": ("model.pkl", BROKEN)}
    models |= {name: (file, build()) for name, (file, build) in HOSTILE.items()}
    for name, (file, content) in models.items():
        manifest = deployment(name, server_pod(volume(volumes, f"serving-{name}", file, content), file))
        release.must("-n", namespace, "apply", "-f", "-", manifest=manifest)
    return {name: wait_for(f"verdict on {name}", lambda name=name: release.judged(namespace, name)) for name in models}


def forge(release: Release, volumes: Path, message: Mapping[str, Any]) -> None:
    """Make a pod whose container of the gate's name writes a message of its own, and one whose server does, behind its gate."""
    write = f"open('/dev/termination-log', 'w').write({json.dumps({**message, 'files': 10**6})!r})"
    command = ["python3", "-c", write]
    release.namespace(FORGERS, warn="default")
    spec = server_pod(
        volume(volumes, "forged", "model.pkl", HOSTILE["pickle"][1]()), "model.pkl", restartPolicy="Never"
    )
    fields = ("image", "imagePullPolicy", "securityContext", "volumeMounts")
    gate = {**{key: spec["containers"][0][key] for key in fields}, "name": GATE_NAME, "command": command}
    manifest = named("forged", {**spec, "initContainers": [gate]}, labels={GATED_LABEL: "true"})
    release.must("-n", FORGERS, "create", "-f", "-", manifest=manifest)
    release.namespace(FLOODED, enforce=LEAN)
    spec = server_pod(volume(volumes, "behind", "model.pkl", BENIGN), "model.pkl", restartPolicy="Never")
    spec["containers"][0]["command"] = command
    release.must("-n", FLOODED, "create", "-f", "-", manifest=named("behind", spec))


def leave_a_pod_from_before(release: Release, volumes: Path) -> None:
    """Make a pod without a gate, and put its namespace under a policy then."""
    release.namespace(BEFORE)
    spec = {**server_pod(volumes, "model.pkl"), "nodeSelector": {"example.com/never": "there"}}
    release.must("-n", BEFORE, "create", "-f", "-", manifest=named("bare", spec))
    release.namespace(BEFORE, enforce="default")


def make_busy(release: Release, watched: Prometheus, volumes: Path) -> None:
    """Let everything happen that panels show: waivers, refusals, warnings, reviews that cannot be read, an audit."""
    end = (datetime.now(UTC) + timedelta(days=7)).date().isoformat()
    exception = {"rule": "keras-lambda", "reason": "seen by hand", "owner": "ml", "expires": end}
    release.policy("waiving", exceptions=[exception])
    bad = named("bad", {**server_pod(volumes, "model.pkl"), "hostPID": True})
    for namespace in (SERVING, FORGERS):
        release.run("-n", namespace, "create", "--dry-run=server", "-f", "-", manifest=bad)
    send_nonsense(watched)
    release.must("-n", NAMESPACE, "rollout", "restart", f"deployment/{NAME}-reporter")  # audits when it begins
    release.await_rollouts()
    wait_for("audit", lambda: watched.query(f'weighbridge_audit_pods{{namespace="{BEFORE}", decision="denied"}}'), 90)
    wait_for(
        "comparison with a list", lambda: watched.query("weighbridge_reporter_last_list_timestamp_seconds > 0"), 90
    )


def send_nonsense(watched: Prometheus) -> None:
    """Ask the webhook what it cannot read, and for what it does not have."""
    path = f"/api/v1/namespaces/{NAMESPACE}/services/https:{NAME}-webhook:https/proxy"
    assert watched.post(f"{path}/validate/enforce", b"nonsense") == 200
    assert watched.post(f"{path}/validate/mistyped", b"{}") == 404


def remove_what_is_wrong(release: Release) -> None:
    """Take away whatever an alert is about."""
    for namespace in (SERVING, FORGERS, FLOODED, BATCH, BEFORE):
        release.run("-n", namespace, "delete", "deployments,jobs,pods", "--all", "--wait=false")
    release.must("delete", "modelpolicy", "waiving")
