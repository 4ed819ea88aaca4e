"""One reporter at a time: a Lease that its holder renews, and that another may take once it has run out.

The lease avoids double work; it is not what keeps the totals exact. For that the stored ledger is written only over the
version that was read, so a reporter that lost the lease without noticing cannot write, and ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from webhook.cluster import CONFLICT, ClusterError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from webhook.cluster import Cluster

DURATION: Final = 15
"""Seconds without renewal after which a lease may be taken; Kubernetes' own controllers use the same."""
RENEWAL: Final = 5.0
"""Seconds between renewals."""
_MOMENT: Final = "%Y-%m-%dT%H:%M:%S.%fZ"


@dataclass(slots=True, kw_only=True)
class Leadership:
    """A claim to a lease under one identity."""

    cluster: Cluster
    namespace: str
    name: str
    identity: str
    seen: tuple[str, datetime] | None = None
    """The version of somebody else's lease, and when this process first saw it: clocks of others are not trusted."""

    def hold(self, now: datetime | None = None) -> bool:
        """Take or renew the lease; return whether it is held. A `ClusterError` leaves the question open."""
        now = now or datetime.now(UTC)
        lease = self.cluster.read_lease(self.namespace, self.name)
        if lease is not None and not self._may_take(lease, now):
            return False
        try:
            self.cluster.write_lease(self._claim(lease, now))
        except ClusterError as error:
            if error.status == CONFLICT:
                return False
            raise
        return True

    def release(self) -> None:
        """Let another take the lease at once."""
        lease = self.cluster.read_lease(self.namespace, self.name)
        if lease is not None and lease["spec"].get("holderIdentity") == self.identity:
            spec = {**lease["spec"], "holderIdentity": ""}
            self.cluster.write_lease({**lease, "spec": spec})

    def _may_take(self, lease: Mapping[str, Any], now: datetime) -> bool:
        holder = lease["spec"].get("holderIdentity")
        if not holder or holder == self.identity:
            return True
        version = lease["metadata"]["resourceVersion"]
        if self.seen is None or self.seen[0] != version:
            self.seen = (version, now)
            return False
        return now - self.seen[1] > timedelta(seconds=DURATION)

    def _claim(self, lease: Mapping[str, Any] | None, now: datetime) -> dict[str, Any]:
        metadata: dict[str, Any] = {"name": self.name, "namespace": self.namespace}
        before = lease["spec"] if lease else {}
        if lease:
            metadata["resourceVersion"] = lease["metadata"]["resourceVersion"]
        changed = before.get("holderIdentity") != self.identity
        moment = now.strftime(_MOMENT)
        return {
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": metadata,
            "spec": {
                "holderIdentity": self.identity,
                "leaseDurationSeconds": DURATION,
                "acquireTime": moment if changed else before.get("acquireTime", moment),
                "renewTime": moment,
                "leaseTransitions": int(before.get("leaseTransitions") or 0) + (1 if changed and lease else 0),
            },
        }
