"""`weighbridge webhook`: the admission server as a process, from its arguments to its last connection."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector

from webhook.certificates import CertificateError, Certificates
from webhook.health import certificate_valid, denies_bad_pod, policies_loaded
from webhook.listening import Listener, metrics_application, told_to_stop
from webhook.logs import configure
from webhook.metrics import AdmissionMetrics, CertificateMetrics, KnowledgeMetrics, build_info
from webhook.policy import DEFAULT_POLICY, PolicyError, compile_policy, decode_policy
from webhook.review import Mode, review
from webhook.server import AdmissionServer, Readiness, ServerSettings
from webhook.stores import Static, Stores
from webhook.violations import VIOLATIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from webhook.answers import Json, Judge
    from webhook.policy import CompiledPolicy
    from webhook.review import Knowledge

logger = logging.getLogger(__name__)

USAGE: Final = 4
_NAMESPACE_FILE: Final = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")

_DESCRIPTION: Final = """\
Serve admission reviews: decide whether every model volume of a pod or workload is gated.

With --policy it needs no cluster: policies come from files. Without, it finds the API server (service account in a pod,
else kubeconfig) and watches ModelPolicy objects, namespaces and claims; a namespace is under the policy that its label
weighbridge.dev/enforce (or warn, or audit) names."""

_EPILOG: Final = """\
examples:
  weighbridge webhook --certificate tls.crt --key tls.key
  weighbridge webhook --certificate tls.crt --key tls.key --policy policy.yaml --default-policy default

served over TLS:    POST /validate/enforce /validate/warn /validate/audit   GET /healthz /readyz
served in the clear: GET /metrics /healthz, on the metrics port

