"""Every check, in the order in which violations are told: one small pure function each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webhook.checks import fields, gate, loading, neighbours, order, volumes

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
    loading.modelcar,
    loading.proc_root_path,
    loading.model_in_image,
    loading.model_fetched,
    loading.runtime_management,
    loading.remote_code_switch,
    loading.value_undetermined,
    volumes.volume_unknown,
    volumes.image_volume_without_digest,
    volumes.subpath_expression,
    volumes.mount_propagation,
    volumes.block_device,
    neighbours.shared_process_namespace,
    neighbours.host_processes,
    neighbours.privileged_neighbour,
    neighbours.host_files_neighbour,
    neighbours.ephemeral_container,
    fields.field_unknown,
    fields.other_operating_system,
    volumes.volume_live,
    gate.gate_label_missing,
)
