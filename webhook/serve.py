"""`weighbridge webhook`: the admission server as a process, from its arguments to its last connection."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import sys
from typing import TYPE_CHECKING

from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)

from webhook import options
from webhook.certificates import CertificateError, Certificates
from webhook.cluster import Cluster, ClusterError
from webhook.health import certificate_valid, denies_bad_pod, policies_loaded
from webhook.inject import mutate
from webhook.listening import Listener, metrics_application, told_to_stop
from webhook.logs import configure
from webhook.metrics import AdmissionMetrics, CertificateMetrics, KnowledgeMetrics, build_info
from webhook.parsers import webhook_parser
from webhook.policy import DEFAULT_POLICY
from webhook.policy_review import review_policy
from webhook.review import Mode, review
from webhook.server import AdmissionServer, Readiness, ServerSettings
from webhook.stores import Static, Stores
from webhook.violations import VIOLATIONS

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Coroutine, Sequence
    from typing import Any

    from webhook.answers import Json, Judge
    from webhook.review import Knowledge

logger = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    arguments = webhook_parser().parse_args(argv)
    try:
        knowledge = _knowledge(arguments)
        settings = ServerSettings(deadline=arguments.deadline)
    except (OSError, ValueError) as error:
        print(f"weighbridge webhook: {error}", file=sys.stderr)
        return options.USAGE
    configure(arguments.log_level)
    try:
        return asyncio.run(_serve(arguments, knowledge, settings))
    except (CertificateError, ClusterError, OSError) as error:
        print(f"weighbridge webhook: {error}", file=sys.stderr)
        return 1


def _knowledge(arguments: argparse.Namespace) -> Static | Stores:
    if arguments.no_cluster:
        return options.static(arguments)
    if arguments.namespace_policy:
        raise ValueError("--namespace-policy needs --no-cluster; in a cluster namespaces carry labels")
    return options.stores(arguments)


def judge_by(knowledge: Knowledge) -> Judge:
    """Return the real decision on the given knowledge."""

    def judge(request: Json, mode: str) -> Json:
        return review(request, mode=Mode(mode), knowledge=knowledge)

    return judge


def mutate_by(knowledge: Knowledge) -> Judge:
    """Return the real injection on the given knowledge."""

    def inject(request: Json, _mode: str) -> Json:
        return mutate(request, knowledge=knowledge)

    return inject


def judge_policies(request: Json, _mode: str) -> Json:
    """Answer a review of a ModelPolicy, which rests on nothing but the policy."""
    return review_policy(request)


def new_registry(component: str) -> CollectorRegistry:
    """Return a registry with what every process exports of itself."""
    # One more series for each counter, which tells no more than the counter's reset does.
    disable_created_metrics()  # type: ignore[no-untyped-call]
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    build_info(registry, component)
    return registry


async def _serve(arguments: argparse.Namespace, knowledge: Static | Stores, settings: ServerSettings) -> int:
    registry = new_registry("webhook")
    metrics = AdmissionMetrics(registry, violations=VIOLATIONS)
    knowledge_metrics = KnowledgeMetrics(registry)
    certificates = Certificates(arguments.certificate, arguments.key, CertificateMetrics(registry))
    readiness = Readiness(_checks(knowledge, certificates), metrics)
    server = AdmissionServer(
        judge=judge_by(knowledge),
        mutate=mutate_by(knowledge) if arguments.injects else None,
        policies=judge_policies,
        metrics=metrics,
        readiness=readiness,
        settings=settings,
    )
    host, tls = arguments.host, certificates.listener_context
    reviews = Listener(server.application(), host=host, port=arguments.port, tls=tls)
    numbers = Listener(metrics_application(registry), host=host, port=arguments.metrics_port, tls=None)
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(numbers.close)
        ports = {"metrics_port": await numbers.open()}
        stack.push_async_callback(reviews.close)
        ports["port"] = await reviews.open()
        knowledge_metrics.publish(knowledge)
        work: list[Coroutine[Any, Any, None]] = []
        if isinstance(knowledge, Stores):
            work.append(_follow(stack, knowledge, knowledge_metrics, arguments.confirm_interval))
        work.append(certificates.watch(arguments.certificate_interval))
        _settle_memory()
        logger.info("serving", extra={"fields": ports})
        if not await until_told(stack, work):
            return 1
        readiness.draining = True
        logger.info("draining", extra={"fields": {"seconds": arguments.drain}})
        await asyncio.sleep(arguments.drain)
    return 0


def _settle_memory() -> None:
    """
    Keep the garbage collector off what start-up made, and let it run less often.

    A review is a tree of some thousand objects that goes when its last reference goes. Each one set off several passes,
    some of them over every module: a quarter of the processor time of a review of 50 kB.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


def _checks(knowledge: Static | Stores, certificates: Certificates) -> dict[str, Callable[[], str]]:
    canned = Static(policies={DEFAULT_POLICY.name: DEFAULT_POLICY}, default=DEFAULT_POLICY.name)
    return {
        "policies": policies_loaded(knowledge),
        "certificate": certificate_valid(certificates),
        "self-review": denies_bad_pod(judge_by(canned)),
    }


def _follow(
    stack: contextlib.AsyncExitStack, stores: Stores, metrics: KnowledgeMetrics, interval: float
) -> Coroutine[Any, Any, None]:
    from webhook.handlers import Confirmation, WatchThread, knowledge_registry

    cluster = Cluster()
    watches = WatchThread(lambda: knowledge_registry(stores), metrics.restarts.inc, confirm_interval=interval)
    watches.start()
    stack.callback(watches.close)
    return Confirmation(cluster, stores, metrics, watches.restart).watch(interval)


async def until_told(stack: contextlib.AsyncExitStack, work: Sequence[Coroutine[Any, Any, None]]) -> bool:
    """
    Run endless work until SIGTERM; return whether that came, rather than the end of any of the work.

    What ends by itself has failed: the process goes, and is begun anew, instead of running on without it.
    """
    tasks = [asyncio.create_task(each) for each in work]
    stop = asyncio.create_task(told_to_stop())
    stack.push_async_callback(_cancel, [stop, *tasks])
    done, _ = await asyncio.wait([stop, *tasks], return_when=asyncio.FIRST_COMPLETED)
    for task in done - {stop}:
        logger.error("cannot go on", exc_info=task.exception())
    return stop in done


async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
