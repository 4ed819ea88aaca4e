"""What serving platforms' own objects say about models: told at `kubectl apply`, before any pod exists.

Pods are where it is enforced; here the author of the object learns at once what the pods would be denied for.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from webhook.decision import Violation, shown
from webhook.objects import below, flag, items, mapping, text
from webhook.policy_object import Answer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from webhook.policy import CompiledPolicy

_READ_ONLY = "storage.kserve.io/readonly"
_COMPONENTS = ("predictor", "transformer", "explainer")
_DIGEST = re.compile(r"@sha256:[0-9a-f]{64}\Z")
_REMOTE = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_MOST_NODES = 20_000
_MODEL_KEYS = frozenset({"model_source", "bucket_uri", "model_id"})
_CODE_KEYS = frozenset({"working_dir", "py_modules"})


def inference_service(obj: Mapping[str, Any], policy: CompiledPolicy) -> Iterator[Violation]:
    """Judge a KServe InferenceService: where its models come from and how they are mounted."""
    del policy
    spec = mapping(obj, "spec", "")
    yield from _read_only(mapping(mapping(obj, "metadata", ""), "annotations", "metadata"), "metadata.annotations")
    for component in _COMPONENTS:
        part = mapping(spec, component, "spec")
        at = below("spec", component)
        yield from _read_only(mapping(part, "annotations", at), below(at, "annotations"))
        for where, uri in _storage_uris(part, at):
            yield from _oci(uri, where)


def _read_only(annotations: Mapping[str, Any], at: str) -> Iterator[Violation]:
    if annotations.get(_READ_ONLY) == "false":
        message = f"annotation {_READ_ONLY} makes the server's model volume writable"
        yield Violation(
            id="model-mount-writable", path=f'{at}["{_READ_ONLY}"]', message=message, remedy="remove the annotation"
        )


def _storage_uris(part: Mapping[str, Any], at: str) -> Iterator[tuple[str, str]]:
    for name, value in part.items():
        if isinstance(value, dict) and isinstance(value.get("storageUri"), str):
            yield f"{below(at, name)}.storageUri", value["storageUri"]
    for where, entry in items(part, "storageUris", at):
        yield f"{where}.uri", text(entry, "uri", where)


def _oci(uri: str, at: str) -> Iterator[Violation]:
    scheme = uri.partition("://")[0].lower()
    if scheme == "oci":
        message = f"{shown(uri)} is served by a modelcar, a container that brings the model after all init containers"
        yield Violation(id="modelcar", path=at, message=message)
    elif scheme == "oci+native" and not _DIGEST.search(uri):
        message = f"{shown(uri)} becomes an image volume that is not named by digest"
        yield Violation(id="image-volume-without-digest", path=at, message=message)


def trained_model(obj: Mapping[str, Any], policy: CompiledPolicy) -> Iterator[Violation]:
    """Judge a KServe TrainedModel: an agent loads it into a server that runs."""
    del obj
    answer = policy.spec.runtime_management
    if answer is not Answer.ALLOW:
        yield Violation(
            id="runtime-model-management",
            path="spec.model.storageUri",
            message="a TrainedModel is fetched into a server that already runs, past every gate",
            remedy="serve the model by an InferenceService of its own",
            is_tolerated=answer is Answer.WARN,
        )


def seldon_model(obj: Mapping[str, Any], policy: CompiledPolicy) -> Iterator[Violation]:
    """Judge a Seldon Model: the agent beside a server fetches it while the server runs."""
    uri = text(mapping(obj, "spec", ""), "storageUri", "spec")
    if not policy.allows_remote(uri):
        yield Violation(
            id="model-fetched-at-run-time",
            path="spec.storageUri",
            message=f"Seldon's agent fetches {shown(uri)} into a server that already runs, past every gate",
        )


def llm_inference_service(obj: Mapping[str, Any], policy: CompiledPolicy) -> Iterator[Violation]:
    """Judge a KServe LLMInferenceService: the model, its adapters, and whether they are fetched before the gate."""
    spec = mapping(obj, "spec", "")
    model = mapping(spec, "model", "spec")
    uris = [("spec.model.uri", text(model, "uri", "spec.model"))]
    lora = mapping(model, "lora", "spec.model")
    uris += [(f"{where}.uri", text(entry, "uri", where)) for where, entry in items(lora, "adapters", "spec.model.lora")]
    initializer = mapping(spec, "storageInitializer", "spec")
    is_fetched_before = "enabled" not in initializer or flag(initializer, "enabled", "spec.storageInitializer")
    for at, uri in uris:
        yield from _oci(uri, at)
        is_remote = _REMOTE.match(uri) and not uri.startswith(("pvc://", "oci"))
        if is_remote and not is_fetched_before and not policy.allows_remote(uri):
            message = f"the storage initializer is switched off, so the server fetches {shown(uri)} itself"
            yield Violation(
                id="model-fetched-at-run-time", path=at, message=message, remedy="switch spec.storageInitializer on"
            )


def ray_service(obj: Mapping[str, Any], policy: CompiledPolicy) -> Iterator[Violation]:
    """Judge a RayService: what its Serve configuration, a text in YAML, has the cluster fetch and run."""
    at = "spec.serveConfigV2"
    configuration = text(mapping(obj, "spec", ""), "serveConfigV2", "spec")
    if not configuration:
        return
    leaves = _leaves_of_yaml(configuration)
    if leaves is None:
        message = "the Serve configuration cannot be read"
        yield Violation(id="value-undetermined", path=at, message=message, remedy="write it as plain YAML")
        return
    for key, value in leaves:
        if key == "trust_remote_code" and value is True and not policy.allows_switch(key):
            yield Violation(id="remote-code-switch", path=at, message="the Serve configuration sets trust_remote_code")
        elif isinstance(value, str) and _is_fetched(key, value) and not policy.allows_remote(value):
            message = f"the Serve configuration has Ray fetch {shown(value)} ({key}) when it runs"
            yield Violation(id="model-fetched-at-run-time", path=at, message=message)


def _is_fetched(key: str, value: str) -> bool:
    if key in _CODE_KEYS:
        return _REMOTE.match(value) is not None
    return key in _MODEL_KEYS and not value.startswith("/") and ("/" in value or _REMOTE.match(value) is not None)


_LONGEST_CONFIGURATION = 32 << 10
"""Characters of YAML inside a field: the parser is slow, and a merge key (`<<`) makes it multiply what it reads."""


def _leaves_of_yaml(configuration: str) -> list[tuple[str, Any]] | None:
    """Return every key with its plain value, wherever it stands; None where the text cannot be read, or is too large."""
    import yaml

    if len(configuration) > _LONGEST_CONFIGURATION or "<<" in configuration:
        return None
    try:
        todo: list[tuple[str, Any]] = [("", yaml.safe_load(configuration))]
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    leaves: list[tuple[str, Any]] = []
    # Aliases can make a small text endless: the count of nodes, not of bytes, is what is bounded.
    for _ in range(_MOST_NODES):
        if not todo:
            return leaves
        key, value = todo.pop()
        if isinstance(value, dict):
            todo.extend((str(name), item) for name, item in value.items())
        elif isinstance(value, list):
            todo.extend((key, item) for item in value)
        else:
            leaves.append((key, value))
    return None
