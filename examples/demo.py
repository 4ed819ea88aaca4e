"""`make demo`: the whole road on one machine, without a cluster.

Real parts throughout: the webhook serves HTTPS on loopback and gets the reviews an API server would send, the gate runs as
the container would, and the reporter reads the gates' messages from pod objects as the kubelet writes them.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from prometheus_client import CollectorRegistry, generate_latest
from rich.console import Console
from rich.table import Table
from rich.text import Text

from examples import models
from examples.running import Webhook
from initcontainer.contract import GATE_NAME, GateConfig, GatedVolume, TerminationMessage, decode, to_arguments
from scanners.findings import Severity
from webhook.options import read_policies
from webhook.reporter.collector import OutcomeCollector
from webhook.reporter.ledger import Ledger
from webhook.reporter.outcomes import read_pod
from webhook.reporter.trust import trust_by
from webhook.stores import Static

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLES = Path(__file__).parent
FOLDER = Path(".demo")
NAMESPACE = "models"
POLICY = EXAMPLES / "policy.yaml"
_WORDS = {"PASS": "the server starts", "WARN": "the server starts"}


def main() -> int:
    """Run the demo; return 0 if everything was decided as the names of the files promise."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 140)
    shutil.rmtree(FOLDER, ignore_errors=True)
    models.write(FOLDER / "volumes")
    with Webhook(FOLDER / "webhook", ["--no-cluster", f"--policy={POLICY}", "--default-policy=default"]) as webhook:
        console.print("\n[bold]1  kubectl apply[/bold]  What the webhook answers the API server (https, on loopback)\n")
        surprises = _admission(console, webhook)
        console.print(
            "\n[bold]2  The gate[/bold]  What the init container finds on each volume, without loading a file\n"
        )
        outcomes = _gates(console)
        surprises += [volume for volume, code, _ in outcomes if (code == 0) != (volume == "good")]
        console.print("\n[bold]3  Metrics[/bold]  What Prometheus reads\n")
        _metrics(console, webhook, outcomes)
    console.print("\nTry it on a file of yours:  .venv/bin/weighbridge scan PATH\n")
    for surprise in surprises:
        console.print(f"not as promised: {surprise}", style="bold red")
    return 1 if surprises else 0


def _admission(console: Console, webhook: Webhook) -> list[str]:
    table = _table("manifest", "answer", "why")
    surprises = []
    for path in sorted((EXAMPLES / "manifests").glob("*.yaml")):
        for item in yaml.safe_load_all(path.read_text()):
            if item["kind"] in ("PersistentVolumeClaim", "Service", "Namespace"):
                continue
            answer = webhook.review("/validate/enforce", _review(item))["response"]
            allowed = bool(answer["allowed"])
            if allowed == path.stem.endswith("-denied"):
                surprises.append(str(path))
            word = Text("allowed", "green") if allowed else Text("DENIED", "bold red")
            table.add_row(path.name, word, _first_line(answer))
    console.print(table)
    return surprises


def _first_line(answer: dict[str, Any]) -> str:
    message = answer.get("status", {}).get("message", "")
    return str(message).partition("\n")[0]


def _review(item: dict[str, Any]) -> dict[str, Any]:
    """Return the AdmissionReview that an API server sends when the object is created."""
    group, _, version = item["apiVersion"].rpartition("/")
    request = {
        "uid": str(uuid.uuid4()),
        "kind": {"group": group, "version": version, "kind": item["kind"]},
        "resource": {"group": group, "version": version, "resource": item["kind"].lower() + "s"},
        "operation": "CREATE",
        "namespace": NAMESPACE,
        "name": item["metadata"]["name"],
        "userInfo": {"username": "demo"},
        "object": {**item, "metadata": {**item["metadata"], "namespace": NAMESPACE}},
        "oldObject": None,
        "dryRun": False,
    }
    return {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}


def _gates(console: Console) -> list[tuple[str, int, TerminationMessage]]:
    table = _table("volume", "verdict", "worst finding", "so")
    outcomes = []
    for volume in models.VOLUMES:
        code, message = _gate(volume)
        worst = message.findings[0] if message.findings else None
        verdict = Text(message.verdict.value, "green" if code == 0 else "bold red")
        finding = (
            f"{worst.severity.name} {worst.rule}: {worst.path} {worst.name}" if worst else f"{message.files} files"
        )
        table.add_row(volume, verdict, finding, _WORDS.get(message.verdict.value, "the server never starts"))
        outcomes.append((volume, code, message))
    console.print(table)
    return outcomes


def _gate(volume: str) -> tuple[int, TerminationMessage]:
    """Run the gate on one volume as its container would; return exit code and termination message."""
    folder = FOLDER / "volumes" / volume
    message = FOLDER / f"{volume}.message"
    config = GateConfig(volumes=(GatedVolume(server_path="/models"),), fail_on=Severity.MEDIUM, policy="default")
    command = [sys.executable, "-I", "-m", "weighbridge", "gate", *to_arguments(config)]
    command += [f"--mounted-at={folder}", f"--termination-message-path={message}"]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
    return done.returncode, decode(message.read_text())


def _metrics(console: Console, webhook: Webhook, outcomes: list[tuple[str, int, TerminationMessage]]) -> None:
    registry = CollectorRegistry()
    registry.register(_reported(outcomes))
    page = webhook.metrics() + generate_latest(registry).decode()
    wanted = (
        "weighbridge_admission_decisions_total",
        "weighbridge_gate_verdicts_total",
        "weighbridge_blocked_workload{",
    )
    for line in page.splitlines():
        if line.startswith(wanted):
            console.print(f"   {line}", markup=False, soft_wrap=True)


def _reported(outcomes: list[tuple[str, int, TerminationMessage]]) -> OutcomeCollector:
    """Let the reporter read the gates' messages from pods as the kubelet describes them."""
    (policy,) = read_policies(str(POLICY))
    trust = trust_by(Static(policies={policy.name: policy}, default=policy.name))
    ledger, pods = Ledger(), {}
    for volume, code, _ in outcomes:
        pod = read_pod(_pod(volume, code), trust)
        ledger.record(pod)
        pods[pod.uid] = pod
    collector = OutcomeCollector()
    collector.show(ledger.totals(), pods)
    return collector


def _pod(volume: str, code: int) -> dict[str, Any]:
    template = next(_templates())
    message = (FOLDER / f"{volume}.message").read_text()
    terminated = {"exitCode": code, "reason": "Completed" if code == 0 else "Error", "message": message}
    owner = {"kind": "ReplicaSet", "name": f"serve-{volume}-7d9f", "controller": True}
    return {
        "metadata": {
            "uid": volume,
            "name": f"serve-{volume}-7d9f-x",
            "namespace": NAMESPACE,
            "labels": {"pod-template-hash": "7d9f"},
            "ownerReferences": [owner],
        },
        "spec": template["spec"],
        "status": {"initContainerStatuses": [{"name": GATE_NAME, "state": {"terminated": terminated}}]},
    }


def _templates() -> Iterator[dict[str, Any]]:
    for item in yaml.safe_load_all((EXAMPLES / "manifests" / "plain-server.yaml").read_text()):
        if item["kind"] == "Deployment":
            yield item["spec"]["template"]


def _table(*titles: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 3), header_style="dim")
    for title in titles:
        table.add_column(title, overflow="fold")
    return table


if __name__ == "__main__":
    sys.exit(main())
