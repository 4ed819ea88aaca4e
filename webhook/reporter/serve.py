"""`weighbridge reporter`: waits for its turn, then turns gates' termination messages into metrics and events."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import socket
import sys
from typing import TYPE_CHECKING, Any, Final

from webhook.cluster import Cluster, ClusterError
from webhook.handlers import Confirmation, WatchThread
from webhook.listening import Listener, metrics_application, told_to_stop
from webhook.logs import configure
from webhook.metrics import KnowledgeMetrics, ReporterMetrics
from webhook.reporter.collector import OutcomeCollector
from webhook.reporter.journal import Journal
from webhook.reporter.leadership import RENEWAL, Leadership
from webhook.reporter.ledger import LedgerError
from webhook.reporter.reporting import Deposed, Reporter, Store
from webhook.reporter.trust import trust_by
from webhook.reporter.watching import SELECTOR, reporter_registry
from webhook.serve import new_registry, own_namespace
from webhook.stores import Stores

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence

    from prometheus_client import CollectorRegistry

    from webhook.reporter.outcomes import Json

logger = logging.getLogger(__name__)

_DESCRIPTION: Final = """\
Report what became of the gates: watch pods with a gate, read the verdicts their gates left behind, count each once, and
export metrics and events. Needs a cluster: the service account in a pod, else the kubeconfig.

Several replicas may run; the one that holds the lease reports. Totals survive restarts in a ConfigMap."""

_EPILOG: Final = """\
served in the clear: GET /metrics /healthz

exit codes: 0 told to stop, 1 could not go on (or another replica took over), 4 usage"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    arguments = _parser().parse_args(argv)
    configure(arguments.log_level)
    try:
        return asyncio.run(_run(arguments))
    except (ClusterError, LedgerError, OSError) as error:
        print(f"weighbridge reporter: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="weighbridge reporter",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--host", metavar="ADDRESS", help="address to listen on (default: all)")
    add("--metrics-port", type=int, default=8080, metavar="PORT", help="port for Prometheus (default: 8080; 0: any)")
    add(
        "--own-namespace",
        metavar="NAME",
        help="namespace of lease and totals (default: the service account's, else weighbridge-system)",
    )
    add("--default-policy", metavar="NAME", help="policy of namespaces that name none, as given to the webhook")
    add(
        "--store",
        default="weighbridge-reporter",
        metavar="NAME",
        help="ConfigMap with the totals (default: %(default)s)",
    )
    add("--lease", default="weighbridge-reporter", metavar="NAME", help="the lease (default: %(default)s)")
    add("--store-interval", type=float, default=1.0, metavar="SECONDS", help="between stores (default: 1)")
    add("--list-interval", type=float, default=60.0, metavar="SECONDS", help="between comparisons (default: 60)")
    add("--log-level", choices=("debug", "info", "warning", "error"), default="info", help="(default: info)")
    return parser


async def _run(arguments: argparse.Namespace) -> int:
    registry = new_registry("reporter")
    process = ReporterProcess(arguments, registry)
    listener = Listener(metrics_application(registry), host=arguments.host, port=arguments.metrics_port, tls=None)
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(listener.close)
        logger.info("serving", extra={"fields": {"metrics_port": await listener.open()}})
        stop = asyncio.create_task(told_to_stop())
        stack.callback(stop.cancel)
        return await process.run(stack, stop)


class ReporterProcess:
    """Waits for the lease, reports while it holds it, and ends when told to or when another took over."""

    def __init__(self, arguments: argparse.Namespace, registry: CollectorRegistry) -> None:
        self._arguments = arguments
        self._registry = registry
        self._metrics = ReporterMetrics(registry)
        self._knowledge_metrics = KnowledgeMetrics(registry)
        self._cluster = Cluster()
        self._namespace = arguments.own_namespace or own_namespace()
        self._leadership = Leadership(
            cluster=self._cluster,
            namespace=self._namespace,
            name=arguments.lease,
            identity=f"{os.environ.get('HOSTNAME') or socket.gethostname()}-{os.getpid()}",
        )

    async def run(self, stack: contextlib.AsyncExitStack, stop: asyncio.Task[None]) -> int:
        """Run until `stop` ends or reporting cannot go on; return the exit code."""
        if not await self._our_turn(stop):
            return 0
        self._metrics.leader.set(1)
        stack.push_async_callback(self._release)
        duties = [asyncio.create_task(duty) for duty in self._duties(stack, await asyncio.to_thread(self._load))]
        stack.push_async_callback(_cancel, duties)
        done, _ = await asyncio.wait([stop, *duties], return_when=asyncio.FIRST_COMPLETED)
        for task in done - {stop}:
            logger.error("reporting ended", exc_info=task.exception())
        if stop not in done:
            return 1
        await self._reporter.store_and_show()
        return 0

    async def _our_turn(self, stop: asyncio.Task[None]) -> bool:
        while not await self._held():
            await asyncio.wait([stop], timeout=RENEWAL)
            if stop.done():
                return False
        return True

    async def _held(self) -> bool:
        try:
            return await asyncio.to_thread(self._leadership.hold)
        except ClusterError as error:
            logger.warning("lease not asked for", extra={"fields": {"error": str(error)}})
            return False

    def _load(self) -> Store:
        store = Store(self._cluster, self._namespace, self._arguments.store, self._metrics)
        self._ledger = store.load()
        return store

    def _duties(self, stack: contextlib.AsyncExitStack, store: Store) -> list[Coroutine[Any, Any, None]]:
        stores = Stores(own_namespace=self._namespace, default=self._arguments.default_policy)
        collector = OutcomeCollector()
        self._registry.register(collector)
        self._reporter = Reporter(
            cluster=self._cluster,
            journal=Journal(self._ledger, trust_by(stores)),
            store=store,
            collector=collector,
            metrics=self._metrics,
        )
        self._watch(stack, stores)
        return [
            self._renew(),
            self._reporter.store_for_ever(self._arguments.store_interval),
            self._reporter.compare_for_ever(self._arguments.list_interval),
            self._reporter.tell_for_ever(),
            Confirmation(self._cluster, stores, self._knowledge_metrics).watch(self._arguments.list_interval),
        ]

    def _watch(self, stack: contextlib.AsyncExitStack, stores: Stores) -> None:
        loop = asyncio.get_running_loop()

        def tell(exists: bool, pod: Json) -> None:  # called in the thread of the watches
            loop.call_soon_threadsafe(self._reporter.tell, exists, pod)

        watches = WatchThread(
            lambda: reporter_registry(stores, tell), self._knowledge_metrics.restarts.inc, {"pods": SELECTOR}
        )
        watches.start()
        stack.callback(watches.stop, 5)

    async def _renew(self) -> None:
        """Renew the lease until it is lost; while the API server is away the question stays open, as it does for others."""
        while True:
            await asyncio.sleep(RENEWAL)
            try:
                if not await asyncio.to_thread(self._leadership.hold):
                    raise Deposed
            except ClusterError as error:
                logger.warning("lease not renewed", extra={"fields": {"error": str(error)}})

    async def _release(self) -> None:
        try:
            await asyncio.to_thread(self._leadership.release)
        except ClusterError as error:
            logger.warning("lease not released", extra={"fields": {"error": str(error)}})


async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
