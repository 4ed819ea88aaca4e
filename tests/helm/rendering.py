"""The chart rendered: with which values, for which Kubernetes, into which objects."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CHART = Path(__file__).parents[2] / "helm" / "weighbridge"
NAMESPACE = "weighbridge-system"
DIGEST = "sha256:" + "a1" * 32
WEBHOOK_DIGEST = "sha256:" + "b2" * 32
VERSIONS = ("1.20", "1.21", "1.27", "1.28", "1.33", "1.36")
PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
IMAGES: Mapping[str, Any] = {"images": {"gate": {"digest": DIGEST}, "webhook": {"digest": WEBHOOK_DIGEST}}}
OPT_OUT = {
    "selection": "optOut",
    "optOut": {"mode": "enforce", "policy": "default", "excluded": ["kube-public", "web"]},
}
EVERYTHING = {
    "images": {
        "registry": "registry.example.com/security",
        "pullSecrets": ["pull"],
        "gate": {"digest": DIGEST},
        "webhook": {"digest": WEBHOOK_DIGEST},
    },
    "formerGates": ["sha256:" + "c3" * 32],
    "policies": {
        "default": {"failOn": "high", "gate": {"digests": ["sha256:" + "d4" * 32]}},
        "strict": {"scope": "Everything", "liveVolumes": "Deny", "gate": {"resources": {"limits": {"memory": "1Gi"}}}},
    },
    "admission": {"labels": {"admissions.enforcer/disabled": "true"}, "annotations": {"example.com/owner": "security"}},
    "webhook": {
        "hostNetwork": True,
        "tolerations": [{"key": "dedicated", "operator": "Exists", "effect": "NoSchedule"}],
        "affinity": {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": []}},
        "podLabels": {"team": "security"},
        "podAnnotations": {"example.com/scrape": "true"},
    },
    "reporter": {"replicas": 2, "priorityClassName": "system-cluster-critical", "podAnnotations": {"a": "b"}},
    "networkPolicy": {
        "enabled": True,
        "apiServer": ["192.0.2.10/32"],
        "metricsFrom": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}],
    },
    "serviceMonitor": {"enabled": True, "labels": {"release": "prometheus"}},
    "prometheusRule": {"enabled": True, "labels": {"release": "prometheus"}},
    "dashboards": {"enabled": True, "annotations": {"grafana_folder": "Security"}},
}
VALUES: Mapping[str, Mapping[str, Any]] = {
    "default": {},
    "files": {"policySource": "Files"},
    "everything": EVERYTHING,
    "everything-files": {**EVERYTHING, "policySource": "Files"},
    "cert-manager": {"certificates": {"source": "CertManager"}},
    "own-issuer": {
        "certificates": {
            "source": "CertManager",
            "certManager": {"issuerRef": {"kind": "ClusterIssuer", "name": "corp"}},
        }
    },
    "supplied": {"certificates": {"source": "Supplied", "supplied": {"secretName": "mine", "caBundle": PEM}}},
    "no-injection": {"injection": {"enabled": False}},
    "pods-alone": {"admission": {"workloads": False}, "webhook": {"podDisruptionBudget": {"enabled": False}}},
    "bare": {"webhook": {"priorityClassName": "", "spread": False, "nodeSelector": None}},
    "long-name": {"fullnameOverride": "w" * 60},
}
"""Name of a set of values -> values, beside `IMAGES`."""


class RenderError(Exception):
    """Helm refused: what it printed."""


@dataclass(frozen=True)
class Chart:
    """The chart and a Helm."""

    helm: Path
    home: Path
    _rendered: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def run(self, *arguments: str, values: Mapping[str, Any] | None = None) -> str:
        """Run Helm, away from the user's settings and without a cluster; raise `RenderError` where it refuses."""
        # A home without caches or repositories, and a kubeconfig that leads nowhere.
        environment = {**os.environ, "HOME": str(self.home), "KUBECONFIG": os.devnull}
        for name in ("HELM", "HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME"):
            environment.pop(name, None)
        done = subprocess.run(
            [self.helm, *arguments, "--values=-"],
            input=json.dumps({**IMAGES, **(values or {})}),
            capture_output=True,
            text=True,
            check=False,
            env=environment,
        )
        if done.returncode:
            raise RenderError(done.stdout + done.stderr)
        return done.stdout

    def text(self, values: Mapping[str, Any], version: str = "1.33", *arguments: str) -> str:
        """Return what `helm template` writes."""
        options = (f"--namespace={NAMESPACE}", f"--kube-version={version}.0", *arguments)
        return self.run("template", "weighbridge", str(CHART), *options, values=values)

    def objects(self, values: Mapping[str, Any] | None = None, version: str = "1.33") -> list[dict[str, Any]]:
        """Return the rendered objects."""
        key = json.dumps([values, version], sort_keys=True)
        if key not in self._rendered:
            self._rendered[key] = [each for each in yaml.safe_load_all(self.text(values or {}, version)) if each]
        return self._rendered[key]

    def one(self, kind: str, name: str = "", values: Mapping[str, Any] | None = None, version: str = "1.33") -> Any:
        """Return the one object of a kind whose name ends so."""
        (found,) = of_kind(self.objects(values, version), kind, name)
        return found


def of_kind(objects: list[dict[str, Any]], kind: str, name: str = "") -> list[dict[str, Any]]:
    """Return the objects of a kind whose name ends so."""
    return [each for each in objects if each["kind"] == kind and each["metadata"]["name"].endswith(name)]


def pod_specs(objects: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every pod specification, with the name of the object it stands in."""
    for each in objects:
        if each["kind"] == "Pod":
            yield each["metadata"]["name"], each["spec"]
        elif "template" in each.get("spec", {}):
            yield each["metadata"]["name"], each["spec"]["template"]["spec"]


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every scalar, empty list and empty object, with its path."""
    if isinstance(value, dict) and value:
        for key, below in value.items():
            yield from leaves(below, (*path, key))
    elif isinstance(value, list) and value:
        for index, below in enumerate(value):
            yield from leaves(below, (*path, str(index)))
    else:
        yield path, value
