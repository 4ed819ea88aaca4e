"""What `kubectl get modelpolicy` says of a policy: whether it is understood, by which hash it goes, and which it had."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from webhook.cluster import ClusterError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from webhook.cluster import Cluster
    from webhook.stores import Stores

logger = logging.getLogger(__name__)


def status_for(body: Mapping[str, Any], stores: Stores) -> dict[str, Any] | None:
    """
    Return the status a policy should have, None where it has it or where the watch has not told this edition yet.

    With an edit that is not understood, hash and former hashes stay those of the edition in force.
    """
    metadata = body["metadata"]
    known = stores.policy(metadata["name"])
    if known is None or known.version != metadata.get("resourceVersion"):
        return None
    present = body.get("status") or {}
    # None takes a field away: what is written is a merge patch (RFC 7386).
    status: dict[str, Any] = {"observedGeneration": metadata.get("generation", 0), "error": known.error or None}
    if known.compiled:
        status |= {"hash": known.compiled.hash, "recentHashes": list(known.compiled.recent)}
    return None if all(present.get(name) == value for name, value in status.items()) else status


class StatusWriter:
    """Writes the status of every policy whose status is out of date."""

    def __init__(self, cluster: Cluster, stores: Stores) -> None:
        self._cluster = cluster
        self._stores = stores

    async def write_for_ever(self, interval: float) -> None:
        """Look every `interval` seconds."""
        while True:
            await asyncio.to_thread(self.write)
            await asyncio.sleep(interval)

    def write(self) -> None:
        """Look once."""
        try:
            for body in self._cluster.policies():
                status = status_for(body, self._stores)
                if status is not None:
                    self._cluster.write_policy_status(body["metadata"]["name"], status)
        except ClusterError as error:
            logger.warning("status of policies not written", extra={"fields": {"error": str(error)}})
