"""The keeper: every few seconds it compares the Secret and the webhook configurations with what they should hold.

It needs no lease. The Secret is written only over the version that was read, and what the configurations should hold
follows from the Secret; so several keepers get in each other's way for one round at most.
"""

from __future__ import annotations

import asyncio
import base64
import logging
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from webhook.authority.holdings import HoldingsError, authorities_in, from_data
from webhook.authority.steps import begin, next_step
from webhook.cluster import CONFLICT, NOT_FOUND, UNPROCESSABLE, ClusterError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from webhook.authority.holdings import Holdings
    from webhook.authority.steps import Terms
    from webhook.cluster import Cluster, SecretContent
    from webhook.metrics import AuthorityMetrics

logger = logging.getLogger(__name__)

INTERVAL: Final = 10.0
SETTLED: Final = 30.0
"""Seconds that a bundle must stand in every configuration before anything is served that needs it: every API server
takes configurations from a watch of its own. Several rounds, so that a keeper that is a round behind is noticed."""
RENEW_ANNOTATION: Final = "weighbridge.dev/not-older-than"
"""On the Secret: a moment such as 2027-01-31T12:00:00Z. What was issued before it is renewed."""


@dataclass(slots=True, kw_only=True)
class Keeper:
    """Keeps one Secret and the webhook configurations that name its authority."""

    cluster: Cluster
    namespace: str
    secret: str
    configurations: Mapping[str, str]
    """Kind (`validating`, `mutating`) -> name of the configuration."""
    terms: Terms
    metrics: AuthorityMetrics
    settled: float = SETTLED
    _published: bytes = b""
    _since: float = field(default=0.0)

    async def keep(self, interval: float = INTERVAL) -> None:
        """Take a round every `interval` seconds, for ever."""
        while True:
            try:
                await asyncio.to_thread(self.take_round, datetime.now(UTC))
            except ClusterError as error:
                self.metrics.rounds.labels("failed").inc()
                logger.warning("certificates not kept", extra={"fields": {"error": str(error)}})
            await asyncio.sleep(interval)

    def take_round(self, now: datetime) -> Holdings | None:
        """Take at most one step and publish what is trusted; return what is held, None where another was faster."""
        content = self.cluster.read_secret(self.namespace, self.secret)
        before = self._read(content)
        held = before or begin(self.terms, now, authorities_in(self._published_bundles(), now))
        if before is not None:
            trusted = self._publish(held.bundle)
            bound = _moment(content.annotations.get(RENEW_ANNOTATION, ""))
            held = next_step(held, self.terms, now, trusted=trusted, not_older_than=bound)
        if held is not before:
            if not self._write(held, content):
                return None
            self._tell(before, held)
            self._publish(held.bundle)
        self.metrics.authority_not_after.set(held.newest.not_valid_after_utc.timestamp())
        self.metrics.rounds.labels("done").inc()
        return held

    def _read(self, content: SecretContent) -> Holdings | None:
        if not content.data:
            return None
        try:
            return from_data(content.data)
        except HoldingsError as error:
            logger.error("the Secret is of no use and is made anew", extra={"fields": {"error": str(error)}})  # noqa: TRY400
            return None

    def _write(self, held: Holdings, over: SecretContent) -> bool:
        try:
            self.cluster.write_secret(self.namespace, self.secret, held.to_data(), over.version)
        except ClusterError as error:
            if error.status in (CONFLICT, UNPROCESSABLE):
                logger.info("another keeper was faster", extra={"fields": {"secret": self.secret}})
                return False
            raise
        return True

    def _tell(self, before: Holdings | None, held: Holdings) -> None:
        changed = {
            "authority": before is None or before.newest != held.newest,
            "certificate": before is None or before.leaf != held.leaf,
        }
        for what, is_new in changed.items():
            if is_new:
                self.metrics.renewals.labels(what).inc()
        fields = {
            "renewed": [what for what, is_new in changed.items() if is_new],
            "authorities": len(held.authorities),
            "not_after": held.leaf.not_valid_after_utc.isoformat(),
        }
        logger.info("certificates changed", extra={"fields": fields})

    def _publish(self, bundle: bytes) -> bool:
        """Bring the bundle into every configuration; return whether it has stood there long enough to rely on it."""
        encoded = base64.b64encode(bundle).decode()
        changed = bundle != self._published
        for kind, name in self.configurations.items():
            operations = list(_operations(self._configuration(kind, name), encoded))
            if operations:
                self.cluster.patch_webhook_configuration(kind, name, operations)
                logger.info("authorities published", extra={"fields": {"kind": kind, "name": name}})
                changed = True
        if changed:
            self._published, self._since = bundle, time.monotonic()
        return time.monotonic() - self._since >= self.settled

    def _published_bundles(self) -> Iterator[bytes]:
        for kind, name in self.configurations.items():
            for webhook in self._configuration(kind, name).get("webhooks") or ():
                yield base64.b64decode(webhook["clientConfig"].get("caBundle") or "")

    def _configuration(self, kind: str, name: str) -> Mapping[str, Any]:
        found = self.cluster.webhook_configuration(kind, name)
        if found is None:
            raise ClusterError(NOT_FOUND, f"there is no {kind} webhook configuration {name}")
        return found


def _operations(configuration: Mapping[str, Any], encoded: str) -> Iterator[dict[str, Any]]:
    """Yield a JSON patch; each change is bound to the webhook's name, since another may reorder the list meanwhile."""
    for index, webhook in enumerate(configuration.get("webhooks") or ()):
        if webhook["clientConfig"].get("caBundle") != encoded:
            path = f"/webhooks/{index}"
            yield {"op": "test", "path": f"{path}/name", "value": webhook["name"]}
            yield {"op": "add", "path": f"{path}/clientConfig/caBundle", "value": encoded}


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        logger.warning(
            "annotation is no moment", extra={"fields": {"annotation": RENEW_ANNOTATION, "value": text[:80]}}
        )
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
