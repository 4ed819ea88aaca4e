"""Events: what `kubectl describe` shows of a verdict, on the pod and on the workload that owns it."""

from __future__ import annotations

import hashlib
import re
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from webhook.reporter.outcomes import Said

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from webhook.reporter.journal import News

COMPONENT: Final = "weighbridge-reporter"
REASONS: Final[Mapping[Said, str]] = {
    Said.WARN: "ModelFindings",
    Said.BLOCK: "ModelBlocked",
    Said.ERROR: "ModelNotExamined",
    Said.UNVERIFIED: "GateUnverified",
}
"""What is worth an event. A PASS is not: it is the rule, and events cost the API server dearly."""
_NAME: Final = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
_KIND: Final = re.compile(r"[A-Z][A-Za-z0-9]{0,62}")
_LONGEST: Final = 1024
"""Characters of an event's message: https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/"""


def reference_to_pod(news: News) -> dict[str, Any]:
    """Return what names the pod in an event."""
    pod = news.pod
    return {"apiVersion": "v1", "kind": "Pod", "namespace": pod.namespace, "name": pod.name, "uid": pod.uid}


def could_exist(owner: Mapping[str, Any]) -> bool:
    """Say whether an owner reference names what could be an object: the API server takes any text for its name."""
    return bool(_NAME.fullmatch(owner["name"]) and _KIND.fullmatch(owner["kind"]))


def event(news: News, involved: Mapping[str, Any], *, now: datetime | None = None) -> dict[str, Any] | None:
    """
    Return the event that tells a verdict of an object, None where the verdict is worth none.

    Its name follows from pod, verdict and object, so that a reporter that starts anew cannot tell it twice.
    """
    reason = REASONS.get(news.outcome.said)
    if reason is None:
        return None
    moment = (now or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")
    identity = f"{news.pod.uid} {news.outcome.said.value} {involved['kind']} {involved.get('uid', '')}"
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {
            "name": f"{involved['name'][:200]}.{hashlib.sha256(identity.encode()).hexdigest()[:16]}",
            "namespace": news.pod.namespace,
        },
        "involvedObject": dict(involved),
        "reason": reason,
        "message": _sentence(news),
        "type": "Normal" if news.outcome.said is Said.WARN else "Warning",
        "source": {"component": COMPONENT},
        "reportingComponent": COMPONENT,
        "firstTimestamp": moment,
        "lastTimestamp": moment,
        "count": 1,
    }


def _sentence(news: News) -> str:
    outcome = news.outcome
    rules = f" ({', '.join(outcome.rules[:5])})" if outcome.rules else ""
    text = f"gate {outcome.said.value} in pod {news.pod.name}{rules}: {ascii(outcome.detail)[1:-1]}"
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


class Rate:
    """A bucket of tokens: so many a second on average, so many at once."""

    def __init__(self, each_second: float, at_once: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._each_second = each_second
        self._at_once = at_once
        self._clock = clock
        self._tokens = float(at_once)
        self._filled = clock()

    def take(self) -> bool:
        """Take a token; return whether there was one."""
        now = self._clock()
        self._tokens = min(self._at_once, self._tokens + (now - self._filled) * self._each_second)
        self._filled = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
