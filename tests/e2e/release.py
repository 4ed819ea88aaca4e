"""The chart on a real cluster: installed with the images that were built, and asked as its users ask it."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

CHART = Path(__file__).parents[2] / "helm" / "weighbridge"
NAME = "weighbridge"
NAMESPACE = "weighbridge-system"
IMAGES = {
    "webhook": "WEIGHBRIDGE_WEBHOOK_IMAGE",
    "gate": "WEIGHBRIDGE_GATE_IMAGE",
    "server": "WEIGHBRIDGE_SERVER_IMAGE",
}
"""Image -> the environment variable that holds its reference, `registry/repository@sha256:...`, as the nodes have it."""
FILES = "WEIGHBRIDGE_NODE_FILES"
"""The environment variable with a folder that this process and the (only) node both see: volumes are made in it."""


def missing() -> str:
    """Return what is missing for these tests; empty where all is there."""
    wanted = [name for name in (*IMAGES.values(), FILES, "HELM", "KUBECONFIG") if not os.environ.get(name)]
    if wanted:
        return f"needs a cluster with nodes, Helm and images: {', '.join(wanted)} not set"
    return "" if shutil.which(os.environ["HELM"]) else "HELM names no program"


def wait_for(what: str, condition: Callable[[], Any], seconds: float = 120) -> Any:
    """Return the first true value of `condition()`; fail after `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.5)
    pytest.fail(f"no {what} after {seconds} s")


@dataclass
class Release:
    """An installed release, and kubectl."""

    kubectl: str
    helm: str
    installed: bool = False
    ready_after: float = 0.0
    values: dict[str, Any] = field(default_factory=dict)

    def run(self, *arguments: str, manifest: Any = None, seconds: float = 120) -> subprocess.CompletedProcess[str]:
        """Run kubectl."""
        text = None if manifest is None else json.dumps(manifest)
        command = [self.kubectl, *arguments]
        return subprocess.run(command, input=text, capture_output=True, text=True, timeout=seconds, check=False)

    def must(self, *arguments: str, manifest: Any = None, seconds: float = 120) -> str:
        """Run kubectl, which must succeed."""
        done = self.run(*arguments, manifest=manifest, seconds=seconds)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def get(self, *arguments: str) -> Any:
        """Return what `kubectl get ... -o json` shows."""
        return json.loads(self.must("get", *arguments, "--output=json"))

    def run_helm(self, *arguments: str, values: Mapping[str, Any] | None = None) -> str:
        """Run Helm, which must succeed."""
        done = self._helm(*arguments, values=values)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _helm(self, *arguments: str, values: Mapping[str, Any] | None = None) -> subprocess.CompletedProcess[str]:
        command = [self.helm, *arguments, f"--namespace={NAMESPACE}"]
        text = None if values is None else json.dumps(values)
        return subprocess.run(command, input=text, capture_output=True, text=True, timeout=300, check=False)

    def apply(self, word: str = "install", *options: str, **changes: Any) -> None:
        """Install or upgrade, with further options of Helm, and wait until both replicas are ready."""
        begun = time.monotonic()
        self.values = {**release_values(), **self.values, **changes}
        more = ("--create-namespace",) if word == "install" else ()
        self.run_helm(word, NAME, str(CHART), "--values=-", *more, *options, values=self.values)
        self.installed = True
        self.await_rollouts()
        self.ready_after = time.monotonic() - begun

    def await_rollouts(self) -> None:
        """Wait until both Deployments are what they should be."""
        for name in ("webhook", "reporter"):
            target = f"deployment/{NAME}-{name}"
            self.must("-n", NAMESPACE, "rollout", "status", target, "--timeout=180s", seconds=200)

    def prove(self) -> None:
        """Run `helm test`, which must pass; what its pod said is shown where it does not."""
        done = self._helm("test", NAME, "--logs")
        assert done.returncode == 0, f"{done.stderr}\n{done.stdout}"
        assert "Phase:          Succeeded" in done.stdout

    def uninstall(self) -> None:
        """Remove it."""
        self.run_helm("uninstall", NAME, "--wait")
        self.installed = False

    def namespace(self, name: str, **labels: str) -> str:
        """Make a namespace under policies, by mode."""
        marks = {f"weighbridge.dev/{mode}": policy for mode, policy in labels.items()}
        metadata = {"name": name, "labels": marks}
        self.must("apply", "-f", "-", manifest={"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
        wait_for("service account", lambda: not self.run("-n", name, "get", "serviceaccount", "default").returncode)
        return name

    def gated(self, manifest: dict[str, Any], namespace: str, folder: Path) -> dict[str, Any]:
        """Return the manifest as `weighbridge inject` writes it, by the default policy of the release."""
        policy = folder / "policy.yaml"
        policy.write_text(self.must("get", "modelpolicy", "default", "--output=yaml"))
        command = ["weighbridge", "inject", "-f", "-", f"--policy={policy}", f"--namespace={namespace}"]
        text = yaml.safe_dump(json.loads(json.dumps(manifest)))  # without aliases
        run = [sys.executable, "-m", *command]
        done = subprocess.run(run, input=text, capture_output=True, text=True, check=False, cwd=CHART.parents[1])
        assert done.returncode == 0, done.stderr
        return dict(yaml.safe_load(done.stdout))

    def judged(self, namespace: str, app: str) -> dict[str, Any] | None:
        """Return a pod of an application whose gate has given its verdict."""
        pods = self.get("-n", namespace, "pods", f"--selector=app={app}")["items"]
        return next((pod for pod in pods if message(pod)), None)

    def policy(self, name: str, **spec: Any) -> None:
        """Store a policy under the gate of the default one, and wait until its status says that it was read."""
        spec = {"gate": self.get("modelpolicy", "default")["spec"]["gate"], **spec}
        kind = {"apiVersion": "weighbridge.dev/v1alpha1", "kind": "ModelPolicy", "metadata": {"name": name}}
        self.must("apply", "-f", "-", manifest={**kind, "spec": spec})
        wait_for(f"status of policy {name}", lambda: self.policy_status(name), 60)

    def policy_status(self, name: str) -> dict[str, Any] | None:
        """Return the status of a policy where it speaks of its newest edition."""
        found = self.get("modelpolicy", name)
        status = found.get("status") or {}
        return status if status.get("observedGeneration") == found["metadata"]["generation"] else None


def release_values() -> dict[str, Any]:
    """Return values for the images of the environment."""
    images: dict[str, Any] = {"pullPolicy": "IfNotPresent"}
    for name in ("webhook", "gate"):
        repository, _, digest = os.environ[IMAGES[name]].partition("@")
        images["registry"], _, rest = repository.partition("/")
        images[name] = {"repository": rest, "digest": digest}
    return {"images": images}


def server_pod(volume: Path, file: str, **more: Any) -> dict[str, Any]:
    """Return a pod specification: the example's model server, on a folder of the node, without a gate."""
    container = {
        "name": "server",
        "image": os.environ[IMAGES["server"]],
        "imagePullPolicy": "IfNotPresent",
        "env": [{"name": "MODEL_PATH", "value": f"/models/{file}"}],
        "ports": [{"containerPort": 8080, "protocol": "TCP"}],
        "readinessProbe": {"httpGet": {"path": "/", "port": 8080}, "periodSeconds": 1},
        "resources": {"requests": {"cpu": "10m", "memory": "32Mi"}},
        "securityContext": {"runAsUser": 10001, "runAsNonRoot": True},
        "volumeMounts": [{"name": "models", "mountPath": "/models", "readOnly": True}],
    }
    volumes = [{"name": "models", "hostPath": {"path": str(volume), "type": "Directory"}}]
    spec = {"automountServiceAccountToken": False, "terminationGracePeriodSeconds": 1, "containers": [container]}
    return {**spec, "volumes": volumes, **more}


def deployment(name: str, spec: dict[str, Any]) -> dict[str, Any]:
    """Return a Deployment of one pod."""
    labels = {"app": name}
    template = {"metadata": {"labels": labels}, "spec": spec}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {"replicas": 1, "selector": {"matchLabels": labels}, "template": template},
    }


def volume(volumes: Path, name: str, file: str, content: bytes) -> Path:
    """Make a volume of one file that everybody may read."""
    folder = volumes / name
    folder.mkdir(mode=0o755)
    (folder / file).write_bytes(content)
    (folder / file).chmod(0o644)
    return folder


def message(pod: Mapping[str, Any]) -> Any:
    """Return what the gate of a pod said, None where it has not ended yet."""
    for status in pod["status"].get("initContainerStatuses", ()):
        for state in (status["state"], status["lastState"]):
            if text := state.get("terminated", {}).get("message"):
                return json.loads(text)
    return None


def assert_denied(done: subprocess.CompletedProcess[str], violation: str) -> None:
    """Fail unless kubectl was refused by the enforcing entry, for this violation."""
    assert done.returncode == 1, done.stdout
    assert 'admission webhook "enforce.weighbridge.dev" denied the request' in done.stderr
    assert violation in done.stderr


def bundles(release: Release) -> set[bytes]:
    """Return the authorities that the validating entries trust."""
    entries = release.get("validatingwebhookconfiguration", NAME)["webhooks"]
    return {base64.b64decode(entry["clientConfig"].get("caBundle", "")) for entry in entries}
