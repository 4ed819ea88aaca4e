"""What the reporter costs where few of many pods are gated: memory, and bytes from the API server.

A real kube-apiserver (KUBEBUILDER_ASSETS names its folder) holds 50 gated pods, and then 4,950 others as well. The
reporter runs against it through a proxy that counts; figures are those of the watch alone, and of one audit of all pods.

    KUBEBUILDER_ASSETS=... python benchmarks/reporter.py [--others 4950]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import ssl
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import aiohttp  # noqa: E402 the path comes first
import yaml  # noqa: E402

from tests.apiserver import TOKEN, Processes, free_port, namespace, policy, programs, wait_for  # noqa: E402
from tests.processes import Process, running  # noqa: E402
from tests.webhook.reporter.conftest import ended, pod  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

GATED = 50


class Proxy:
    """Passes bytes on, in a thread of its own, and counts those that come from the server."""

    def __init__(self, target: int) -> None:
        self.port = free_port()
        self.received = 0
        self._target = target
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        self._loop.create_task(asyncio.start_server(self._serve, "127.0.0.1", self.port))
        self._loop.run_forever()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, forth = await asyncio.open_connection("127.0.0.1", self._target)
        await asyncio.gather(self._pass(reader, forth, 0), self._pass(back, writer, 1), return_exceptions=True)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, counts: int) -> None:
        while data := await reader.read(1 << 16):
            self.received += counts * len(data)
            writer.write(data)
            await writer.drain()
        writer.close()


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run of the reporter cost."""

    seconds: float
    peak_mib: float
    received_mib: float


def real(number: int, *, gated: bool) -> dict[str, Any]:
    """Return a pod as one creates it, of ordinary size."""
    body = pod(name=f"{'gated' if gated else 'other'}-{number}")
    body["metadata"] = {
        "name": body["metadata"]["name"],
        "namespace": "serving",
        "labels": body["metadata"]["labels"] if gated else {"app": "other"},
        "annotations": {"note": "x" * 2000},
    }
    body["spec"]["automountServiceAccountToken"] = False
    body["spec"]["initContainers"] = body["spec"]["initContainers"] if gated else []
    return {**body, "apiVersion": "v1", "kind": "Pod"}


async def create(port: int, ca: str, numbers: range, *, gated: bool) -> None:
    """Create pods, twenty at a time, and give gated ones a verdict."""
    base = f"https://127.0.0.1:{port}/api/v1/namespaces/serving/pods"
    left: Iterator[int] = iter(numbers)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    connector = aiohttp.TCPConnector(ssl=ssl.create_default_context(cafile=ca))
    async with aiohttp.ClientSession(connector=connector, headers=headers) as session:

        async def work() -> None:
            for number in left:
                async with session.post(base, json=real(number, gated=gated)) as answer:
                    created = await answer.json()
                    if answer.status != 201:
                        raise RuntimeError(created["message"])
                if gated:
                    created["status"] = pod(state=ended())["status"]
                    async with session.put(f"{base}/{created['metadata']['name']}/status", json=created) as answer:
                        answer.raise_for_status()

        await asyncio.gather(*(work() for _ in range(20)))


def run(server: Any, folder: Path, *, audits: bool) -> Cost:
    """Run the reporter until it has counted every gated pod (and audited all), and say what it took."""
    proxy = Proxy(server.port)
    config = yaml.safe_load(server.kubeconfig.read_text())
    config["clusters"][0]["cluster"]["server"] = f"https://127.0.0.1:{proxy.port}"
    kubeconfig = folder / "proxied"
    kubeconfig.write_text(yaml.safe_dump(config))
    policy_file = folder / "policy.json"
    policy_file.write_text(json.dumps(policy()))
    environment = {**os.environ, "KUBECONFIG": str(kubeconfig), "HOSTNAME": "bench"}
    arguments = [
        "--host",
        "127.0.0.1",
        "--metrics-port",
        "0",
        "--policy",
        str(policy_file),
        "--store",
        f"s{proxy.port}",
    ]
    arguments += ["--own-namespace", "default", "--audit-interval", "3600" if audits else "0"]
    verdicts = 'weighbridge_gate_verdicts_total{namespace="serving",verdict="BLOCK",workload_kind="Pod"}'
    began = time.monotonic()
    with running("webhook.reporter", *arguments, environment=environment) as process:
        wait_for("verdicts", lambda: process.metric(verdicts) == GATED, 300)
        if audits:
            wait_for("audit", lambda: process.metric("weighbridge_audit_duration_seconds"), 300)
        time.sleep(2)
        return Cost(time.monotonic() - began - 2, peak(process), proxy.received / 2**20)


def peak(process: Process) -> float:
    """Return the most memory a process has had, in MiB."""
    status = Path(f"/proc/{process.popen.pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--others", type=int, default=4950)
    arguments = parser.parse_args()
    found = programs()
    if found is None:
        print("KUBEBUILDER_ASSETS does not name a folder with kube-apiserver, etcd and kubectl", file=sys.stderr)
        return 4
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        processes = Processes(folder, *found)
        try:
            server = processes.start()
            server.apply(namespace("serving", enforce="default"))
            authority = str(folder / "ca.crt")
            asyncio.run(create(server.port, authority, range(GATED), gated=True))
            show(f"{GATED} pods, all gated", server, folder)
            asyncio.run(create(server.port, authority, range(arguments.others), gated=False))
            show(f"{GATED + arguments.others} pods, {GATED} gated", server, folder)
        finally:
            processes.stop()
    return 0


def show(title: str, server: Any, folder: Path) -> None:
    """Print the figures of both runs."""
    for audits in (False, True):
        cost = run(server, folder, audits=audits)
        what = "watch and one audit" if audits else "watch alone"
        print(
            f"{title:24} {what:20} {cost.seconds:6.1f} s  {cost.peak_mib:6.1f} MiB  {cost.received_mib:7.2f} MiB received"
        )


if __name__ == "__main__":
    sys.exit(main())