exit codes: 0 told to stop, 1 could not go on, 4 usage"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    arguments = _parser().parse_args(argv)
    configure(arguments.log_level)
    try:
        knowledge = _knowledge(arguments)
    except (OSError, ValueError) as error:
        print(f"weighbridge webhook: {error}", file=sys.stderr)
        return USAGE
    try:
        asyncio.run(_serve(arguments, knowledge))
    except (CertificateError, OSError) as error:
        print(f"weighbridge webhook: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="weighbridge webhook",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.exit_on_error = True
    add = parser.add_argument
    add(
        "--certificate",
        type=Path,
        required=True,
        metavar="FILE",
        help="serving certificate chain, PEM; replaced files are picked up",
    )
    add("--key", type=Path, required=True, metavar="FILE", help="its private key, PEM")
    add("--host", metavar="ADDRESS", help="address to listen on (default: all)")
    add("--port", type=int, default=8443, help="port for the API server and the probes, TLS (default: 8443; 0: any)")
    add("--metrics-port", type=int, default=8080, metavar="PORT", help="port for Prometheus (default: 8080; 0: any)")
    _policy_arguments(parser)
    limits = parser.add_argument_group("limits")
    add = limits.add_argument
    add(
        "--deadline",
        type=float,
        default=4.0,
        metavar="SECONDS",
        help="for one review; keep it below the webhook's timeoutSeconds (default: 4)",
    )
    add(
        "--drain",
        type=float,
        default=10.0,
        metavar="SECONDS",
        help="between SIGTERM and the end, still serving (default: 10)",
    )
    add(
        "--certificate-interval",
        type=float,
        default=10.0,
        metavar="SECONDS",
        help="between looks at the certificate files (default: 10)",
    )
    add(
        "--confirm-interval",
        type=float,
        default=60.0,
        metavar="SECONDS",
        help="between confirmations of what is in memory (default: 60)",
    )
    add(
        "--log-level",
        choices=("debug", "info", "warning", "error"),
        default="info",
        help="(default: info, one line for each decision)",
    )
    return parser


def _policy_arguments(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("policies")
    add = group.add_argument
    add(
        "--policy",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="YAML or JSON with ModelPolicy objects; repeatable; no cluster is used then",
    )
    add(
        "--namespace-policy",
        action="append",
        default=[],
        metavar="NAMESPACE=NAME",
        help="with --policy: the namespace is under this policy; repeatable",
    )
    add(
        "--default-policy",
        metavar="NAME",
        help="policy of every namespace that names none (default: with --policy the first one, in a cluster none)",
    )
    add(
        "--own-namespace",
        metavar="NAME",
        help="namespace that is never judged (default: the service account's, else weighbridge-system)",
    )
    add(
        "--injects",
        action="store_true",
        help="pods pass through /mutate first: a template that merely lacks the gate is allowed",
    )


def _knowledge(arguments: argparse.Namespace) -> Static | Stores:
    own = arguments.own_namespace or own_namespace()
    if not arguments.policy:
        if arguments.namespace_policy:
            raise ValueError("--namespace-policy needs --policy; in a cluster namespaces are labelled")
        return Stores(own_namespace=own, injects=arguments.injects, default=arguments.default_policy)
    policies = {policy.name: policy for path in arguments.policy for policy in read_policies(path)}
    return Static(
        policies=policies,
        namespaces=dict(_assignment(text) for text in arguments.namespace_policy),
        default=arguments.default_policy or next(iter(policies)),
        own_namespace=own,
        injects=arguments.injects,
    )


def own_namespace() -> str:
    """Return the namespace of this process's service account; outside a cluster the chart's default."""
    with contextlib.suppress(OSError):
        return _NAMESPACE_FILE.read_text().strip()
    return "weighbridge-system"


def _assignment(text: str) -> tuple[str, str]:
    namespace, equals, policy = text.partition("=")
    if not (namespace and equals and policy):
        raise ValueError(f"--namespace-policy takes NAMESPACE=NAME, not {text!r}")
    return namespace, policy


def read_policies(path: Path) -> list[CompiledPolicy]:
    """Read every ModelPolicy of a file; raise `ValueError` naming file and field where one is wrong or none is there."""
    import yaml

    try:
        documents = [document for document in yaml.safe_load_all(path.read_text()) if document is not None]
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: {error}") from error
    try:
        policies = [compile_policy(decode_policy(document)) for document in documents]
    except PolicyError as error:
        raise ValueError(f"{path}: {error}") from error
    if not policies:
        raise ValueError(f"{path}: holds no ModelPolicy")
    return policies


def judge_by(knowledge: Knowledge) -> Judge:
    """Return the real decision on the given knowledge."""

    def judge(request: Json, mode: str) -> Json:
        return review(request, mode=Mode(mode), knowledge=knowledge)

    return judge


def new_registry(component: str) -> CollectorRegistry:
    """Return a registry with what every process exports of itself."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    build_info(registry, component)
    return registry


async def _serve(arguments: argparse.Namespace, knowledge: Static | Stores) -> None:
    registry = new_registry("webhook")
    metrics = AdmissionMetrics(registry, violations=VIOLATIONS)
    knowledge_metrics = KnowledgeMetrics(registry)
    knowledge_metrics.loaded.set(1 if knowledge.loaded else 0)
    certificates = Certificates(arguments.certificate, arguments.key, CertificateMetrics(registry))
    readiness = Readiness(_checks(knowledge, certificates), metrics)
    server = AdmissionServer(
        judge=judge_by(knowledge),
        metrics=metrics,
        readiness=readiness,
        settings=ServerSettings(deadline=arguments.deadline),
    )
    reviews = Listener(
        server.application(), host=arguments.host, port=arguments.port, tls=certificates.listener_context
    )
    numbers = Listener(metrics_application(registry), host=arguments.host, port=arguments.metrics_port, tls=None)
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(numbers.close)
        ports = {"metrics_port": await numbers.open()}
        stack.push_async_callback(reviews.close)
        ports["port"] = await reviews.open()
        _watch(stack, certificates.watch(arguments.certificate_interval))
        if isinstance(knowledge, Stores):
            _follow(stack, knowledge, knowledge_metrics, arguments.confirm_interval)
        logger.info("serving", extra={"fields": ports})
        await told_to_stop()
        readiness.draining = True
        logger.info("draining", extra={"fields": {"seconds": arguments.drain}})
        await asyncio.sleep(arguments.drain)


def _checks(knowledge: Static | Stores, certificates: Certificates) -> dict[str, Any]:
    canned = Static(policies={DEFAULT_POLICY.name: DEFAULT_POLICY}, default=DEFAULT_POLICY.name)
    return {
        "policies": policies_loaded(knowledge),
        "certificate": certificate_valid(certificates),
        "self-review": denies_bad_pod(judge_by(canned)),
    }


def _watch(stack: contextlib.AsyncExitStack, work: Any) -> None:
    task = asyncio.create_task(work)
    stack.callback(task.cancel)


def _follow(stack: contextlib.AsyncExitStack, stores: Stores, metrics: KnowledgeMetrics, interval: float) -> None:
    from webhook.cluster import Cluster
    from webhook.handlers import Confirmation, WatchThread, knowledge_registry

    watches = WatchThread(lambda: knowledge_registry(stores), metrics.restarts.inc)
    watches.start()
    stack.callback(watches.stop, 5)
    _watch(stack, Confirmation(Cluster(), stores, metrics).watch(interval))
