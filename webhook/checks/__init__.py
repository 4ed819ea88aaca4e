"""Every check, in the order in which violations are told: one small pure function each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webhook.checks import gate, order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from webhook.decision import Violation
    from webhook.subject import Subject

    Check = Callable[[Subject], Iterator[Violation]]

CHECKS: tuple[Check, ...] = (
    gate.gate_missing,
    gate.gate_not_trusted,
    gate.gate_weakened,
    gate.gate_other_subpath,
    order.gate_before_writer,
    order.server_before_gate,
    order.sidecar_writes_model,
    order.neighbour_writes_model,
    order.model_mount_writable,
    gate.gate_label_missing,
)
