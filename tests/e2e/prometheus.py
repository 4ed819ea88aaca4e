"""A real Prometheus beside the tests: it finds our services as a ServiceMonitor would and scrapes them and the API server.

Everything goes through `kubectl proxy`, so it works with whatever credentials KUBECONFIG has, from in- or outside the cluster.
"""

from __future__ import annotations

import contextlib
import json
import math
import re
import shutil
import subprocess
import threading
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from tests.apiserver import free_port
from tests.e2e.release import NAMESPACE, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

Series = tuple[dict[str, str], float]
INTERVAL = 2
"""Seconds between scrapes, and between evaluations of rules."""


def missing() -> str:
    """Return why there is no Prometheus; empty where there is one."""
    absent = [name for name in ("prometheus", "promtool") if not shutil.which(name)]
    return f"needs Debian's package prometheus: no {', '.join(absent)} on PATH" if absent else ""


@dataclass(frozen=True)
class Prometheus:
    """A running server."""

    port: int
    proxy: int

    def get(self, path: str, **parameters: object) -> Any:
        """Return the data of an answer; a query that is refused is an error."""
        url = f"http://127.0.0.1:{self.port}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(url, timeout=60) as answer:
            return json.load(answer)["data"]

    def query(self, expression: str) -> list[Series]:
        """Return the labels and the value of every series of an instant query."""
        found = self.get("query", query=expression)
        if found["resultType"] == "scalar":
            return [({}, float(found["result"][1]))]
        return [(each["metric"], float(each["value"][1])) for each in found["result"]]

    def over_time(self, expression: str, start: float, end: float, step: int) -> list[Series]:
        """Return labels and last finite sample of every series of a range query that has one."""
        found = self.get("query_range", query=expression, start=start, end=end, step=step)
        samples = ((each["metric"], [float(value) for _, value in each["values"]]) for each in found["result"])
        finite = ((labels, [value for value in values if math.isfinite(value)]) for labels, values in samples)
        return [(labels, values[-1]) for labels, values in finite if values]

    def values(self, expression: str, *by: str) -> dict[tuple[str, ...], float]:
        """Return the values of an instant query by the labels named."""
        return {tuple(labels.get(name, "") for name in by): value for labels, value in self.query(expression)}

    def firing(self) -> set[str]:
        """Return the names of the alerts that fire now."""
        return {labels["alertname"] for labels, _ in self.query('ALERTS{alertstate="firing"}')}

    def post(self, path: str, body: bytes) -> int:
        """Send a request to the cluster through the proxy; return the status of the answer."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.proxy}{path}", data=body, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code


@contextlib.contextmanager
def prometheus(kubectl: str, folder: Path, rules: Path) -> Iterator[Prometheus]:
    """Run Prometheus, with a rule file, until the end of the block."""
    with contextlib.ExitStack() as stack:
        running = Prometheus(free_port(), _proxy(kubectl, stack))
        targets = folder / "targets.json"
        targets.write_text("[]")
        stack.enter_context(_discovery(running.proxy, targets))
        config = folder / "prometheus.yaml"
        config.write_text(yaml.safe_dump(_config(running.proxy, rules, targets)))
        address = f"127.0.0.1:{running.port}"
        options = [f"--config.file={config}", f"--storage.tsdb.path={folder}/data", f"--web.listen-address={address}"]
        log = stack.enter_context((folder / "prometheus.log").open("wb"))
        process = subprocess.Popen(["prometheus", *options], stdout=log, stderr=log)
        stack.callback(_end, process)
        wait_for("Prometheus", lambda: process.poll() is not None or _answers(running), 60)
        assert process.poll() is None, (folder / "prometheus.log").read_text()
        yield running


def _proxy(kubectl: str, stack: contextlib.ExitStack) -> int:
    process = subprocess.Popen(
        [kubectl, "proxy", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    stack.callback(_end, process)
    assert process.stdout is not None
    stack.callback(process.stdout.close)
    found = re.search(r"127\.0\.0\.1:(\d+)", process.stdout.readline())
    assert found, "kubectl proxy did not say where it listens"
    return int(found[1])


def _end(process: subprocess.Popen[Any]) -> None:
    process.terminate()
    process.wait(30)


def _answers(running: Prometheus) -> bool:
    try:
        return bool(running.query("up"))
    except OSError:
        return False


def _config(proxy: int, rules: Path, targets: Path) -> Mapping[str, Any]:
    every = f"{INTERVAL}s"
    api_server = {"job_name": "apiserver", "static_configs": [{"targets": [f"127.0.0.1:{proxy}"]}]}
    services = {
        "job_name": "weighbridge",
        # As in the chart's ServiceMonitor: the namespace of a sample is the judged workload's.
        "honor_labels": True,
        "file_sd_configs": [{"files": [str(targets)], "refresh_interval": every}],
        "relabel_configs": [{"target_label": "__address__", "replacement": f"127.0.0.1:{proxy}"}],
    }
    return {
        "global": {"scrape_interval": every, "scrape_timeout": every, "evaluation_interval": every},
        "rule_files": [str(rules)],
        "scrape_configs": [api_server, services],
    }


@contextlib.contextmanager
def _discovery(proxy: int, targets: Path) -> Iterator[None]:
    """Keep a file of targets: Debian's Prometheus is built without its own way of asking Kubernetes."""
    end = threading.Event()

    def follow() -> None:
        while not end.wait(INTERVAL / 2):
            with contextlib.suppress(OSError):  # the API server is away for a moment: the targets stay
                beside = targets.with_suffix(".new")
                beside.write_text(json.dumps(list(_targets(proxy))))
                beside.replace(targets)

    thread = threading.Thread(target=follow)
    thread.start()
    try:
        yield
    finally:
        end.set()
        thread.join()


def _targets(proxy: int) -> Iterator[Mapping[str, Any]]:
    """Yield every address of our services' metrics, with the labels that the Prometheus operator gives."""
    with urllib.request.urlopen(
        f"http://127.0.0.1:{proxy}/api/v1/namespaces/{NAMESPACE}/endpoints", timeout=10
    ) as answer:
        services = json.load(answer)["items"]
    for service, subset in (
        (each["metadata"]["name"], part) for each in services for part in each.get("subsets") or ()
    ):
        ports = [port["port"] for port in subset["ports"] if port.get("name") == "metrics"]
        for address in (*(subset.get("addresses") or ()), *(subset.get("notReadyAddresses") or ())):
            for port in ports:
                yield _target(service, address, port)


def _target(service: str, address: Mapping[str, Any], port: int) -> Mapping[str, Any]:
    instance, pod = f"{address['ip']}:{port}", address["targetRef"]["name"]
    labels = {"namespace": NAMESPACE, "service": service, "job": service, "pod": pod, "instance": instance}
    path = f"/api/v1/namespaces/{NAMESPACE}/pods/{pod}:{port}/proxy/metrics"
    return {"targets": [instance], "labels": {**labels, "endpoint": "metrics", "__metrics_path__": path}}
