"""kopf: watches of policies, namespaces and claims that fill the stores. Nothing here decides, and nothing writes.

Only index and event handlers are registered, so kopf adds neither finalizers nor annotations to anybody's objects. It
runs in a thread with a loop of its own: `kopf.operator` takes over the signals of a main thread, and at its end it
cancels every task of its loop that it did not find there, which would be our reviews.

kopf calls event handlers only after every index holds its whole first list: that is how loading is known to be over.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import kopf

from webhook.cluster import ClusterError
from webhook.policy_object import GROUP, VERSION
from webhook.stores import CLAIMS, NAMESPACES, POLICIES

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Mapping

    from webhook.cluster import Cluster
    from webhook.metrics import KnowledgeMetrics
    from webhook.stores import Stores

logger = logging.getLogger(__name__)

SERVICE_ACCOUNT: Final = Path("/var/run/secrets/kubernetes.io/serviceaccount")
_RESTART_DELAY: Final = 2.0
"""Seconds between the end of the watches and the next try."""

_LAST_WAIT: Final = 5.0
_SETTLED: Final = 15.0
"""Seconds at most that watches get for their first lists; ending an operator takes kopf up to 7 more."""

_SELECTORS: Final[Mapping[str, tuple[str, ...]]] = {
    POLICIES: (GROUP, VERSION, POLICIES),
    NAMESPACES: ("", "v1", NAMESPACES),
    CLAIMS: ("", "v1", CLAIMS),
}


def log_in(**options: Any) -> kopf.ConnectionInfo | None:
    """Find the API server: the service account's in a pod, by address so that no DNS is needed, else the kubeconfig's."""
    host, port = os.environ.get("KUBERNETES_SERVICE_HOST"), os.environ.get("KUBERNETES_SERVICE_PORT", "443")
    token = SERVICE_ACCOUNT / "token"
    if not host or not token.exists():
        return kopf.login_with_kubeconfig(**options)
    host = f"[{host}]" if ":" in host else host
    return kopf.ConnectionInfo(
        server=f"https://{host}:{port}",
        ca_path=str(SERVICE_ACCOUNT / "ca.crt"),
        scheme="Bearer",
        token=token.read_text().strip(),
    )


def settings(selectors: Mapping[str, str]) -> kopf.OperatorSettings:
    """Return settings for an operator that only looks; `selectors` are label selectors by resource, for the API server."""
    chosen = kopf.OperatorSettings()
    chosen.scanning.disabled = True
    chosen.posting.enabled = False
    chosen.peering.standalone = True
    chosen.watching.server_timeout = 300
    chosen.watching.chunk_size = 500
    # After an outage, policies are in force as soon as after any other change.
    chosen.networking.error_backoffs = (1, 1, 2)
    for resource, selector in selectors.items():
        chosen.watching.label_selectors[resource] = selector
    return chosen


def knowledge_registry(stores: Stores) -> kopf.OperatorRegistry:
    """Return the handlers that fill `stores`."""
    registry = kopf.OperatorRegistry()
    kopf.on.login(registry=registry, id="log-in")(log_in)
    for resource in stores.followed:
        selector = _SELECTORS[resource]
        kopf.index(*selector, registry=registry, id=resource)(_taker(stores, resource))
        kopf.on.event(*selector, registry=registry, id=resource)(_forgetter(stores, resource))
    return registry


def _taker(stores: Stores, resource: str) -> Callable[..., None]:
    def take(body: kopf.Body, **_: Any) -> None:
        stores.put(resource, body)

    return take


def _forgetter(stores: Stores, resource: str) -> Callable[..., None]:
    def forget(event: kopf.RawEvent, namespace: str | None, name: str, **_: Any) -> None:
        if event["type"] == "DELETED":
            stores.drop(resource, namespace or "", name)
        stores.loaded = True

    return forget


class WatchThread:
    """An operator that is begun anew whenever it ends, in a thread of its own."""

    def __init__(
        self,
        registry: Callable[[], kopf.OperatorRegistry],
        ended: Callable[[], None],
        *,
        confirm_interval: float,
        selectors: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._registry = registry
        self._ended = ended
        self._selectors = selectors
        self._settled = min(_SETTLED, 5 * confirm_interval)
        self._stopped = threading.Event()
        self._session = threading.Event()
        self._begun = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="watches", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def restart(self) -> None:
        """Begin anew: list everything again, and watch from there. Watches that have only just begun are left alone."""
        if time.monotonic() - self._begun > self._settled:
            logger.warning("watches missed something and begin anew")
            self._session.set()

    def close(self) -> None:
        """End the watches and wait for the thread, but not for ever: it is a daemon."""
        self._stopped.set()
        self._session.set()
        self._thread.join(_LAST_WAIT)

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._session.clear()
            self._begun = time.monotonic()
            try:
                asyncio.run(self._operator())
            except Exception as error:  # noqa: BLE001
                # Whatever ended it (no API server, no permission, a fault of kopf's): the old knowledge keeps deciding.
                logger.warning("the watches ended and begin anew", extra={"fields": {"error": repr(error)}})
            if not self._stopped.wait(_RESTART_DELAY):
                self._ended()

    def _operator(self) -> Coroutine[Any, Any, None]:
        return kopf.operator(
            registry=self._registry(),
            settings=settings(self._selectors),
            standalone=True,
            clusterwide=True,
            stop_flag=self._session,
        )


class Confirmation:
    """
    Asks the API server now and then what exists.

    That tells old knowledge from a quiet cluster, finds deletions that an interrupted watch never told, and objects that
    a watch should have told and did not: those of a kind that was defined after the watches began.
    """

    def __init__(
        self, cluster: Cluster, stores: Stores, metrics: KnowledgeMetrics, restart: Callable[[], None]
    ) -> None:
        self._stores = stores
        self._metrics = metrics
        self._restart = restart
        self._untold: frozenset[tuple[str, str, str]] = frozenset()
        self._lists: Mapping[str, Callable[[], Iterable[Mapping[str, Any]]]] = {
            POLICIES: cluster.policies,
            NAMESPACES: cluster.namespaces,
            CLAIMS: cluster.claims,
        }

    async def watch(self, interval: float) -> None:
        """Confirm every `interval` seconds, for ever."""
        while True:
            await asyncio.to_thread(self.confirm)
            self._metrics.publish(self._stores)
            await asyncio.sleep(interval)

    def confirm(self) -> bool:
        """Compare the stores with what exists; return whether the API server answered."""
        untold: set[tuple[str, str, str]] = set()
        for resource in self._lists:
            if resource not in self._stores.followed:
                continue
            try:
                untold |= self._compare(resource)
            except ClusterError as error:
                logger.warning("knowledge not confirmed", extra={"fields": {"resource": resource, "error": str(error)}})
                return False
        if untold & self._untold:
            self._restart()
        self._untold = frozenset(untold)
        self._stores.last_contact = time.time()
        return True

    def _compare(self, resource: str) -> set[tuple[str, str, str]]:
        """Forget what is gone; return what exists and was never told."""
        asked = time.monotonic()
        listed = self._lists[resource]()
        present = {(body["metadata"].get("namespace", ""), body["metadata"]["name"]) for body in listed}
        for namespace, name in self._stores.prune(resource, present, asked):
            fields = {"resource": resource, "namespace": namespace, "name": name}
            logger.warning("forgotten: the API server no longer has it", extra={"fields": fields})
        return {(resource, *key) for key in present - self._stores.keys(resource)}
