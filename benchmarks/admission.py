"""The admission server against a bare aiohttp TLS server that decodes the same review and answers `allowed`.

Both run as processes of their own on loopback; a third sends an UPDATE of a Deployment of 25 kB, judged in full, over 32
kept connections. Rounds alternate, so that a busy machine slows both alike; medians are compared.

    python benchmarks/admission.py [--rounds 5] [--requests 2000]

Exit code 1 when the server reaches less than 0.6 of the bare one's requests a second, or needs more than 2.5 times its
99th percentile.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.certificates import Authority  # noqa: E402 the path comes first

if TYPE_CHECKING:
    from collections.abc import Iterator

CONNECTIONS = 32
SIZE = 25_000
LEAST_SHARE = 0.6
MOST_P99 = 2.5

BARE = """
import asyncio, ssl, sys
import msgspec
from aiohttp import web

async def validate(request):
    review = msgspec.json.decode(await request.read())
    response = {"uid": review["request"]["uid"], "allowed": True}
    body = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": response}
    return web.Response(body=msgspec.json.encode(body), content_type="application/json")

async def main():
    application = web.Application(client_max_size=8 << 20)
    application.router.add_post("/validate/enforce", validate)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    print('{"message":"serving","port":%d}' % runner.addresses[0][1], file=sys.stderr, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@dataclass(frozen=True, slots=True)
class Round:
    """What one round measured."""

    each_second: float
    p50: float
    p99: float
    cpu: float
    """Seconds of processor time that the server spent on one review: what a busy machine changes least."""


def deployment(image: str) -> dict[str, Any]:
    """Return a Deployment of a model server as large as real ones with their managed fields are."""
    server = {
        "name": "server",
        "image": image,
        "args": ["--model=/models/llm", "--port=8000", "--max-model-len=8192"],
        "env": [{"name": f"SETTING_{number}", "value": "x" * 20} for number in range(40)],
        "volumeMounts": [{"name": "models", "mountPath": "/models", "readOnly": True}],
    }
    pod = {
        "containers": [server],
        "volumes": [{"name": "models", "persistentVolumeClaim": {"claimName": "models", "readOnly": True}}],
    }
    found: dict[str, Any] = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "llm", "namespace": "serving", "managedFields": []},
        "spec": {"replicas": 2, "selector": {"matchLabels": {"a": "b"}}, "template": {"metadata": {}, "spec": pod}},
    }
    fields: dict[str, Any] = {f"f:field{number}": {"f:inner": {".": {}, "f:value": {}}} for number in range(12)}
    while len(json.dumps(found)) < SIZE:
        entry = {"manager": "kubectl", "operation": "Update", "fieldsV1": fields}
        found["metadata"]["managedFields"].append(entry)
    return found


def review() -> bytes:
    """Return an UPDATE that changes the image, so that nothing is skipped."""
    kind = {"group": "apps", "version": "v1", "kind": "Deployment"}
    request = {
        "uid": "705ab4f5-6393-11e8-b7cc-42010a800002",
        "kind": kind,
        "resource": {"group": "apps", "version": "v1", "resource": "deployments"},
        "name": "llm",
        "namespace": "serving",
        "operation": "UPDATE",
        "userInfo": {"username": "jane"},
        "object": deployment("vllm/vllm-openai:v2"),
        "oldObject": deployment("vllm/vllm-openai:v1"),
    }
    return json.dumps({"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": request}).encode()


