"""`weighbridge reporter`: waits for its turn, then turns gates' termination messages into metrics and events."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import sys
from typing import TYPE_CHECKING, Any, Final

from webhook import options
from webhook.authority import options as authority
from webhook.cluster import Cluster, ClusterError
from webhook.handlers import Confirmation, WatchThread
from webhook.listening import Listener, metrics_application
from webhook.logs import configure
from webhook.metrics import KnowledgeMetrics, ReporterMetrics
from webhook.parsers import reporter_parser
from webhook.reporter.collector import AuditCollector, OutcomeCollector
from webhook.reporter.journal import Journal
from webhook.reporter.leadership import RENEWAL, Leadership
from webhook.reporter.ledger import LedgerError
from webhook.reporter.reporting import Auditor, Deposed, Reporter, Store
from webhook.reporter.statuses import StatusWriter
from webhook.reporter.trust import trust_by
from webhook.reporter.watching import SELECTOR, reporter_registry
from webhook.serve import new_registry, until_told

if TYPE_CHECKING:
    import argparse
    from collections.abc import Coroutine, Sequence

    from prometheus_client import CollectorRegistry

    from webhook.reporter.outcomes import Json
    from webhook.stores import Stores

logger = logging.getLogger(__name__)

_STATUS_INTERVAL: Final = 10.0
"""Seconds at most between looks at the policies' statuses."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    arguments = reporter_parser().parse_args(argv)
    try:
        stores = options.stores(arguments)
        authority.terms(arguments, stores.own_namespace)
    except (OSError, ValueError) as error:
        print(f"weighbridge reporter: {error}", file=sys.stderr)
        return options.USAGE
    configure(arguments.log_level)
    try:
        return asyncio.run(_run(arguments, stores))
    except (ClusterError, LedgerError, OSError) as error:
        print(f"weighbridge reporter: {error}", file=sys.stderr)
        return 1


async def _run(arguments: argparse.Namespace, stores: Stores) -> int:
    registry = new_registry("reporter")
    process = ReporterProcess(arguments, stores, registry)
    work = [process.run()]
    if keeper := authority.keeper(arguments, stores.own_namespace, registry):
        # Whoever holds the lease: certificates are kept before there is anything to report, and by every replica.
        work.append(keeper.keep())
    listener = Listener(metrics_application(registry), host=arguments.host, port=arguments.metrics_port, tls=None)
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(listener.close)
        logger.info("serving", extra={"fields": {"metrics_port": await listener.open()}})
        stack.push_async_callback(process.end)
        return 0 if await until_told(stack, work) else 1


class ReporterProcess:
    """Waits for the lease and reports while it holds it; ends when another took over."""

    def __init__(self, arguments: argparse.Namespace, stores: Stores, registry: CollectorRegistry) -> None:
        self._arguments = arguments
        self._stores = stores
        self._registry = registry
        self._metrics = ReporterMetrics(registry)
        self._knowledge_metrics = KnowledgeMetrics(registry)
        self._cluster = Cluster()
        self._leadership = Leadership(
            cluster=self._cluster,
            namespace=stores.own_namespace,
            name=arguments.lease,
            # A container that is restarted keeps its pod's name, and so need not wait for its own lease to run out.
            identity=os.environ.get("HOSTNAME") or socket.gethostname(),
        )
        self._reporter: Reporter | None = None

    async def run(self) -> None:
        """Wait for the lease, then report; never returns, raises when it cannot go on."""
        while not await self._held():  # noqa: ASYNC110 a lease that runs out tells nobody
            await asyncio.sleep(RENEWAL)
        self._metrics.leader.set(1)
        self._reporter = await self._prepare()
        with contextlib.closing(self._watches(self._reporter)) as watches:
            async with asyncio.TaskGroup() as duties:
                for duty in self._duties(self._reporter, watches):
                    duties.create_task(duty)

    async def end(self) -> None:
        """Store what is not stored yet and let another have the lease."""
        if self._reporter is None:
            return
        try:
            await self._reporter.store_and_show()
            await asyncio.to_thread(self._leadership.release)
        except (ClusterError, Deposed) as error:
            logger.warning("not ended in order", extra={"fields": {"error": repr(error)}})

    async def _held(self) -> bool:
        try:
            return await asyncio.to_thread(self._leadership.hold)
        except ClusterError as error:
            logger.warning("lease not asked for", extra={"fields": {"error": str(error)}})
            return False

    async def _prepare(self) -> Reporter:
        store = Store(self._cluster, self._stores.own_namespace, self._arguments.store, self._metrics)
        ledger = await asyncio.to_thread(store.load)
        collector = OutcomeCollector()
        self._registry.register(collector)
        journal = Journal(ledger, trust_by(self._stores))
        return Reporter(cluster=self._cluster, journal=journal, store=store, collector=collector, metrics=self._metrics)

    def _watches(self, reporter: Reporter) -> WatchThread:
        loop = asyncio.get_running_loop()

        def tell(exists: bool, pod: Json) -> None:  # called in the thread of the watches
            loop.call_soon_threadsafe(reporter.tell, exists, pod)

        watches = WatchThread(
            lambda: reporter_registry(self._stores, tell),
            self._knowledge_metrics.restarts.inc,
            confirm_interval=self._arguments.list_interval,
            selectors={"pods": SELECTOR},
        )
        watches.start()
        return watches

    def _duties(self, reporter: Reporter, watches: WatchThread) -> list[Coroutine[Any, Any, None]]:
        interval = self._arguments.list_interval
        confirmation = Confirmation(self._cluster, self._stores, self._knowledge_metrics, watches.restart)
        duties = [
            self._renew(),
            reporter.store_for_ever(self._arguments.store_interval),
            reporter.compare_for_ever(interval),
            reporter.tell_for_ever(),
            confirmation.watch(interval),
        ]
        if self._arguments.audit_interval > 0:
            duties.append(self._audit())
        if not self._stores.given:
            duties.append(StatusWriter(self._cluster, self._stores).write_for_ever(min(interval, _STATUS_INTERVAL)))
        return duties

    async def _audit(self) -> None:
        """Audit for ever, once it is known which policies there are."""
        while not self._stores.loaded:  # noqa: ASYNC110 another thread loads
            await asyncio.sleep(0.1)
        collector = AuditCollector()
        self._registry.register(collector)
        auditor = Auditor(self._cluster, self._stores, collector)
        await auditor.audit_for_ever(self._arguments.audit_interval)

    async def _renew(self) -> None:
        """Renew the lease until it is lost; while the API server is away nobody else can take it either."""
        while True:
            await asyncio.sleep(RENEWAL)
            try:
                if not await asyncio.to_thread(self._leadership.hold):
                    raise Deposed
            except ClusterError as error:
                logger.warning("lease not renewed", extra={"fields": {"error": str(error)}})
