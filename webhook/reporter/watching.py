"""kopf: gated pods as they change, selected by label on the API server's side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import kopf

from webhook.handlers import knowledge_registry
from webhook.workloads import GATED_LABEL

if TYPE_CHECKING:
    from collections.abc import Callable

    from webhook.reporter.outcomes import Json
    from webhook.stores import Stores

SELECTOR: Final = f"{GATED_LABEL}=true"
"""The label that injection sets and that admission asks of every gated pod."""


def reporter_registry(stores: Stores, tell: Callable[[bool, Json], None]) -> kopf.OperatorRegistry:
    """
    Return handlers that fill `stores` and call `tell(exists, pod)` for every gated pod.

    Event handlers run once all indices are filled, so the policies are known before the first pod is told.
    """
    registry = knowledge_registry(stores)

    @kopf.on.event("", "v1", "pods", registry=registry, id="pods")
    def told(event: kopf.RawEvent, **_: Any) -> None:
        tell(event["type"] != "DELETED", event["object"])

    return registry