@contextlib.contextmanager
def server(command: list[str]) -> Iterator[tuple[int, int]]:
    """Run a server until the block ends; give its port and its process id."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        try:
            port = json.loads(process.stderr.readline())["port"]
            # What it logs from here on is read and thrown away by somebody else than the one who measures.
            with subprocess.Popen(["cat"], stdin=process.stderr, stdout=subprocess.DEVNULL) as reader:
                yield port, process.pid
                process.kill()
                reader.wait()
        finally:
            process.kill()


def processor_time(pid: int) -> float:
    """Return the seconds that a process has spent on a processor."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def drive(place: tuple[int, int], context: ssl.SSLContext, body: bytes, requests: int) -> Round:
    """Send `requests` reviews over kept connections."""
    port, pid = place
    head = f"POST /validate/enforce HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    message = head.encode() + body
    times: list[float] = []
    left = iter(range(requests))

    async def connection() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname="localhost")
        for _ in left:
            started = time.perf_counter()
            writer.write(message)
            await answered(reader)
            times.append(time.perf_counter() - started)
        writer.close()
        await writer.wait_closed()

    started, spent = time.perf_counter(), processor_time(pid)
    await asyncio.gather(*(connection() for _ in range(CONNECTIONS)))
    seconds = time.perf_counter() - started
    times.sort()
    cpu = (processor_time(pid) - spent) / requests
    return Round(requests / seconds, times[len(times) // 2], times[int(len(times) * 0.99)], cpu)


async def answered(reader: asyncio.StreamReader) -> None:
    """Read one whole answer, which must be a 200."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode().lower().split("\r\n")
    if " 200 " not in lines[0]:
        raise RuntimeError(lines[0])
    length = next(int(line.split(":")[1]) for line in lines if line.startswith("content-length:"))
    await reader.readexactly(length)


def measure(rounds: int, requests: int) -> dict[str, list[Round]]:
    """Alternate between the two servers; return the rounds of each."""
    found: dict[str, list[Round]] = {"bare": [], "weighbridge": []}
    authority = Authority()
    context = ssl.create_default_context(cadata=authority.certificate.decode())
    body = review()
    with tempfile.TemporaryDirectory() as folder:
        certificate, key = (str(path) for path in authority.issue().write(Path(folder)))
        policy = Path(folder) / "policy.yaml"
        policy.write_text("{apiVersion: weighbridge.dev/v1alpha1, kind: ModelPolicy, metadata: {name: default}}")
        ours = [sys.executable, str(ROOT / "weighbridge.py"), "webhook", "--certificate", certificate, "--key", key]
        ours += ["--host", "127.0.0.1", "--port", "0", "--metrics-port", "0", "--no-cluster", "--policy", str(policy)]
        ours += ["--default-policy", "default"]
        bare = [sys.executable, "-c", BARE, certificate, key]
        with server(bare) as the_bare, server(ours) as the_real:
            places = {"bare": the_bare, "weighbridge": the_real}
            for place in places.values():
                asyncio.run(drive(place, context, body, 200))
            for _ in range(rounds):
                for name, place in places.items():
                    found[name].append(asyncio.run(drive(place, context, body, requests)))
    return found


def main() -> int:
    """Measure, print and judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=2000, help="of each round")
    arguments = parser.parse_args()
    found = measure(arguments.rounds, arguments.requests)
    medians = {
        name: Round(*(statistics.median(getattr(each, field) for each in rounds) for field in Round.__slots__))
        for name, rounds in found.items()
    }
    print(
        f"UPDATE of a Deployment, {len(review()):,} bytes, {CONNECTIONS} connections, medians of {arguments.rounds} rounds"
    )
    for name, median in medians.items():
        times = (
            f"p50 {median.p50 * 1000:6.1f} ms  p99 {median.p99 * 1000:6.1f} ms  processor {median.cpu * 1000:5.2f} ms"
        )
        print(f"{name:12} {median.each_second:8.0f}/s  {times}")
    bare, ours = medians["bare"], medians["weighbridge"]
    share, p99 = ours.each_second / bare.each_second, ours.p99 / bare.p99
    print(
        f"share of requests a second {share:.2f} (at least {LEAST_SHARE}), ratio of p99 {p99:.2f} (at most {MOST_P99})"
    )
    return 0 if share >= LEAST_SHARE and p99 <= MOST_P99 else 1


if __name__ == "__main__":
    sys.exit(main())
