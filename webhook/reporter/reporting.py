"""The reporter at work: stores before it shows, shows before it tells."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from typing import TYPE_CHECKING, Any, Final

from webhook.cluster import CONFLICT, ClusterError, Stored
from webhook.reporter.announcements import Rate, could_exist, event, reference_to_pod
from webhook.reporter.audit import audit
from webhook.reporter.ledger import Ledger
from webhook.reporter.watching import SELECTOR

if TYPE_CHECKING:
    from collections.abc import Mapping

    from webhook.cluster import Cluster
    from webhook.metrics import ReporterMetrics
    from webhook.reporter.audit import Ungated
    from webhook.reporter.collector import AuditCollector, OutcomeCollector
    from webhook.reporter.journal import Journal, News
    from webhook.review import Knowledge

logger = logging.getLogger(__name__)

KEY: Final = "ledger"
MOST_WAITING: Final = 1000
"""Verdicts that wait for their events; further ones are dropped and counted."""


class Deposed(Exception):
    """Somebody else wrote the ledger, so somebody else reports."""


class Store:
    """The ledger as an object of the API server."""

    def __init__(self, cluster: Cluster, namespace: str, name: str, metrics: ReporterMetrics) -> None:
        self._cluster = cluster
        self._place = (namespace, name, KEY)
        self._metrics = metrics
        self._stored = Stored()

    def load(self) -> Ledger:
        """Read the ledger; an empty one where none was stored. Raises `LedgerError` where it cannot be read."""
        self._stored = self._cluster.read_store(*self._place)
        return Ledger.load(self._stored.content) if self._stored.content else Ledger()

    def save(self, content: bytes) -> bool:
        """Write the ledger over the version that was read; return whether it is stored, raise `Deposed` if not ours."""
        try:
            self._stored = self._cluster.write_store(*self._place, Stored(content, self._stored.version))
        except ClusterError as error:
            if error.status == CONFLICT:
                raise Deposed from error
            self._metrics.stores.labels("failed").inc()
            logger.warning("totals not stored", extra={"fields": {"error": str(error)}})
            return False
        self._metrics.stores.labels("stored").inc()
        return True


class Reporter:
    """Takes pods from the watch, and every so often stores, shows and tells what came of them."""

    def __init__(
        self,
        *,
        cluster: Cluster,
        journal: Journal,
        store: Store,
        collector: OutcomeCollector,
        metrics: ReporterMetrics,
    ) -> None:
        self._cluster = cluster
        self._journal = journal
        self._store = store
        self._collector = collector
        self._metrics = metrics
        self._totals = journal.ledger.totals()
        self._waiting: deque[News] = deque()
        self._rate = Rate(each_second=5, at_once=25)

    def tell(self, exists: bool, pod: Mapping[str, Any]) -> None:
        """Take in a pod that was seen, or the last state of one that was deleted."""
        if exists:
            self._journal.see(pod)
        else:
            self._journal.miss(pod)

    async def store_for_ever(self, interval: float) -> None:
        """Store and show, every `interval` seconds."""
        while True:
            await self.store_and_show()
            await asyncio.sleep(interval)

    async def store_and_show(self) -> None:
        """Store what is new, then show it; what could not be stored is not shown."""
        if self._journal.changed:
            self._journal.changed = False
            news, totals = self._journal.news(), self._journal.ledger.totals()
            if not await asyncio.to_thread(self._store.save, self._journal.ledger.dump()):
                self._journal.not_stored(news)
                return
            self._totals = totals
            self._queue(news)
        self._metrics.stored.set(time.time())
        self._collector.show(self._totals, self._journal.pods)

    async def compare_for_ever(self, interval: float) -> None:
        """Compare with a list of the gated pods, every `interval` seconds: a watch can lose deletions."""
        while True:
            await asyncio.sleep(interval)
            known = self._journal.known()
            try:
                present = await asyncio.to_thread(self._uids)
            except ClusterError as error:
                logger.warning("gated pods not listed", extra={"fields": {"error": str(error)}})
                continue
            gone = self._journal.keep(present, known)
            self._metrics.listed.set(time.time())
            if gone:
                logger.info("pods are gone without a word", extra={"fields": {"count": gone}})

    async def tell_for_ever(self) -> None:
        """Create the events of verdicts that wait for theirs, no more than the rate allows."""
        while True:
            if self._waiting and self._rate.take():
                await asyncio.to_thread(self._announce, self._waiting.popleft())
            else:
                await asyncio.sleep(0.1)

    def _queue(self, news: list[News]) -> None:
        for item in news:
            logger.info("verdict", extra={"fields": _fields(item)})
            if len(self._waiting) < MOST_WAITING:
                self._waiting.append(item)
            else:
                self._metrics.events.labels("dropped").inc()

    def _uids(self) -> set[str]:
        return {pod["metadata"]["uid"] for pod in self._cluster.pods(SELECTOR)}

    def _announce(self, news: News) -> None:
        try:
            for involved in self._involved(news):
                told = event(news, involved)
                if told:
                    created = self._cluster.create_event(told)
                    self._metrics.events.labels("created" if created else "existing").inc()
        except ClusterError as error:
            self._metrics.events.labels("failed").inc()
            logger.warning("event not created", extra={"fields": {"pod": news.pod.name, "error": str(error)}})

    def _involved(self, news: News) -> list[Mapping[str, Any]]:
        involved: list[Mapping[str, Any]] = [reference_to_pod(news)]
        for owner in filter(could_exist, news.pod.owners):
            above = self._cluster.owner(owner, news.pod.namespace) or owner
            fields = {key: above[key] for key in ("apiVersion", "kind", "name", "uid") if key in above}
            involved.append({**fields, "namespace": news.pod.namespace})
        return involved


class Auditor:
    """Looks at every pod now and then, and says what changed since the last time."""

    def __init__(self, cluster: Cluster, knowledge: Knowledge, collector: AuditCollector) -> None:
        self._cluster = cluster
        self._knowledge = knowledge
        self._collector = collector
        self._before: set[Ungated] = set()

    async def audit_for_ever(self, interval: float) -> None:
        """Audit every `interval` seconds."""
        while True:
            await asyncio.to_thread(self.audit)
            await asyncio.sleep(interval)

    def audit(self) -> None:
        """Audit once, page by page; while the API server is away the last result stands, with its time."""
        began = time.monotonic()
        try:
            result = audit(self._cluster.pods(), self._knowledge)
        except ClusterError as error:
            logger.warning("pods not audited", extra={"fields": {"error": str(error)}})
            return
        self._collector.show(result, ended=time.time(), seconds=time.monotonic() - began)
        for found in sorted(result.ungated - self._before, key=repr):
            fields = {
                "namespace": found.namespace,
                "workload": f"{found.workload.kind}/{found.workload.name}",
                "violations": found.violations,
            }
            logger.warning("runs and would not be admitted now", extra={"fields": fields})
        self._before = result.ungated


def _fields(news: News) -> dict[str, Any]:
    pod, outcome = news.pod, news.outcome
    return {
        "verdict": outcome.said.value,
        "namespace": pod.namespace,
        "pod": pod.name,
        "uid": pod.uid,
        "workload": f"{pod.workload.kind}/{pod.workload.name}",
        "rules": list(outcome.rules),
        "detail": outcome.detail,
        "files": outcome.files,
        "bytes": outcome.bytes,
        "gate_milliseconds": outcome.milliseconds,
    }
